import { createRoute, z } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, jsonBody, PageQuery, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { NOTE_MAX_CHARACTERS } from "../../plugins/capabilities/index.ts";
import { addNote } from "./add-note.ts";
import { listNotes } from "./list-notes.ts";
import { ChatNote } from "./note-schemas.ts";
import { IdParam } from "./schemas.ts";

const tags = ["Chats"];
const security = CONTROL_PLANE;
const AddNote = z.strictObject({ text: z.string().trim().min(1).max(NOTE_MAX_CHARACTERS) });

export const noteRoutes = createRouter();

noteRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/chats/{id}/notes",
    operationId: "listChatNotes",
    tags,
    security,
    summary: "Read what was noted about a chat",
    request: { params: IdParam, query: PageQuery },
    responses: { 200: jsonAnswer(pageOf(ChatNote), "One page, newest first."), ...problems(404, 422) },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("query") };
    return c.json(await listNotes({ ctx: c.get("ctx"), input }), 200);
  },
);

noteRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/chats/{id}/notes",
    operationId: "addChatNote",
    tags,
    security,
    summary: "Note something about a chat; the customer does not see it",
    request: { params: IdParam, body: jsonBody(AddNote) },
    responses: { 201: jsonAnswer(ChatNote, "The note."), ...problems(400, 404, 422) },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("json") };
    return c.json(await addNote({ ctx: c.get("ctx"), input }), 201);
  },
);

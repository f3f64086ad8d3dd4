import { createRoute, z } from "@hono/zod-openapi";
import { CONTROL_PLANE, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { readMedia } from "./read-media.ts";

export const mediaRoutes = createRouter();

/** What a browser may be told that it is; everything else is just bytes. None of it can run as a page of ours. */
const SHOWN_TYPES: ReadonlySet<string> = new Set([
  "application/pdf",
  "audio/aac",
  "audio/amr",
  "audio/mp4",
  "audio/mpeg",
  "audio/ogg",
  "image/gif",
  "image/jpeg",
  "image/png",
  "image/webp",
  "text/csv",
  "text/plain",
  "text/vcard",
  "video/3gpp",
  "video/mp4",
]);
const BYTES = "application/octet-stream";

mediaRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/chats/{id}/media/{reference}",
    operationId: "readChatMedia",
    tags: ["Chats"],
    security: CONTROL_PLANE,
    summary: "Read a file that the customer has sent",
    description:
      "Comes from the provider as it is read, at most 25 MiB. `reference` is that of the message's part, " +
      "percent-encoded.",
    request: { params: z.object({ id: z.string().max(200), reference: z.string().max(2000) }) },
    responses: {
      200: {
        content: { [BYTES]: { schema: { type: "string", format: "binary" } } },
        description: "The file, as an attachment; `Content-Type` says which kind where that is harmless.",
      },
      ...problems(404, 422, 502),
    },
  }),
  async (c) => {
    const { part, body } = await readMedia({ ctx: c.get("ctx"), input: c.req.valid("param") });
    const [type = ""] = (part.contentType ?? "").toLowerCase().split(";", 1);
    return c.body(body, 200, {
      "content-type": SHOWN_TYPES.has(type.trim()) ? type.trim() : BYTES,
      "content-disposition": attachment(part.fileName ?? part.kind),
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
    });
  },
);

/** RFC 6266: a name in any script, and one in ASCII for clients that know no other. */
function attachment(fileName: string): string {
  const plain = fileName.replaceAll(/[^\w.() -]/g, "_");
  const encoded = encodeURIComponent(fileName).replaceAll(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

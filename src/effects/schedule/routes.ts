import { createRoute } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, jsonBody, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { cancelSchedule, changeSchedule, planCancel, planChange } from "./change-schedule.ts";
import { createSchedule } from "./create-schedule.ts";
import { getSchedule, listSchedules, presentForStaff } from "./list-schedules.ts";
import {
  ChangeSchedule,
  CreateSchedule,
  IdParam,
  ScheduleHistory,
  SchedulesQuery,
  StaffScheduledMessage,
} from "./schemas.ts";

const tags = ["Scheduled messages"];
const security = CONTROL_PLANE;

export const scheduleRoutes = createRouter();

scheduleRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/scheduled-messages",
    operationId: "listScheduledMessages",
    tags,
    security,
    summary: "List messages for later, and what became of them",
    request: { query: SchedulesQuery },
    responses: {
      200: jsonAnswer(pageOf(StaffScheduledMessage), "One page, newest first."),
      ...problems(422),
    },
  }),
  async (c) => c.json(await listSchedules({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

scheduleRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/scheduled-messages",
    operationId: "createScheduledMessage",
    tags,
    security,
    summary: "Schedule a message to a customer",
    request: { body: jsonBody(CreateSchedule) },
    responses: { 201: jsonAnswer(StaffScheduledMessage, "It waits."), ...problems(400, 404, 409, 422) },
  }),
  async (c) => {
    const ctx = c.get("ctx");
    const row = await createSchedule({ ctx, input: c.req.valid("json") });
    return c.json(await presentForStaff(ctx, row), 201);
  },
);

scheduleRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/scheduled-messages/{id}",
    operationId: "getScheduledMessage",
    tags,
    security,
    summary: "Read a scheduled message with the history of its sendings",
    request: { params: IdParam },
    responses: { 200: jsonAnswer(ScheduleHistory, "The message."), ...problems(404) },
  }),
  async (c) => c.json(await getSchedule({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

scheduleRoutes.openapi(
  createRoute({
    method: "patch",
    path: "/v1/scheduled-messages/{id}",
    operationId: "changeScheduledMessage",
    tags,
    security,
    summary: "Change a message that has not begun to go out",
    request: { params: IdParam, body: jsonBody(ChangeSchedule) },
    responses: { 200: jsonAnswer(StaffScheduledMessage, "The message."), ...problems(400, 404, 409, 422) },
  }),
  async (c) => {
    const ctx = c.get("ctx");
    const plan = await planChange({
      ctx,
      input: { ...c.req.valid("param"), change: c.req.valid("json") },
    });
    return c.json(await presentForStaff(ctx, await changeSchedule({ ctx, input: { plan } })), 200);
  },
);

scheduleRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/scheduled-messages/{id}/cancel",
    operationId: "cancelScheduledMessage",
    tags,
    security,
    summary: "Cancel a message with all that was to follow",
    request: { params: IdParam },
    responses: { 200: jsonAnswer(StaffScheduledMessage, "The message."), ...problems(404, 409) },
  }),
  async (c) => {
    const ctx = c.get("ctx");
    const row = await planCancel({ ctx, input: c.req.valid("param") });
    return c.json(await presentForStaff(ctx, await cancelSchedule({ ctx, input: { row } })), 200);
  },
);

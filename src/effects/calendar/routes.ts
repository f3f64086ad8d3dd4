import { createRoute } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { readCalendar } from "./read-calendar.ts";
import { Calendar, CalendarQuery } from "./schemas.ts";

export const calendarRoutes = createRouter();

calendarRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/calendar",
    operationId: "readCalendar",
    tags: ["Scheduled messages"],
    security: CONTROL_PLANE,
    summary: "See what goes out when and why, and what did not",
    description:
      "Messages for later, reminders and escalations: for a number, a customer's chat, a plugin, or all of them.",
    request: { query: CalendarQuery },
    responses: { 200: jsonAnswer(Calendar, "In order of time."), ...problems(404, 422) },
  }),
  async (c) => c.json(await readCalendar({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

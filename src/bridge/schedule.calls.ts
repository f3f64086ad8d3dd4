import { z } from "zod";
import {
  ChangeSchedule,
  SCHEDULE_STATES,
  ScheduledMessage,
  ScheduledMessages,
  ScheduleMessage,
} from "../contract/schedule.ts";
import {
  cancelSchedule,
  changeSchedule,
  listOwnSchedules,
  planCancel,
  planChange,
  planSchedule,
  presentSchedule,
  SCHEDULE_PERMISSIONS,
  scheduleMessage,
} from "../effects/schedule/index.ts";
import { defineBridgeCall } from "./bridge-call.ts";

const ListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(200).optional(),
  state: z.enum(SCHEDULE_STATES).optional(),
});

export const scheduleCalls = [
  defineBridgeCall({
    method: "POST",
    path: "/scheduled-messages",
    operationId: "scheduleMessage",
    summary: "Send text later, once or again and again",
    body: ScheduleMessage,
    answer: ScheduledMessage,
    permissions: ({ body }) => [`plugin:messages:schedule:${body.recipient.type}`],
    recipient: ({ body }) => body.recipient,
    async check({ ctx, input, recipient }) {
      const { recipient: _, ...terms } = input.body;
      return planSchedule({ ctx, input: { instanceId: ctx.actor.instanceId, recipient, terms } });
    },
    async run({ ctx, plan, idempotencyKey }) {
      return {
        status: 201,
        body: presentSchedule(await scheduleMessage({ ctx, input: { plan, idempotencyKey } })),
      };
    },
  }),
  defineBridgeCall({
    method: "GET",
    path: "/scheduled-messages",
    operationId: "listOwnScheduledMessages",
    summary: "List what this plugin scheduled on the number",
    query: ListQuery,
    answer: ScheduledMessages,
    permissions: () => SCHEDULE_PERMISSIONS,
    check: async ({ ctx, input: { query } }) =>
      listOwnSchedules({
        ctx,
        input: { ...query, ownerId: ctx.actor.id, instanceId: ctx.actor.instanceId },
      }),
    run: async ({ plan }) => ({ status: 200, body: plan }),
  }),
  defineBridgeCall({
    method: "PATCH",
    path: "/scheduled-messages/:id",
    operationId: "changeOwnScheduledMessage",
    summary: "Change a message that has not begun to go out",
    body: ChangeSchedule,
    answer: ScheduledMessage,
    permissions: () => SCHEDULE_PERMISSIONS,
    check: async ({ ctx, input: { params, body } }) =>
      planChange({ ctx, input: { id: params["id"] ?? "", change: body } }),
    run: async ({ ctx, plan }) => ({
      status: 200,
      body: presentSchedule(await changeSchedule({ ctx, input: { plan } })),
    }),
  }),
  defineBridgeCall({
    method: "DELETE",
    path: "/scheduled-messages/:id",
    operationId: "cancelOwnScheduledMessage",
    summary: "Cancel a message with all that was to follow",
    answer: ScheduledMessage,
    permissions: () => SCHEDULE_PERMISSIONS,
    check: async ({ ctx, input: { params } }) => planCancel({ ctx, input: { id: params["id"] ?? "" } }),
    run: async ({ ctx, plan }) => ({
      status: 200,
      body: presentSchedule(await cancelSchedule({ ctx, input: { row: plan } })),
    }),
  }),
];

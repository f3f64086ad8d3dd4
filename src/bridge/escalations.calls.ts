import { EscalationAssignee, RequestEscalation, RequestedEscalation } from "../contract/escalation.ts";
import {
  assignEscalation,
  createEscalation,
  findChatId,
  findReachable,
  presentForPlugin,
} from "../effects/escalations/index.ts";
import { defineBridgeCall } from "./bridge-call.ts";

export const escalationCalls = [
  defineBridgeCall({
    method: "POST",
    path: "/escalations",
    operationId: "requestEscalation",
    summary: "Bring a person into a chat; the agent is silent there until the person has resolved it",
    body: RequestEscalation,
    answer: RequestedEscalation,
    permissions: ({ body }) => [`plugin:escalations:create:${body.recipient.type}`],
    recipient: ({ body }) => body.recipient,
    check: ({ ctx, recipient }) => findChatId(ctx, ctx.actor.organizationId, recipient.chatObjectId),
    // A chat has one open escalation, so a run that is repeated finds the one that it made.
    async run({ ctx, input: { body }, plan: chatId }) {
      const { reason, summary, urgency } = body;
      const source = { kind: "plugin", id: ctx.actor.id };
      const made = await createEscalation({ ctx, input: { chatId, reason, summary, urgency, source } });
      return { status: 201, body: presentForPlugin(made) };
    },
  }),
  defineBridgeCall({
    method: "POST",
    path: "/escalations/:id/assign",
    operationId: "assignRequestedEscalation",
    summary: "Say who should take an escalation: a member, or a queue",
    body: EscalationAssignee,
    answer: RequestedEscalation,
    permissions: () => ["plugin:escalations:assign"],
    check: async ({ ctx, input: { params } }) => {
      await findReachable(ctx, ctx.actor.organizationId, params["id"] ?? "");
    },
    async run({ ctx, input: { params, body } }) {
      const assigned = await assignEscalation({ ctx, input: { id: params["id"] ?? "", to: body } });
      return { status: 200, body: presentForPlugin(assigned) };
    },
  }),
];

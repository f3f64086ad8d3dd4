import { SendMessage, SentMessage } from "../contract/bridge.ts";
import { sendMessage } from "../effects/messages/index.ts";
import { defineBridgeCall } from "./bridge-call.ts";

export const messageCalls = [
  defineBridgeCall({
    method: "POST",
    path: "/messages",
    operationId: "sendMessage",
    summary: "Send text now",
    body: SendMessage,
    answer: SentMessage,
    permissions: ({ body }) => [`plugin:messages:send:${body.recipient.type}`],
    recipient: ({ body }) => body.recipient,
    check: async () => undefined,
    async run({ ctx, input: { body }, recipient, idempotencyKey }) {
      const { instanceId } = ctx.actor;
      const { text, isUrgent = false, whenClosed = "block", template = null } = body;
      const wish = { isUrgent, whenClosed, template };
      const input = { instanceId, recipient, text, wish, idempotencyKey };
      return { status: 201, body: await sendMessage({ ctx, input }) };
    },
  }),
];

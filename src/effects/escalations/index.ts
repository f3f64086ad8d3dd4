export { createEscalation } from "./create-escalation.ts";
export { noteChatReleased, noteChatTaken } from "./follow-chat.ts";

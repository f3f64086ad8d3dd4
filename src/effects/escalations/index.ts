export { assignEscalation, findReachable } from "./assign-escalation.ts";
export { createEscalation } from "./create-escalation.ts";
export { findChatId } from "./find-chat-id.ts";
export { noteChatReleased, noteChatTaken } from "./follow-chat.ts";
export { presentForPlugin } from "./present-for-plugin.ts";

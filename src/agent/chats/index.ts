export { SEALED_CHAT_COLUMNS } from "./sealed.ts";
export { openToken } from "./tokens.ts";

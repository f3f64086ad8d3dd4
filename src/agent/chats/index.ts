export { openToken } from "./tokens.ts";

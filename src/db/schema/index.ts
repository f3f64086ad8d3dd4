export * from "./agent.ts";
export * from "./auth.ts";
export * from "./chats.ts";
export * from "./plugins.ts";
export * from "./tenancy.ts";

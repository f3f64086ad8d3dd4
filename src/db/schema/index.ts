export * from "./agent.ts";
export * from "./approvals.ts";
export * from "./auth.ts";
export * from "./chats.ts";
export * from "./escalations.ts";
export * from "./first-party.ts";
export * from "./plugins.ts";
export * from "./tenancy.ts";

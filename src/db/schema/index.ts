export * from "./auth.ts";
export * from "./plugins.ts";
export * from "./tenancy.ts";

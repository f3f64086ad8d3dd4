import type { createAuthMiddleware } from "better-auth/api";

/** What better-auth hands to a hook around an endpoint. */
export type HookContext = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0];

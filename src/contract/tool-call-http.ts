/**
 * How a tool call travels over HTTP. Without zod, as the SDK carries this file into every plugin and zod would
 * be most of its weight; the shapes themselves are in `tool-call.ts`.
 */

/** Where a tool is called when its manifest says nothing else. */
export const DEFAULT_TOOL_ENDPOINT = { method: "POST", path: "/execute" } as const;

/** Carries the context of a `GET` tool call: JSON in base64url. */
export const CONTEXT_HEADER = "Kivuko-Context";

/** Largest body of a tool call, and largest answer to one, in bytes: 1 MiB. */
export const TOOL_CALL_MAX_BYTES = 1024 * 1024;

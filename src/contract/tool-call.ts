/** A tool call between the platform and a plugin, and what became of it. Field names are the seed's. */
import { z } from "zod";
import { DECIDERS } from "./approvals.ts";
import { Gate } from "./gates.ts";

/** Who the call is for, as far as a plugin may know. */
const User = z.object({
  /** A keyed hash of the customer's identity, one per installation. The phone number never reaches a plugin. */
  id: z.string(),
  /** Which hashing produced `id`; it grows when the hashing changes. */
  hashVersion: z.number().int(),
});

/** A short-lived pass with which a plugin may address the customer of this chat over a bridge. */
const CurrentChat = z.object({ token: z.string(), expiresAt: z.iso.datetime() });

export const ToolCallContext = z.object({
  organizationId: z.string(),
  instanceId: z.string(),
  /** Absent when the call comes from no customer. */
  user: User.optional(),
  /** The installation's configuration, as the manifest's `configurationSchema` describes it. */
  config: z.record(z.string(), z.unknown()),
  /** The connected account's access token, with `oauth2` only. */
  userAccessToken: z.string().optional(),
  /** Names this call: also the `Idempotency-Key`. A repeated call has the same id. */
  callId: z.string(),
  /** Only in a chat, and only with a grant that reaches the current chat. */
  currentChat: CurrentChat.optional(),
});
export type ToolCallContext = z.infer<typeof ToolCallContext>;

/** The body of a tool call. */
export const ToolCallRequest = z.object({
  tool: z.string(),
  input: z.record(z.string(), z.unknown()),
  context: ToolCallContext,
});
export type ToolCallRequest = z.infer<typeof ToolCallRequest>;

/** What a plugin answers with a status other than 2xx: `error` is a code, or a whole sentence without `message`. */
export const ToolCallErrorAnswer = z.object({ error: z.string(), message: z.string().optional() });
export type ToolCallErrorAnswer = z.infer<typeof ToolCallErrorAnswer>;

/** One problem of an input: a JSON pointer (RFC 6901), a stable code and a sentence. */
const Issue = z.object({ pointer: z.string(), code: z.string(), message: z.string() });

/** What the caller of a tool gets. */
export const ToolCallOutcome = z.discriminatedUnion("status", [
  z.object({ callId: z.string(), status: z.literal("ok"), result: z.unknown() }),
  z.object({
    callId: z.string(),
    status: z.literal("error"),
    error: z.object({ code: z.string(), message: z.string(), issues: z.array(Issue).optional() }),
  }),
  z.object({
    callId: z.string(),
    status: z.literal("refused"),
    gate: Gate,
    error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }),
  }),
  /** Nothing has happened yet: somebody has to say yes first. */
  z.object({
    callId: z.string(),
    status: z.literal("pending_approval"),
    approvalId: z.string(),
    decider: z.enum(DECIDERS),
    expiresAt: z.iso.datetime(),
  }),
]);
export type ToolCallOutcome = z.infer<typeof ToolCallOutcome>;

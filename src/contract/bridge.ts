/** What plugins ask of the platform, as it crosses the wire. Payments have their own file. */
import { z } from "zod";
import { Gate } from "./gates.ts";
import { Recipient } from "./recipient.ts";

/** Free text, now. WhatsApp takes it within a day of the customer's last message only. */
export const SendMessage = z.strictObject({
  recipient: Recipient,
  text: z.string().trim().min(1).max(4096),
});
export type SendMessage = z.infer<typeof SendMessage>;

/** `blocked`: WhatsApp's rules forbid it now, and `reason` says which. `unknown`: it may have gone out. */
const MESSAGE_STATES = ["waiting", "sent", "blocked", "failed", "unknown"] as const;

export const SentMessage = z.object({
  id: z.string(),
  state: z.enum(MESSAGE_STATES),
  reason: z.string().optional(),
});
export type SentMessage = z.infer<typeof SentMessage>;

/** What a call would lead to. Nothing has happened. */
export const DryRun = z.object({
  dryRun: z.literal(true),
  allowed: z.boolean(),
  trace: z.array(z.object({ gate: Gate, passed: z.boolean(), detail: z.string() })),
  /** Why not, with `allowed: false`. */
  gate: Gate.optional(),
  code: z.string().optional(),
  permission: z.string().optional(),
  hint: z.string().optional(),
});
export type DryRun = z.infer<typeof DryRun>;

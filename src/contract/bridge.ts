/** What plugins ask of the platform, as it crosses the wire. Payments have their own file. */
import { z } from "zod";
import { Gate } from "./gates.ts";
import { WHEN_CLOSED } from "./policy.ts";
import { Recipient } from "./recipient.ts";

/** Free text, now. WhatsApp takes it within a day of the customer's last message only. */
export const SendMessage = z.strictObject({
  recipient: Recipient,
  text: z.string().trim().min(1).max(4096),
  /** Goes out in quiet hours too, where the number allows that. */
  isUrgent: z.boolean().optional(),
  /** What becomes of it while WhatsApp takes templates only, and there is none: held until the customer writes, or not. */
  whenClosed: z.enum(WHEN_CLOSED).optional(),
  /** Goes out instead while WhatsApp takes templates only. */
  template: z
    .strictObject({
      name: z.string().min(1).max(512),
      language: z.string().min(2).max(16),
      variables: z.record(z.string().max(60), z.string().max(1024)),
    })
    .optional(),
});
export type SendMessage = z.infer<typeof SendMessage>;

/**
 * `held`: the delivery policy lets it go out later, and `reason` says which rule, `until` when it is decided anew; without
 * that, when the customer writes. `blocked`: it will not go out. `unknown`: it may have gone out.
 */
const MESSAGE_STATES = ["waiting", "sent", "held", "blocked", "failed", "unknown"] as const;

export const SentMessage = z.object({
  id: z.string(),
  state: z.enum(MESSAGE_STATES),
  reason: z.string().optional(),
  until: z.iso.datetime().optional(),
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

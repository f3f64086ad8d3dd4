/** What a simulated phone can write: words, a tap on a button, or where it is. */
import { z } from "zod";
import type { InboundPart } from "../contract/channel.ts";

const MAX_SIMULATED_TEXT = 65_536;

/** Fields of a simulated message; exactly one of text, button and location is there, which `hasOneContent` checks. */
export const SIMULATED_CONTENT = {
  text: z.string().min(1).max(MAX_SIMULATED_TEXT).optional(),
  button: z
    .strictObject({ text: z.string().min(1).max(200), payload: z.string().max(256).nullable() })
    .optional(),
  location: z
    .strictObject({
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
      name: z.string().max(200).nullable().default(null),
      address: z.string().max(400).nullable().default(null),
    })
    .optional(),
  /** The same id counts once, as with a provider that sends again. */
  messageId: z.string().min(1).max(100).optional(),
} as const;

const Content = z.object(SIMULATED_CONTENT);
export type SimulatedContent = z.infer<typeof Content>;

export const ONE_CONTENT = "Give exactly one of text, button and location.";

export function hasOneContent({ text, button, location }: SimulatedContent): boolean {
  return [text, button, location].filter((content) => content !== undefined).length === 1;
}

/** The message as a provider would have brought it. */
export function toSimulatedPart({ text = "", button, location }: SimulatedContent): InboundPart {
  if (button !== undefined) {
    return { type: "button", ...button };
  }
  return location === undefined ? { type: "text", text } : { type: "location", ...location };
}

/** An id for a message that brings none. */
export function newSimulatedId(): string {
  return `sim_${crypto.randomUUID()}`;
}

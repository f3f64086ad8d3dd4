/** A template that WhatsApp has approved, as senders of messages for later name it. */
import { z } from "zod";

/** Goes out in the text's place where WhatsApp takes approved templates only. */
export const MessageTemplate = z.strictObject({
  name: z.string().min(1).max(512),
  language: z.string().min(2).max(16),
  variables: z.record(z.string().max(64), z.string().max(1_024)).default({}),
});
export type MessageTemplate = z.infer<typeof MessageTemplate>;

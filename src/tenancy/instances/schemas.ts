import { z } from "@hono/zod-openapi";
import { CHANNELS, TwilioCredentials, WhatsAppCloudCredentials } from "../../contract/channel.ts";

/** Longer prompts leave a model too little room for the conversation itself. */
const MAX_SYSTEM_PROMPT_CHARACTERS = 20_000;

const Name = z.string().trim().min(1).max(80);
const SystemPrompt = z.string().max(MAX_SYSTEM_PROMPT_CHARACTERS);
const PhoneNumber = z.string().max(40).openapi({ example: "+254 712 345 678" });

/** A number on this machine only, for trying things out. It need not be real, and may be left out. */
const CreateSimulatorInstance = z.strictObject({
  channel: z.literal("simulator"),
  name: Name,
  phoneNumber: PhoneNumber.optional(),
  systemPrompt: SystemPrompt.optional(),
});

/** A WhatsApp number that Twilio serves. */
const CreateTwilioInstance = z.strictObject({
  channel: z.literal("twilio"),
  name: Name,
  phoneNumber: PhoneNumber,
  systemPrompt: SystemPrompt.optional(),
  credentials: TwilioCredentials,
});

/** A WhatsApp number that Meta's Cloud API serves. */
const CreateWhatsAppCloudInstance = z.strictObject({
  channel: z.literal("whatsapp-cloud"),
  name: Name,
  phoneNumber: PhoneNumber,
  systemPrompt: SystemPrompt.optional(),
  credentials: WhatsAppCloudCredentials,
});

/** One member for each channel: what a number needs differs by the provider that serves it. */
export const CreateInstance = z.discriminatedUnion(
  "channel",
  [CreateSimulatorInstance, CreateTwilioInstance, CreateWhatsAppCloudInstance],
  { error: 'The channel must be "simulator", "twilio" or "whatsapp-cloud".' },
);
export type CreateInstance = z.infer<typeof CreateInstance>;

export const UpdateInstance = z
  .strictObject({
    name: Name.optional(),
    phoneNumber: PhoneNumber.nullable().optional().openapi({ description: "Null takes the number away." }),
    systemPrompt: SystemPrompt.optional(),
    credentials: z
      .record(z.string().max(40), z.string().max(1000).nullable())
      .optional()
      .openapi({
        description:
          "Fields of the channel's credentials to change; null takes an optional one away. A masked value, as it " +
          "was shown, leaves what is stored.",
      }),
  })
  .refine((fields) => Object.keys(fields).length > 0, "Name at least one field to change.");
export type UpdateInstance = z.infer<typeof UpdateInstance>;

export const Instance = z
  .object({
    id: z.string(),
    name: z.string(),
    channel: z.enum(CHANNELS),
    phoneNumber: z.string().nullable().openapi({ description: "E.164.", example: "+254712345678" }),
    systemPrompt: z.string(),
    credentials: z
      .record(z.string(), z.string())
      .optional()
      .openapi({ description: "Secrets are masked. A simulator has none.", example: { authToken: "••••" } }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi("Instance");
export type Instance = z.infer<typeof Instance>;

export const IdParam = z.object({ id: z.string().max(200) });

import { z } from "@hono/zod-openapi";
import { APPROVAL_MINUTES_MAX } from "../../contract/approvals.ts";
import {
  CHANNELS,
  InstanceTemplate,
  TwilioCredentials,
  WhatsAppCloudCredentials,
} from "../../contract/channel.ts";
import { foldWord } from "../../kernel/fold-word.ts";

/** Longer prompts leave a model too little room for the conversation itself. */
const MAX_SYSTEM_PROMPT_CHARACTERS = 20_000;

const Name = z.string().trim().min(1).max(80);
const SystemPrompt = z.string().max(MAX_SYSTEM_PROMPT_CHARACTERS);
/** More than anybody has; the list travels with the instance. */
const MAX_TEMPLATES = 200;
const Templates = z
  .array(InstanceTemplate)
  .max(MAX_TEMPLATES)
  .refine(
    (all) => new Set(all.map(({ name, language }) => `${name} ${language}`)).size === all.length,
    "Name each template once in each language.",
  )
  .openapi({
    description:
      "The approved templates that may be sent from this number; Twilio needs the content SID of each.",
    example: [{ name: "order_ready", language: "en" }],
  });
const PhoneNumber = z.string().max(40).openapi({ example: "+254 712 345 678" });

/** A week: who has not been answered by then was not told the truth. */
const MAX_ESCALATION_WAIT_MINUTES = 7 * 24 * 60;

const SlashCommands = z.boolean().openapi({
  description: "Whether a customer's message such as `/greet de` calls the tool itself, without the model.",
});
const EnabledPluginIds = z
  .array(z.string().max(200))
  .max(128)
  .nullable()
  .openapi({
    description:
      "The plugins that the number's chats use, as `GET /organizations/{organizationId}/plugins` names them; null " +
      "for all that are granted.",
    example: ["first_party:greeter"],
  });
const EscalationWaitMinutes = z.number().int().min(1).max(MAX_ESCALATION_WAIT_MINUTES).nullable().openapi({
  description:
    "How long a customer waits for a person before being told that it takes longer; null for never.",
});

/** More words than this are sentences that somebody means otherwise. */
const MAX_WORDS = 30;
const MAX_WORD_CHARACTERS = 40;
const MAX_DAILY_CAP = 1_000;
const DAY_MINUTES = 24 * 60;

const Word = z
  .string()
  .trim()
  .max(MAX_WORD_CHARACTERS)
  .refine((word) => foldWord(word) !== "", "Write a word.");
/** Without any, nobody could stop a number's messages. */
const OptOutWords = z.array(Word).min(1).max(MAX_WORDS).openapi({
  description: "A message of nothing but one of these ends what is sent without being asked for.",
});
const OptInWords = z.array(Word).min(1).max(MAX_WORDS).openapi({ description: "These let it begin again." });
const TimeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "A time of day looks like 21:00.")
  .openapi({ example: "21:00" });
const Quiet = z
  .strictObject({ from: TimeOfDay, to: TimeOfDay, allowUrgent: z.boolean() })
  .refine(({ from, to }) => from !== to, "The hours have to end at another time than they begin.")
  .nullable()
  .openapi({
    description:
      "When customers are left alone, by the clock where they are. `allowUrgent`: what a sender marks as urgent goes " +
      "out all the same.",
  });
const Cap = z.number().int().min(1).max(MAX_DAILY_CAP).nullable();
const CapPerCustomer = Cap.openapi({
  description: "Messages that nobody asked for, to one customer in 24 hours; null for no cap.",
});
const CapPerPlugin = Cap.openapi({ description: "The same, of one plugin." });
const DuplicateMinutes = z.number().int().min(0).max(DAY_MINUTES).openapi({
  description: "How long the same text is not sent to the same customer again; 0 for never mind.",
});

/** When messages may reach a number's customers. */
const Delivery = z
  .object({
    optOutWords: OptOutWords,
    optInWords: OptInWords,
    quietHours: Quiet,
    dailyCapPerCustomer: CapPerCustomer,
    dailyCapPerPlugin: CapPerPlugin,
    duplicateWindowMinutes: DuplicateMinutes,
  })
  .openapi("DeliverySettings");

/** What is left out stays as it is. */
const ChangeDelivery = z.strictObject({
  optOutWords: OptOutWords.optional(),
  optInWords: OptInWords.optional(),
  quietHours: Quiet.optional(),
  dailyCapPerCustomer: CapPerCustomer.optional(),
  dailyCapPerPlugin: CapPerPlugin.optional(),
  duplicateWindowMinutes: DuplicateMinutes.optional(),
});

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

/** More people than this do not decide, they wait for each other. */
const MAX_APPROVERS = 10;

const Approver = z.strictObject({
  name: z.string().trim().min(1).max(80),
  phoneNumber: PhoneNumber.openapi({ description: "Shown masked; a masked value leaves what is stored." }),
});

export const UpdateInstance = z
  .strictObject({
    name: Name.optional(),
    phoneNumber: PhoneNumber.nullable().optional().openapi({ description: "Null takes the number away." }),
    systemPrompt: SystemPrompt.optional(),
    slashCommands: SlashCommands.optional(),
    enabledPluginIds: EnabledPluginIds.optional(),
    escalationWaitMinutes: EscalationWaitMinutes.optional(),
    templates: Templates.optional(),
    delivery: ChangeDelivery.optional(),
    credentials: z
      .record(z.string().max(40), z.string().max(1000).nullable())
      .optional()
      .openapi({
        description:
          "Fields of the channel's credentials to change; null takes an optional one away. A masked value, as it " +
          "was shown, leaves what is stored.",
      }),
    approvers: z.array(Approver).max(MAX_APPROVERS).optional().openapi({
      description: "Who is asked on their own WhatsApp when a call waits for an approval. Replaces the list.",
    }),
    approvalMinutes: z.number().int().min(1).max(APPROVAL_MINUTES_MAX).optional().openapi({
      description: "How long an approval is waited for.",
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
    slashCommands: SlashCommands,
    enabledPluginIds: EnabledPluginIds,
    escalationWaitMinutes: EscalationWaitMinutes,
    templates: Templates,
    delivery: Delivery,
    credentials: z
      .record(z.string(), z.string())
      .optional()
      .openapi({ description: "Secrets are masked. A simulator has none.", example: { authToken: "••••" } }),
    approvers: z.array(Approver),
    approvalMinutes: z.number().int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi("Instance");
export type Instance = z.infer<typeof Instance>;

export const IdParam = z.object({ id: z.string().max(200) });

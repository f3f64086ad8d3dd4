/** What a WhatsApp channel brings in and takes out, whichever provider serves it, and what each provider needs. */
import { z } from "zod";

export const CHANNELS = ["simulator", "twilio", "whatsapp-cloud"] as const;
export type ChannelName = (typeof CHANNELS)[number];

const Origin = z
  .url({ protocol: /^https?$/ })
  .max(200)
  .refine((url) => !url.endsWith("/") && new URL(url).search === "", "Leave out the slash and the query.");

/** Twilio's Messages API. The account's token also verifies what Twilio sends us. */
export const TwilioCredentials = z.strictObject({
  accountSid: z.string().regex(/^AC[0-9a-f]{32}$/, "An account SID is AC and 32 hexadecimal digits."),
  authToken: z.string().min(16).max(200),
  /** Another region's address, or a stand-in's. */
  apiBaseUrl: Origin.optional(),
});
export type TwilioCredentials = z.infer<typeof TwilioCredentials>;

/** Meta's WhatsApp Cloud API. */
export const WhatsAppCloudCredentials = z.strictObject({
  phoneNumberId: z.string().regex(/^\d{1,30}$/, "The id of the phone number is digits only."),
  accessToken: z.string().min(16).max(1000),
  /** Verifies what Meta sends us. */
  appSecret: z.string().min(16).max(200),
  /** What Meta repeats when the webhook is set up. Chosen by whoever sets it up. */
  verifyToken: z.string().min(8).max(200),
  graphBaseUrl: Origin.optional(),
  graphVersion: z
    .string()
    .regex(/^v\d{1,3}\.\d{1,2}$/, "A Graph API version looks like v25.0.")
    .optional(),
});
export type WhatsAppCloudCredentials = z.infer<typeof WhatsAppCloudCredentials>;

export type ChannelCredentials = TwilioCredentials | WhatsAppCloudCredentials;

/** Fields that are never shown again once they are stored. */
export const SECRET_CREDENTIALS: ReadonlySet<string> = new Set([
  "authToken",
  "accessToken",
  "appSecret",
  "verifyToken",
]);

export type MediaKind = "image" | "audio" | "video" | "document" | "sticker";

/** One part of a customer's message. `unknown` keeps the provider's name for what we have no word for. */
export type InboundPart =
  | { type: "text"; text: string }
  | {
      type: "media";
      kind: MediaKind;
      contentType: string | null;
      /** The provider's id or address of the file; reading it takes the channel's credentials. */
      reference: string;
      caption: string | null;
      fileName: string | null;
    }
  | {
      type: "location";
      latitude: number;
      longitude: number;
      name: string | null;
      address: string | null;
    }
  /** A tap on a button or a line of a list: what it says, and what it stands for. */
  | { type: "button"; text: string; payload: string | null }
  | { type: "reaction"; emoji: string; to: string | null }
  | { type: "contacts"; names: string[] }
  | { type: "unknown"; providerType: string };

export type MediaPart = Extract<InboundPart, { type: "media" }>;

/** A customer's message under the provider's id, by which it is stored once however often it is delivered. */
export type InboundMessage = {
  providerId: string;
  /** Epoch ms, by the provider's clock. */
  sentAt: number;
  parts: InboundPart[];
};

/** How far a message of ours came. A later stage implies the earlier ones; `failed` ends it. */
export const DELIVERY_STAGES = ["sent", "delivered", "read", "failed"] as const;
export type DeliveryStage = (typeof DELIVERY_STAGES)[number];

export type StatusUpdate = {
  providerId: string;
  stage: DeliveryStage;
  /** The provider's error code, with `failed`. */
  errorCode: string | null;
};

/** What can go out to a customer. `text` is always what people read of it, whatever else it is. */
export type OutgoingMessage =
  | { type: "text"; text: string }
  /** One to three buttons. A channel without buttons gets them as numbered lines. */
  | { type: "buttons"; text: string; buttons: OutgoingButton[] }
  /** A file with `text` as its caption. */
  | { type: "document"; text: string; document: OutgoingDocument }
  /** A template that WhatsApp has approved, the one kind that may go out at any time. */
  | { type: "template"; text: string; template: OutgoingTemplate };

/** A title of at most 20 characters; what a tap brings back is the id, of at most 256. */
export type OutgoingButton = { id: string; title: string };

/** `source` names where the file is, such as `receipt:rcp_…`; it is opened when it is sent. */
export type OutgoingDocument = { source: string; fileName: string; contentType: string };

/** A template that an instance may send. */
export const InstanceTemplate = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9_]{1,512}$/, "A template's name is lower-case letters, digits and underscores."),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(_[A-Za-z]{2,4})?$/, "A template's language looks like en or en_US."),
  /** What Twilio has it under. */
  contentSid: z
    .string()
    .regex(/^HX[0-9a-fA-F]{32}$/, "A content SID is HX and 32 hexadecimal digits.")
    .optional(),
});
export type InstanceTemplate = z.infer<typeof InstanceTemplate>;

/** Variables by the names that the template has them under: `1`, `2`, … or words. */
export type OutgoingTemplate = { name: string; language: string; variables: Record<string, string> };

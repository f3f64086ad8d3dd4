/** What a test anywhere may know of the plugins' stand-ins; they themselves run in Node (plugin-stand-in.ts). */

declare module "vitest" {
  interface ProvidedContext {
    /** Origin of the plugins' stand-ins, for tests inside workerd. */
    standInUrl: string;
    /** Origin of the receivers of events. */
    eventSinkUrl: string;
    /** Origins of the WhatsApp providers' stand-ins. */
    twilioUrl: string;
    whatsAppCloudUrl: string;
  }
}

/** How a stand-in answers a tool call. */
export type PluginBehaviour =
  | "well"
  | "echo"
  | "wrong-shape"
  | "server-error"
  | "client-error"
  | "unauthorized"
  | "unavailable-at-first"
  | "html"
  | "oversize"
  | "redirect"
  | "invalid-json"
  | "no-content"
  | "slow-drip"
  | "hang"
  | "reset"
  | "refuse-connection";

/** Documents that must be refused as manifests, by the path `<url>/manifests/<name>`. */
export type BadManifest = "not-json" | "html" | "ten-megabytes" | "redirect-private" | "missing";

/** What a failing plugin might let slip: tests look for it in everything that the platform answers. */
export const LEAK_MARKER = "postgres://desk:hunter2@10.0.0.5/desk";

/** What the WhatsApp providers' stand-ins accept. They protect nothing. */
export const CHANNEL_CREDENTIALS = {
  twilio: { accountSid: `AC${"0123456789abcdef".repeat(2)}`, authToken: "twilio-token-for-tests-only" },
  "whatsapp-cloud": {
    phoneNumberId: "106540352242922",
    accessToken: "meta-access-token-for-tests-only",
    appSecret: "meta-app-secret-for-tests-only",
    verifyToken: "meta-verify-token-for-tests-only",
    graphVersion: "v24.0",
  },
} as const;

/** A text that a provider's stand-in took. */
export type SentText = {
  readonly id: string;
  readonly to: string;
  readonly text: string;
  /** The request as it came: the form's fields, or the JSON. */
  readonly content: Readonly<Record<string, unknown>>;
  /** When it was taken, epoch ms. */
  readonly at: number;
};

/** Templates that Meta's stand-in has approved, with how many variables each has. */
export const APPROVED_TEMPLATES = { order_ready: 2, appointment_named: 1, hello: 0 } as const;

/** The account's content at Twilio's stand-in. */
export const CONTENT_SID = `HX${"0123456789abcdef".repeat(2)}`;

/**
 * A file at the providers' stand-ins. The end of its id chooses another behaviour: gone, private, downgrade, oversize,
 * lying.
 */
export const MEDIA_BYTES = "\u0089PNG of a broken box";

/** A file that Meta's stand-in was given. */
export type Upload = {
  readonly id: string;
  readonly fileName: string;
  readonly type: string;
  readonly text: string;
};

/** An event that a receiver took. */
export type SunkEvent = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What it was answered with. */
  readonly status: number;
};

/** What a receiver answers, try by try. */
export type SinkAnswers = {
  readonly statuses: readonly number[];
  readonly retryAfter?: string;
  /** What its tool `list_due` answers, call by call, the last one for ever; a number is a status to fail with. */
  readonly due?: readonly unknown[];
};

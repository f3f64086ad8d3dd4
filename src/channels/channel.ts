/** The one small face that every WhatsApp provider has here. */
import type { ChannelCredentials, InboundMessage, StatusUpdate } from "../contract/channel.ts";
import type { Result } from "../kernel/result.ts";

/** What a provider can do, where that changes what we do. */
export type Capabilities = {
  /** The longest text of one message; a longer reply goes out in several. */
  readonly maxTextCharacters: number;
  /** How long after the customer's last message free text may be sent, in ms; null without such a rule. */
  readonly textWindowMs: number | null;
  /** Whether sending the same message again can do no harm, as after a crash in the middle of sending. */
  readonly canRepeatSend: boolean;
};

/** A webhook as it came: the address that was signed, the headers and the raw body. */
export type WebhookRequest = {
  /** Our public origin, and path and query as they came. */
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Epoch ms. */
  readonly receivedAt: number;
};

/** What a genuine webhook said, by customer (E.164). */
export type WebhookContent = {
  readonly messages: readonly { readonly from: string; readonly message: InboundMessage }[];
  readonly statuses: readonly { readonly to: string; readonly status: StatusUpdate }[];
};

/** `forged`: the signature is not the provider's. `stale`: older than the provider would still send. */
export type WebhookRefusal = "forged" | "stale" | "malformed";

/** How a provider is answered so that it does not send the same again. */
export type WebhookReceipt = { readonly contentType: string; readonly body: string };

/** The webhook side of a provider. */
export type Inbound = {
  /** Verifies first, parses then; touches nothing. */
  readonly read: (
    request: WebhookRequest,
    credentials: ChannelCredentials,
  ) => Promise<Result<WebhookContent, WebhookRefusal>>;
  readonly receipt: WebhookReceipt;
  /** The answer to a set-up request (`GET`), or null when it is not genuine. */
  readonly answerSetup?: (query: URLSearchParams, credentials: ChannelCredentials) => Promise<string | null>;
};

/** A text on its way to one customer. Numbers in E.164. */
export type OutgoingText = {
  readonly from: string | null;
  readonly to: string;
  readonly text: string;
  /** Where the provider reports how far the message came. */
  readonly statusUrl: string;
  readonly allowLoopbackHttp: boolean;
};

/**
 * `failed`: it certainly did not go out. `busy`: neither, and it may be tried again. `unknown`: it may have gone out,
 * so it is not sent again.
 */
export type SendOutcome =
  | { readonly state: "sent"; readonly providerId: string }
  | { readonly state: "failed"; readonly errorCode: string }
  | { readonly state: "busy"; readonly errorCode: string }
  | { readonly state: "unknown"; readonly errorCode: string };

export type Channel = {
  readonly capabilities: Capabilities;
  /** Null for a channel that has no provider behind it. */
  readonly inbound: Inbound | null;
  readonly sendText: (message: OutgoingText, credentials: ChannelCredentials | null) => Promise<SendOutcome>;
};

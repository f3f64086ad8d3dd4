/** The one small face that every WhatsApp provider has here. */
import type {
  ChannelCredentials,
  InboundMessage,
  InstanceTemplate,
  OutgoingButton,
  OutgoingTemplate,
  StatusUpdate,
} from "../contract/channel.ts";
import type { OutboundStream } from "../kernel/outbound-stream.ts";
import type { Result } from "../kernel/result.ts";

/** What a provider can do, where that changes what we do. */
export type Capabilities = {
  /** The longest text of one message; a longer reply goes out in several. */
  readonly maxTextCharacters: number;
  /** The longest text beside buttons, and the longest caption of a file. */
  readonly maxCaptionCharacters: number;
  /** Reply buttons of one message; 0 when the channel has none, so that they become numbered lines. */
  readonly maxButtons: number;
  /** Whether the provider knows a template by an id of its own beside the name. */
  readonly needsContentSid: boolean;
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

/** A message with all that it takes to send it: files opened, templates found, buttons only where there are any. */
export type ReadyMessage =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "buttons"; readonly text: string; readonly buttons: readonly OutgoingButton[] }
  | { readonly type: "document"; readonly text: string; readonly file: OpenedFile }
  | {
      readonly type: "template";
      readonly template: OutgoingTemplate & Pick<InstanceTemplate, "contentSid">;
    };

/** A file to send: its bytes, and the link under which the provider can fetch the same. */
export type OpenedFile = OpenedDocument & { readonly fileName: string; readonly contentType: string };
export type OpenedDocument = { readonly bytes: Uint8Array<ArrayBuffer>; readonly url: string };

/** A message on its way to one customer. Numbers in E.164. */
export type Outgoing = {
  readonly from: string | null;
  readonly to: string;
  readonly message: ReadyMessage;
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
  readonly send: (outgoing: Outgoing, credentials: ChannelCredentials | null) => Promise<SendOutcome>;
  /** Opens a file that a customer has sent; null for a channel that keeps none. */
  readonly openMedia:
    | ((
        request: MediaRequest,
        credentials: ChannelCredentials,
      ) => Promise<Result<OutboundStream, MediaFailure>>)
    | null;
};

/** A customer's file, by the reference that its message brought. */
export type MediaRequest = { readonly reference: string; readonly allowLoopbackHttp: boolean };

/** `gone`: the provider keeps it no longer. `unavailable`: it could not be had now. */
export type MediaFailure = { readonly reason: "gone" | "unavailable"; readonly code: string };

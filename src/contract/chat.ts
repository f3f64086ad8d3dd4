/** The face of the Durable Object that holds one conversation: one customer writing to one instance. */
import type { DeliveryStage, InboundMessage, InboundPart, OutgoingMessage, StatusUpdate } from "./channel.ts";

/** Who answers in a chat: the agent, or a person who has taken it over. */
export const CHAT_STATES = ["agent", "person"] as const;
export type ChatState = (typeof CHAT_STATES)[number];

/** Whose chat it is. The number is in E.164 and leaves the object only sealed. */
export type ChatAddress = { organizationId: string; instanceId: string; phone: string };

/** Where a message of ours is on its way out. `unknown`: it may have gone out, and is not sent twice. */
export const OUTBOX_STATES = ["waiting", "sending", "sent", "failed", "unknown"] as const;
export type OutboxState = (typeof OUTBOX_STATES)[number];

/** One line of the history as people read it. */
export type ChatLine = {
  /** Grows with time, unique in the chat. */
  seq: number;
  from: "customer" | "agent" | "person" | "tool";
  text: string;
  /** What a customer's message consists of. */
  parts: InboundPart[] | null;
  /** With `tool`: its name. */
  tool: string | null;
  /** With `person`: who wrote it. */
  writtenBy: string | null;
  /** Epoch ms. */
  at: number;
};

/** One message that went, or is going, out to the customer's phone. */
export type OutboundLine = {
  seq: number;
  text: string;
  state: OutboxState;
  stage: DeliveryStage | null;
  errorCode: string | null;
  /** Epoch ms. */
  at: number;
};

export type ChatRpc = {
  /** Stores the messages that are not there yet and sees to it that they are answered. Returns how many were new. */
  receive(input: { address: ChatAddress; messages: InboundMessage[] }): Promise<{ stored: number }>;
  /** Notes how far messages of ours came, in whatever order the news arrives. */
  applyStatuses(input: { statuses: StatusUpdate[] }): Promise<void>;
  /** The history, newest first; `before` is the `seq` to go on from. */
  readHistory(input: { limit: number; before: number | null }): Promise<ChatLine[]>;
  /** What the phone got or is about to get, oldest first; `after` is the `seq` to go on from. */
  readOutbound(input: { limit: number; after: number }): Promise<OutboundLine[]>;
  /** Pauses the agent in this chat. Taking a taken chat changes who has it. */
  take(input: { by: string }): Promise<void>;
  /** Hands back to the agent, which answers what was left unanswered. */
  release(): Promise<void>;
  /** Sends a person's words, or answers why not. */
  write(input: { by: string; text: string }): Promise<WriteAnswer>;
  /**
   * Puts a message out to the customer, once per `dedupeKey`, and tries to send it at once; what became of it is in
   * the line. The customer need not have written before.
   */
  send(input: SendInput): Promise<SendAnswer>;
  /** A pass for a plugin to reach this customer from one tool call. Shown here once, good for ten minutes. */
  mintToken(input: MintInput): Promise<{ token: string; expiresAt: number }>;
  /**
   * The customer, for a bridge call of that instance: with a token by its hash, when it is good now and that
   * installation's. Null otherwise, for whatever reason.
   */
  resolveRecipient(input: RecipientQuery): Promise<RecipientAnswer | null>;
};

export type WriteAnswer =
  | { written: true; line: OutboundLine }
  | { written: false; reason: "not_taken" | "outside_window" };

export type MintInput = { address: ChatAddress; installationId: string; callId: string };

export type RecipientQuery = {
  organizationId: string;
  instanceId: string;
  token: { hash: string; installationId: string } | null;
};

/** The number in E.164, and the tool call that the token was made for. */
export type RecipientAnswer = { phone: string; callId: string | null };

export type SendInput = {
  address: ChatAddress;
  message: OutgoingMessage;
  /** Who sends: `kind` as in an actor, such as `user` or `plugin`. */
  by: { kind: string; id: string };
  dedupeKey: string | null;
};

export type SendAnswer =
  | { status: "accepted"; line: OutboundLine }
  | { status: "repeated"; line: OutboundLine };

/** The part of the Durable Object namespace that callers need. */
export type ChatNamespace = {
  idFromName(name: string): ChatObjectId;
  idFromString(text: string): ChatObjectId;
  get(id: ChatObjectId): ChatRpc;
};
export type ChatObjectId = { toString(): string };

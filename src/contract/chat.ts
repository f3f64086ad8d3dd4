/** The face of the Durable Object that holds one conversation: one customer writing to one instance. */
import type {
  DeliveryStage,
  InboundMessage,
  InboundPart,
  MediaPart,
  OutgoingMessage,
  StatusUpdate,
} from "./channel.ts";
import type { DeliveryDecision, SendPolicy } from "./policy.ts";

/** Who answers in a chat: the agent, nobody until a person comes, or the person who has taken it over. */
export const CHAT_STATES = ["agent", "waiting_for_person", "person"] as const;
export type ChatState = (typeof CHAT_STATES)[number];

/** Whose chat it is. The number is in E.164 and leaves the object only sealed. */
export type ChatAddress = { organizationId: string; instanceId: string; phone: string };

/**
 * Where a message of ours is on its way out. `held`: the policy lets it go out later, and decides anew then. `blocked`:
 * the policy forbade it, for good. `unknown`: it may have gone out, and is not sent twice.
 */
export const OUTBOX_STATES = ["waiting", "sending", "sent", "held", "blocked", "failed", "unknown"] as const;
export type OutboxState = (typeof OUTBOX_STATES)[number];

/** One line of the history as people read it. */
export type ChatLine = {
  /** Grows with time, unique in the chat. */
  seq: number;
  /** `event`: something that happened besides words; the customer does not see it. */
  from: "customer" | "agent" | "person" | "tool" | "event";
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
  /** What it is beside its text. */
  message: OutgoingMessage;
  /** The latest decision about it; null before the first. */
  policy: DeliveryDecision | null;
};

export type ChatRpc = {
  /** Stores the messages that are not there yet and sees to it that they are answered. Returns how many were new. */
  receive(input: { address: ChatAddress; messages: InboundMessage[] }): Promise<{ stored: number }>;
  /** Notes how far messages of ours came, in whatever order the news arrives. */
  applyStatuses(input: { statuses: StatusUpdate[] }): Promise<void>;
  /** The file that a customer's message brought under this reference; null when none did. */
  findMedia(input: { reference: string }): Promise<MediaPart | null>;
  /** Lets a simulated phone in: whoever brings the ticket whose hash this is, once. */
  admitPhone(input: PhoneTicket): Promise<void>;
  /** Opens a simulated phone's socket for a ticket; 401 for one that is not good. */
  fetch(request: Request): Promise<Response>;
  /** The history, newest first; `before` is the `seq` to go on from. */
  readHistory(input: { limit: number; before: number | null }): Promise<ChatLine[]>;
  /** What the phone got or is about to get, oldest first; `after` is the `seq` to go on from. */
  readOutbound(input: { limit: number; after: number }): Promise<OutboundLine[]>;
  /** The same newest first; `before` is the `seq` to go on from. */
  readDeliveries(input: { limit: number; before: number | null }): Promise<OutboundLine[]>;
  /**
   * Silences the agent in this chat until a person has taken it and handed it back. A turn under way still says what it
   * has to say. `tellAfterMs`: when the customer is told that it takes longer, or null for never.
   */
  pause(input: { tellAfterMs: number | null }): Promise<void>;
  /** Pauses the agent in this chat. Taking a taken chat changes who has it. */
  take(input: { by: string }): Promise<void>;
  /** Hands back to the agent, which reads the note and answers what was left unanswered. */
  release(input?: { note: string | null }): Promise<void>;
  /** Switches a plugin on or off in this chat. */
  setPlugin(input: { installationId: string; enabled: boolean }): Promise<void>;
  /** The installations that are switched off here. */
  readSwitchedOff(): Promise<string[]>;
  /** Sends a person's words, or answers why not. */
  write(input: { by: string; text: string }): Promise<WriteAnswer>;
  /**
   * Puts a message out to the customer, once per `dedupeKey`, and tries to send it at once; what became of it is in
   * the line. The customer need not have written before.
   */
  send(input: SendInput): Promise<SendAnswer>;
  /**
   * Takes back what was sent under this key and has not left: it is `blocked` as `withdrawn`. False when there is no
   * such message, or it has left or ended.
   */
  withdraw(input: { dedupeKey: string }): Promise<boolean>;
  /** What was put out under this key, however far it came; null when nothing was. */
  readSent(input: { dedupeKey: string }): Promise<OutboundLine | null>;
  /** What decides when the customer may be written to. */
  readCustomer(): Promise<CustomerFacts>;
  /** Says where the customer's clock is (IANA), or that nobody knows. What is held is decided anew. */
  setTimeZone(input: { timeZone: string | null }): Promise<void>;
  /** What would become of a message then. Nothing is sent or kept. */
  simulate(input: SimulateInput): Promise<SimulateAnswer>;
  /** A pass for a plugin to reach this customer from one tool call. Shown here once, good for ten minutes. */
  mintToken(input: MintInput): Promise<{ token: string; expiresAt: number }>;
  /**
   * The customer, for a bridge call of that instance: with a token by its hash, when it is good now and that
   * installation's. Null otherwise, for whatever reason.
   */
  resolveRecipient(input: RecipientQuery): Promise<RecipientAnswer | null>;
  /**
   * Notes something that happened besides words, once per `dedupeKey`: people and the model read it, the customer does
   * not. With `opensTurn` the agent then says what there is to say, unless a person has the chat.
   */
  note(input: NoteInput): Promise<void>;
  /** Seals the customer's number under the newest master key. Answers it sealed; null when nobody has written. */
  reseal(): Promise<string | null>;
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

/** Times in epoch ms; null for what has not happened, or is not known. */
export type CustomerFacts = {
  timeZone: string | null;
  optedOutAt: number | null;
  lastInboundAt: number | null;
};

export type SendInput = {
  address: ChatAddress;
  message: OutgoingMessage;
  /** Who sends: `kind` as in an actor, such as `user` or `plugin`. */
  by: { kind: string; id: string };
  dedupeKey: string | null;
  /** Left out: an answer. */
  policy?: SendPolicy;
};

/** `at` in epoch ms. */
export type SimulateInput = { address: ChatAddress; text: string; policy: SendPolicy; at: number };

/** The decision, and what each rule says by itself: null when it has nothing against the message. */
export type SimulateAnswer = {
  decision: DeliveryDecision;
  rules: { rule: string; against: DeliveryDecision | null }[];
};

/** Times in epoch ms. The phone's socket is closed after `socketExpiresAt`, so that a credential is shown again. */
export type PhoneTicket = {
  address: ChatAddress;
  ticketHash: string;
  expiresAt: number;
  socketExpiresAt: number;
};

export type NoteInput = { text: string; opensTurn: boolean; dedupeKey: string };

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

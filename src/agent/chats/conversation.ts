import { type CtxBase, type OrgCtx, withActor } from "../../access/context.ts";
import { capabilitiesOf, isInsideTextWindow } from "../../channels/deliver.ts";
import type { InboundMessage, MediaPart, StatusUpdate } from "../../contract/channel.ts";
import type {
  ChatAddress,
  ChatLine,
  ChatRpc,
  CustomerFacts,
  MintInput,
  NoteInput,
  OutboundLine,
  PhoneTicket,
  RecipientAnswer,
  RecipientQuery,
  SendAnswer,
  SendInput,
  SimulateAnswer,
  SimulateInput,
  WriteAnswer,
} from "../../contract/chat.ts";
import { newId } from "../../kernel/ids.ts";
import { findInstance, type InstanceRow } from "../../tenancy/instances/index.ts";
import { runToolLoop } from "../gateway/index.ts";
import { answersDueAt, holdAnswers, settleAnswers } from "./approvals.ts";
import {
  type ChatRow,
  createChat,
  markIndexed,
  type NewChat,
  PHONE_PURPOSE,
  readChat,
  setPhoneSealed,
  setTimeZone,
  stateOf,
  touchChat,
} from "./chat-row.ts";
import { hasChatTables, migrateChatTables } from "./chat-tables.ts";
import { findMedia } from "./find-media.ts";
import { handBack, pauseAgent, takeOver, tellThatItTakesLonger } from "./hand-off.ts";
import { addPersonMessage, readLines } from "./history.ts";
import { addNote, addToInbox, inboxDueAt, takeInbox } from "./inbox.ts";
import { indexChat } from "./index-chat.ts";
import { isStillGranted } from "./is-still-granted.ts";
import { FAILURE_PAUSE_MS } from "./limits.ts";
import { mayBeWish, settleWishes } from "./opt-out.ts";
import {
  addToOutbox,
  findInOutbox,
  noteDelivery,
  outboxDueAt,
  readDeliveries,
  readOutboundLine,
  readOutboundLines,
  reconsiderHeld,
  withdrawFromOutbox,
} from "./outbox.ts";
import { tellPhones, toOwnLine } from "./phone-sockets.ts";
import { admitPhone, connectPhone, hearPhone, showOnPhones } from "./phones.ts";
import { recordDecision } from "./record-decision.ts";
import { runTurn, type Think } from "./run-turn.ts";
import { acceptMessage, policyOf } from "./send-message.ts";
import { type Granted, sendWaiting } from "./send-waiting.ts";
import { simulateInChat } from "./simulate-in-chat.ts";
import { readSwitchedOff, setPluginEnabled } from "./toggles.ts";
import { mintToken, resolveRecipient } from "./tokens.ts";
import { openTurn, readOpenTurn } from "./turns.ts";

/** What the object that holds a conversation gives to it. */
export type ConversationHost = {
  readonly createBase: () => CtxBase;
  /** How a reply comes about, where that is not by the models of the organisation. */
  readonly findThink: () => Think | null;
};

/** What a sender has just read, so that it is not read again. */
type Known = {
  readonly instance: InstanceRow;
  /** E.164. */
  readonly to: string;
  readonly granted: Granted;
};

/**
 * One conversation: a customer writing to an instance. What comes in is stored and answered later by the alarm, so that
 * a webhook is answered at once and a crash loses nothing: the rows are the truth, the alarm reads them and can run
 * twice. One turn at a time.
 */
export class Conversation implements ChatRpc {
  readonly ctx: DurableObjectState;
  /** Everything of a context but its actor; the wiring knows how to build it. */
  readonly createBase: () => CtxBase;
  readonly #findThink: () => Think | null;
  #isMigrated = false;
  #working: Promise<void> | null = null;
  readonly #inFlight = new Set<number>();

  constructor(ctx: DurableObjectState, { createBase, findThink }: ConversationHost) {
    this.ctx = ctx;
    this.createBase = createBase;
    this.#findThink = findThink;
  }

  async receive({
    address,
    messages,
  }: {
    address: ChatAddress;
    messages: InboundMessage[];
  }): Promise<{ stored: number }> {
    const base = this.createBase();
    const chat = await this.#describe(base, address);
    const instance = messages.some(mayBeWish)
      ? await findInstance({ ctx: this.#contextOf(chat, base), id: chat.instanceId })
      : null;
    const now = base.clock.now();
    const { sql } = this.ctx.storage;
    // Without a pause from here on, so all of it is one write.
    this.#migrate();
    const stored = this.ctx.storage.transactionSync(() => {
      createChat(sql, chat, now);
      const added = addToInbox(sql, messages, now);
      if (instance !== null) {
        settleWishes(sql, messages, instance.delivery, now);
      }
      holdAnswers(sql, messages);
      if (added > 0) {
        touchChat(sql, now, true);
        reconsiderHeld(sql, now);
      }
      return added;
    });
    if (stored > 0) {
      await this.#arm(now);
      for (const message of messages) {
        tellPhones(this.ctx, { type: "stored", ...toOwnLine(message, now, false) }, now);
      }
    }
    return { stored };
  }

  async applyStatuses({ statuses }: { statuses: StatusUpdate[] }): Promise<void> {
    if (this.#read() !== null) {
      this.ctx.storage.transactionSync(() => {
        for (const status of statuses) {
          noteDelivery(this.ctx.storage.sql, status);
        }
      });
    }
  }

  async readHistory({ limit, before }: { limit: number; before: number | null }): Promise<ChatLine[]> {
    return this.#read() === null ? [] : readLines(this.ctx.storage.sql, limit, before);
  }

  async readOutbound({ limit, after }: { limit: number; after: number }): Promise<OutboundLine[]> {
    return this.#read() === null ? [] : readOutboundLines(this.ctx.storage.sql, after, limit);
  }

  async readDeliveries({ limit, before }: { limit: number; before: number | null }): Promise<OutboundLine[]> {
    return this.#read() === null ? [] : readDeliveries(this.ctx.storage.sql, before, limit);
  }

  async pause({ tellAfterMs }: { tellAfterMs: number | null }): Promise<void> {
    if (this.#read() !== null) {
      const now = this.createBase().clock.now();
      pauseAgent(this.ctx.storage.sql, now, tellAfterMs);
      await this.#arm(now);
    }
  }

  async take({ by }: { by: string }): Promise<void> {
    if (this.#read() !== null) {
      takeOver(this.ctx.storage, by);
    }
  }

  async release({ note }: { note: string | null } = { note: null }): Promise<void> {
    if (this.#read() !== null) {
      const now = this.createBase().clock.now();
      handBack(this.ctx.storage, now, note);
      await this.#arm(now);
    }
  }

  async setPlugin({ installationId, enabled }: { installationId: string; enabled: boolean }): Promise<void> {
    if (this.#read() !== null) {
      setPluginEnabled(this.ctx.storage.sql, installationId, enabled);
    }
  }

  async readSwitchedOff(): Promise<string[]> {
    return this.#read() === null ? [] : readSwitchedOff(this.ctx.storage.sql);
  }

  async write({ by, text }: { by: string; text: string }): Promise<WriteAnswer> {
    const chat = this.#read();
    if (chat === null || chat.takenBy === null) {
      return { written: false, reason: "not_taken" };
    }
    const ctx = this.#contextOf(chat);
    const instance = await findInstance({ ctx, id: chat.instanceId });
    const now = ctx.clock.now();
    if (!isInsideTextWindow(capabilitiesOf(instance), chat.lastInboundAt, now)) {
      return { written: false, reason: "outside_window" };
    }
    const { storage } = this.ctx;
    const seq = storage.transactionSync(() => {
      addPersonMessage(storage.sql, text, by, now);
      touchChat(storage.sql, now, false);
      return addToOutbox(storage.sql, text, now);
    });
    await this.#armBeforeSending(now);
    try {
      await this.#send(ctx, chat);
    } finally {
      await this.#arm(now);
    }
    return { written: true, line: readOutboundLine(storage.sql, seq) };
  }

  async send(input: SendInput): Promise<SendAnswer> {
    const base = this.createBase();
    const { storage } = this.ctx;
    const newChat = await this.#describe(base, input.address);
    const ctx = this.#contextOf(newChat, base);
    // All that is read elsewhere is read first: taking the message and claiming it is one write then.
    const [instance, isGranted] = await Promise.all([
      findInstance({ ctx, id: newChat.instanceId }),
      isStillGranted(ctx, newChat.instanceId, policyOf(input)),
    ]);
    const now = ctx.clock.now();
    this.#migrate();
    const capabilities = capabilitiesOf(instance);
    const { status, seq } = acceptMessage(storage, input, { chat: newChat, capabilities }, now);
    const chat = this.#read();
    if (status === "accepted" && chat !== null) {
      await this.#armBeforeSending(now);
      const showing = this.#show(ctx, chat);
      try {
        await this.#send(ctx, chat, { instance, to: input.address.phone, granted: { seq, isGranted } });
        await showing.then((mark) => mark());
      } finally {
        await this.#arm(now);
      }
    }
    return { status, line: readOutboundLine(storage.sql, seq) };
  }

  async withdraw({ dedupeKey }: { dedupeKey: string }): Promise<boolean> {
    const chat = this.#read();
    const { sql } = this.ctx.storage;
    if (chat === null || !withdrawFromOutbox(sql, dedupeKey)) {
      return false;
    }
    recordDecision(this.#contextOf(chat), sql, chat.instanceId, findInOutbox(sql, dedupeKey) ?? 0);
    return true;
  }

  async readSent({ dedupeKey }: { dedupeKey: string }): Promise<OutboundLine | null> {
    const { sql } = this.ctx.storage;
    const seq = this.#read() === null ? null : findInOutbox(sql, dedupeKey);
    return seq === null ? null : readOutboundLine(sql, seq);
  }

  async readCustomer(): Promise<CustomerFacts> {
    const { timeZone = null, optedOutAt = null, lastInboundAt = 0 } = this.#read() ?? {};
    return { timeZone, optedOutAt, lastInboundAt: lastInboundAt === 0 ? null : lastInboundAt };
  }

  async setTimeZone({ timeZone }: { timeZone: string | null }): Promise<void> {
    if (this.#read() !== null) {
      const now = this.createBase().clock.now();
      this.ctx.storage.transactionSync(() => {
        setTimeZone(this.ctx.storage.sql, timeZone);
        reconsiderHeld(this.ctx.storage.sql, now);
      });
      await this.#arm(now);
    }
  }

  async simulate(input: SimulateInput): Promise<SimulateAnswer> {
    const chat = this.#read();
    const ctx = this.#contextOf(await this.#describe(this.createBase(), input.address));
    return simulateInChat(ctx, chat === null ? null : this.ctx.storage, input);
  }

  async findMedia({ reference }: { reference: string }): Promise<MediaPart | null> {
    return this.#read() === null ? null : findMedia(this.ctx.storage.sql, reference);
  }

  async admitPhone(ticket: PhoneTicket): Promise<void> {
    this.#migrate();
    await admitPhone(this.createBase(), this.ctx.storage.sql, ticket);
  }

  /** Opens a simulated phone's socket. */
  async fetch(request: Request): Promise<Response> {
    if (!hasChatTables(this.ctx.storage)) {
      return new Response(null, { status: 401 });
    }
    this.#migrate();
    return connectPhone(this.createBase(), this.ctx, request);
  }

  async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const receive: ChatRpc["receive"] = (input) => this.receive(input);
    await hearPhone(this.createBase(), { socket, data, receive });
  }

  async note(input: NoteInput): Promise<void> {
    if (this.#read() !== null) {
      const { sql } = this.ctx.storage;
      const now = this.createBase().clock.now();
      this.ctx.storage.transactionSync(() => {
        if (addNote(sql, input, now)) {
          touchChat(sql, now, false);
        }
      });
      await this.#arm(now);
    }
  }

  async mintToken({ address, ...forCall }: MintInput): Promise<{ token: string; expiresAt: number }> {
    const base = this.createBase();
    const chat = await this.#describe(base, address);
    this.#migrate();
    createChat(this.ctx.storage.sql, chat, base.clock.now());
    await this.#arm(base.clock.now());
    return mintToken(base, this.ctx, forCall);
  }

  async resolveRecipient(query: RecipientQuery): Promise<RecipientAnswer | null> {
    const chat = this.#read();
    return chat === null ? null : resolveRecipient(this.createBase(), this.ctx.storage.sql, chat, query);
  }

  async reseal(): Promise<string | null> {
    const chat = this.#read();
    if (chat === null) {
      return null;
    }
    const phoneSealed = await this.createBase().keyRing.reseal(chat.phoneSealed, PHONE_PURPOSE);
    setPhoneSealed(this.ctx.storage.sql, phoneSealed);
    return phoneSealed;
  }

  /** Does what is due. Two calls at once are one. */
  alarm(): Promise<void> {
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
    });
    return this.#working;
  }

  async #work(): Promise<void> {
    const base = this.createBase();
    let pauseMs = 0;
    try {
      const chat = this.#read();
      if (chat !== null) {
        await this.#doWhatIsDue(this.#contextOf(chat, base), chat);
      }
    } catch (error) {
      base.log.error("chat_alarm_failed", { error });
      pauseMs = FAILURE_PAUSE_MS;
    } finally {
      await this.#arm(base.clock.now() + pauseMs);
    }
  }

  async #doWhatIsDue(ctx: OrgCtx, chat: ChatRow): Promise<void> {
    const { storage } = this.ctx;
    await this.#index(ctx);
    if (answersDueAt(storage.sql) !== null) {
      await settleAnswers({ ctx, input: { storage, chat, objectId: this.ctx.id.toString() } });
    }
    await this.#send(ctx, chat);
    // Read anew: a person may have taken the chat while the lines above waited for others.
    const current = this.#read() ?? chat;
    if (stateOf(current) !== "agent" && readOpenTurn(storage.sql) === null) {
      storage.transactionSync(() => takeInbox(storage.sql));
      tellThatItTakesLonger(storage, ctx.clock.now());
      await this.#send(ctx, chat);
      await this.#index(ctx);
      return;
    }
    const turn = openTurn(storage, ctx.clock.now());
    if (turn !== null) {
      const instance = await findInstance({ ctx, id: chat.instanceId });
      const phone = await ctx.keyRing.open(chat.phoneSealed, PHONE_PURPOSE);
      try {
        tellPhones(this.ctx, { type: "typing", isTyping: true }, ctx.clock.now());
        const objectId = this.ctx.id.toString();
        const think = this.#findThink() ?? runToolLoop;
        await runTurn({ ctx, input: { storage, objectId, instance, phone, turn, think } });
        await this.#send(ctx, chat);
      } finally {
        tellPhones(this.ctx, { type: "typing", isTyping: false }, ctx.clock.now());
      }
      await this.#index(ctx);
    }
  }

  async #send(ctx: OrgCtx, chat: ChatRow, known?: Known): Promise<void> {
    const { storage } = this.ctx;
    if (outboxDueAt(storage.sql) === null) {
      return;
    }
    const {
      instance,
      to,
      granted = null,
    } = known ?? {
      instance: await findInstance({ ctx, id: chat.instanceId }),
      to: await ctx.keyRing.open(chat.phoneSealed, PHONE_PURPOSE),
    };
    const onSent = (seq: number) => showOnPhones(ctx, this.ctx, instance, seq);
    await sendWaiting({
      ctx,
      input: { storage, instance, to, granted, onSent, inFlight: this.#inFlight },
    });
  }

  async #index(ctx: OrgCtx): Promise<void> {
    const row = this.#read();
    if (row !== null) {
      (await this.#show(ctx, row))();
    }
  }

  /**
   * Shows the conversation in the index; what is returned notes that here. The index is for lists: that it is behind
   * for a while must not keep a customer waiting, so this never throws.
   */
  async #show(ctx: OrgCtx, row: ChatRow): Promise<() => void> {
    if (row.indexedAt < row.lastMessageAt) {
      try {
        await indexChat({ ctx, input: { row, objectId: this.ctx.id.toString() } });
        return () => markIndexed(this.ctx.storage.sql, row.lastMessageAt);
      } catch (error) {
        ctx.log.error("chat_not_indexed", { chatId: row.id, error });
      }
    }
    return () => undefined;
  }

  /** Sets the alarm to the earliest of what is due, and not before `notBefore` (epoch ms). */
  async #arm(notBefore: number): Promise<void> {
    const chat = this.#read();
    if (chat === null) {
      return;
    }
    const { sql } = this.ctx.storage;
    const dueAt = [
      // What waits while a turn is under way waits for its end.
      readOpenTurn(sql)?.dueAt ?? inboxDueAt(sql),
      answersDueAt(sql),
      this.#inFlight.size > 0 ? null : outboxDueAt(sql),
      chat.tellAt,
      chat.indexedAt < chat.lastMessageAt ? notBefore + FAILURE_PAUSE_MS : null,
    ].filter((time) => time !== null);
    if (dueAt.length > 0) {
      await this.ctx.storage.setAlarm(Math.max(notBefore, Math.min(...dueAt)));
    } else if (this.#inFlight.size === 0) {
      await this.ctx.storage.deleteAlarm(); // it would ring for nothing
    }
  }

  /** Called right after a message was put on its way: in one write with it, so that it goes out even if we die now. */
  #armBeforeSending(now: number): Promise<void> {
    return this.#arm(now + FAILURE_PAUSE_MS);
  }

  /** The chat as it is to be made, if it is not there. */
  async #describe(
    { keyRing }: CtxBase,
    { organizationId, instanceId, phone }: ChatAddress,
  ): Promise<NewChat> {
    const known = this.#read();
    return (
      known ?? {
        id: newId("chat"),
        organizationId,
        instanceId,
        phoneSealed: await keyRing.seal(phone, PHONE_PURPOSE),
      }
    );
  }

  #contextOf({ id, organizationId, instanceId }: NewChat, base = this.createBase()): OrgCtx {
    return withActor(base, { kind: "chat", id, organizationId, instanceId });
  }

  #migrate(): void {
    if (!this.#isMigrated) {
      migrateChatTables(this.ctx.storage);
      this.#isMigrated = true;
    }
  }

  /** The conversation, or null when nobody has written yet. */
  #read(): ChatRow | null {
    if (!this.#isMigrated) {
      if (!hasChatTables(this.ctx.storage)) {
        return null;
      }
      this.#migrate();
    }
    return readChat(this.ctx.storage.sql);
  }
}

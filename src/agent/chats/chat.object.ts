import { DurableObject } from "cloudflare:workers";
import { type CtxBase, type OrgCtx, withActor } from "../../access/context.ts";
import { capabilitiesOf, isInsideTextWindow } from "../../channels/deliver.ts";
import type { InboundMessage, StatusUpdate } from "../../contract/channel.ts";
import type {
  ChatAddress,
  ChatLine,
  ChatRpc,
  MintInput,
  OutboundLine,
  RecipientAnswer,
  RecipientQuery,
  SendAnswer,
  SendInput,
  WriteAnswer,
} from "../../contract/chat.ts";
import { newId } from "../../kernel/ids.ts";
import { findInstance } from "../../tenancy/instances/index.ts";
import { runToolLoop } from "../gateway/index.ts";
import {
  type ChatRow,
  createChat,
  markIndexed,
  NEVER,
  PHONE_PURPOSE,
  readChat,
  setTakenBy,
  touchChat,
} from "./chat-row.ts";
import { hasChatTables, migrateChatTables } from "./chat-tables.ts";
import { addPersonMessage, readLines } from "./history.ts";
import { addToInbox, inboxDueAt, takeInbox } from "./inbox.ts";
import { indexChat } from "./index-chat.ts";
import { FAILURE_PAUSE_MS } from "./limits.ts";
import { addToOutbox, noteDelivery, outboxDueAt, readOutboundLines } from "./outbox.ts";
import { runTurn, type Think } from "./run-turn.ts";
import { addOutgoing } from "./send-message.ts";
import { sendWaiting } from "./send-waiting.ts";
import { addToken, createToken, findTokenCall } from "./tokens.ts";
import { dropOpenTurn, openTurn, openTurnIfUnanswered, readOpenTurn } from "./turns.ts";

/**
 * One conversation: a customer writing to an instance. What comes in is stored and answered later by the alarm, so that
 * a webhook is answered at once and a crash loses nothing: the rows are the truth, the alarm reads them and can run
 * twice. One turn at a time.
 */
export abstract class Chat extends DurableObject<Env> implements ChatRpc {
  /** How a reply comes about; a test that is not about models puts its own here. */
  think: Think = runToolLoop;
  #isMigrated = false;
  #working: Promise<void> | null = null;
  readonly #inFlight = new Set<number>();

  /** Everything of a context but its actor; the wiring knows how to build it. */
  protected abstract createBase(): CtxBase;

  async receive({
    address,
    messages,
  }: {
    address: ChatAddress;
    messages: InboundMessage[];
  }): Promise<{ stored: number }> {
    const { clock, keyRing } = this.createBase();
    const { organizationId, instanceId, phone } = address;
    const phoneSealed = this.#read() === null ? await keyRing.seal(phone, PHONE_PURPOSE) : "";
    const now = clock.now();
    const { sql } = this.ctx.storage;
    // Without a pause from here on, so all of it is one write.
    this.#migrate();
    const stored = this.ctx.storage.transactionSync(() => {
      createChat(sql, { id: newId("chat"), organizationId, instanceId, phoneSealed }, now);
      const added = addToInbox(sql, messages, now);
      if (added > 0) {
        touchChat(sql, now, true);
      }
      return added;
    });
    if (stored > 0) {
      await this.#arm(now);
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

  async take({ by }: { by: string }): Promise<void> {
    if (this.#read() !== null) {
      const { sql } = this.ctx.storage;
      this.ctx.storage.transactionSync(() => {
        setTakenBy(sql, by);
        dropOpenTurn(sql);
        takeInbox(sql);
      });
    }
  }

  async release(): Promise<void> {
    if (this.#read() !== null) {
      const { sql } = this.ctx.storage;
      const now = this.createBase().clock.now();
      this.ctx.storage.transactionSync(() => {
        setTakenBy(sql, null);
        takeInbox(sql);
        openTurnIfUnanswered(sql, now);
      });
      await this.#arm(now);
    }
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
    try {
      await this.#send(ctx, chat);
    } finally {
      await this.#arm(now);
    }
    const [line] = readOutboundLines(storage.sql, seq - 1, 1);
    if (line === undefined) {
      throw new Error(`The message ${seq} has left its outbox.`);
    }
    return { written: true, line };
  }

  async send({ address, message, dedupeKey }: SendInput): Promise<SendAnswer> {
    const chat = await this.#readOrCreate(address);
    const ctx = this.#contextOf(chat);
    const instance = await findInstance({ ctx, id: chat.instanceId });
    const now = ctx.clock.now();
    const { storage } = this.ctx;
    const { maxTextCharacters } = capabilitiesOf(instance);
    const { seq, isRepeated } = addOutgoing(storage, { message, dedupeKey, maxTextCharacters }, now);
    try {
      await this.#send(ctx, chat);
    } finally {
      await this.#arm(now);
    }
    const [line] = readOutboundLines(storage.sql, seq - 1, 1);
    if (line === undefined) {
      throw new Error(`The message ${seq} has left its outbox.`);
    }
    return { status: isRepeated ? "repeated" : "accepted", line };
  }

  async mintToken({
    address,
    installationId,
    callId,
  }: MintInput): Promise<{ token: string; expiresAt: number }> {
    await this.#readOrCreate(address);
    const { clock, keyRing } = this.createBase();
    const now = clock.now();
    const { token, hash, expiresAt } = await createToken(keyRing, this.ctx.id.toString(), now);
    addToken(this.ctx.storage.sql, { hash, expiresAt, installationId, callId }, now);
    return { token, expiresAt };
  }

  async resolveRecipient({
    organizationId,
    instanceId,
    token,
  }: RecipientQuery): Promise<RecipientAnswer | null> {
    const chat = this.#read();
    if (chat === null || chat.organizationId !== organizationId || chat.instanceId !== instanceId) {
      return null;
    }
    const { clock, keyRing } = this.createBase();
    const callId = token === null ? null : findTokenCall(this.ctx.storage.sql, token, clock.now());
    if (token !== null && callId === null) {
      return null;
    }
    return { phone: await keyRing.open(chat.phoneSealed, PHONE_PURPOSE), callId };
  }

  /** Does what is due. Two calls at once are one. */
  override alarm(): Promise<void> {
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
    await this.#send(ctx, chat);
    // Read anew: a person may have taken the chat while the lines above waited for others.
    if (this.#read()?.takenBy !== null) {
      storage.transactionSync(() => takeInbox(storage.sql));
      return;
    }
    const turn = openTurn(storage, ctx.clock.now());
    if (turn !== null) {
      const instance = await findInstance({ ctx, id: chat.instanceId });
      const phone = await ctx.keyRing.open(chat.phoneSealed, PHONE_PURPOSE);
      await runTurn({ ctx, input: { storage, instance, phone, turn, think: this.think } });
      await this.#send(ctx, chat);
      await this.#index(ctx);
    }
  }

  async #send(ctx: OrgCtx, chat: ChatRow): Promise<void> {
    const { storage } = this.ctx;
    if (outboxDueAt(storage.sql) === null) {
      return;
    }
    const instance = await findInstance({ ctx, id: chat.instanceId });
    const to = await ctx.keyRing.open(chat.phoneSealed, PHONE_PURPOSE);
    const lastInboundAt = this.#read()?.lastInboundAt ?? chat.lastInboundAt;
    const input = { storage, instance, to, lastInboundAt, inFlight: this.#inFlight };
    await sendWaiting({ ctx, input });
  }

  /** The index is for lists; that it is behind for a while must not keep a customer waiting. */
  async #index(ctx: OrgCtx): Promise<void> {
    const row = this.#read();
    if (row !== null && row.indexedAt < row.lastMessageAt) {
      try {
        await indexChat({ ctx, input: { row, objectId: this.ctx.id.toString() } });
        markIndexed(this.ctx.storage.sql, row.lastMessageAt);
      } catch (error) {
        ctx.log.error("chat_not_indexed", { chatId: row.id, error });
      }
    }
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
      this.#inFlight.size > 0 ? null : outboxDueAt(sql),
      chat.indexedAt < chat.lastMessageAt ? notBefore + FAILURE_PAUSE_MS : null,
    ].filter((time) => time !== null);
    if (dueAt.length > 0) {
      await this.ctx.storage.setAlarm(Math.max(notBefore, Math.min(...dueAt)));
    }
  }

  #contextOf({ id, organizationId, instanceId }: ChatRow, base = this.createBase()): OrgCtx {
    return withActor(base, { kind: "chat", id, organizationId, instanceId });
  }

  #migrate(): void {
    if (!this.#isMigrated) {
      migrateChatTables(this.ctx.storage);
      this.#isMigrated = true;
    }
  }

  /** The conversation; a new one, in which the customer has said nothing, when there was none. */
  async #readOrCreate({ organizationId, instanceId, phone }: ChatAddress): Promise<ChatRow> {
    const known = this.#read();
    if (known !== null) {
      return known;
    }
    const { clock, keyRing } = this.createBase();
    const phoneSealed = await keyRing.seal(phone, PHONE_PURPOSE);
    const now = clock.now();
    this.#migrate();
    const { sql } = this.ctx.storage;
    createChat(sql, { id: newId("chat"), organizationId, instanceId, phoneSealed }, now, NEVER);
    await this.#arm(now);
    const created = readChat(sql);
    if (created === null) {
      throw new Error("The conversation that was just made is not there.");
    }
    return created;
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

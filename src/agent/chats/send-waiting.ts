import type { OrgCtx } from "../../access/context.ts";
import type { SendOutcome } from "../../channels/channel.ts";
import { capabilitiesOf, type Delivered, deliver } from "../../channels/deliver.ts";
import { endOf } from "../../channels/policy/index.ts";
import type { InstanceRow } from "../../tenancy/instances/index.ts";
import { readChatFacts } from "./chat-facts.ts";
import { isStillGranted } from "./is-still-granted.ts";
import { SEND_BACKOFF_MS, SEND_TRIES } from "./limits.ts";
import { claim, noteDecision, type OutboxRow, readOpenOutbox, readPartAhead, settle } from "./outbox.ts";
import { recordDecision } from "./record-decision.ts";

/** Whether the plugin behind one message may still write, as read right before the message was taken. */
export type Granted = { readonly seq: number; readonly isGranted: boolean };

type Waiting = {
  readonly storage: DurableObjectStorage;
  readonly instance: InstanceRow;
  /** E.164. */
  readonly to: string;
  /** Null when it is to be read for each. */
  readonly granted: Granted | null;
  /** Called for each message that has gone out, before the next is sent. */
  readonly onSent: (seq: number) => Promise<void>;
  /** What this object is sending at this moment; kept in memory, so that it dies with what it speaks of. */
  readonly inFlight: Set<number>;
};

/**
 * Sends what waits and what is held no longer, in order, each message at most once: it is claimed in storage before it
 * leaves. A message that was claimed when the object died may have left, so it is sent again only where that does no
 * harm. What the delivery policy lets out later is held, and decided anew then. Ends early when the provider has no
 * room; the rest goes out later, in order.
 */
export async function sendWaiting({ ctx, input }: { ctx: OrgCtx; input: Waiting }): Promise<void> {
  const { sql } = input.storage;
  const open = readOpenOutbox(sql, ctx.clock.now());
  for (const { seq } of open) {
    const row = readOpenOutbox(sql, ctx.clock.now()).find((open) => open.seq === seq);
    if (row === undefined || input.inFlight.has(seq)) {
      continue; // a person's message and a turn's reply may be sent side by side
    }
    if (row.state === "sending" && !capabilitiesOf(input.instance).canRepeatSend) {
      settle(sql, seq, { state: "unknown", errorCode: "interrupted" });
      continue;
    }
    const { decision, outcome } = await sendOne(ctx, input, row, seq === open[0]?.seq);
    noteDecision(sql, seq, decision);
    if (outcome === null || row.state === "held") {
      recordDecision(ctx, sql, input.instance.id, seq);
    }
    if (outcome === null) {
      settleStaying(sql, row, decision);
      continue;
    }
    note(ctx, sql, row, outcome);
    if (outcome.state === "sent") {
      await input.onSent(seq);
    }
    if (outcome.state === "busy") {
      return;
    }
  }
}

/** `isFirst`: nothing was sent before it in this go, so what was read at its start is as good as new. */
async function sendOne(ctx: OrgCtx, input: Waiting, row: OutboxRow, isFirst: boolean): Promise<Delivered> {
  const { storage, instance, to, granted, inFlight } = input;
  const { sql } = storage;
  inFlight.add(row.seq);
  try {
    const isGranted =
      row.seq === granted?.seq && isFirst
        ? granted.isGranted
        : await isStillGranted(ctx, instance.id, row.policy);
    const ahead = readPartAhead(sql, row);
    if (ahead?.policy && ahead.policy.decision !== "send_template") {
      if (ahead.state === "held" || ahead.state === "blocked") {
        return { decision: ahead.policy, outcome: null }; // a message is not sent in halves
      }
    }
    const mustUseTemplate = ahead?.policy?.decision === "send_template";
    const delivery = {
      instance,
      to,
      message: row.message,
      policy: row.policy,
      isLastPart: row.seq === row.groupSeq,
      readFacts: () => ({
        ...readChatFacts(sql, instance, row, ctx.clock.now()),
        isGranted,
        mustUseTemplate,
      }),
      claim: async () => {
        claim(sql, row.seq, ctx.clock.now());
        // The claim must outlive us before anything leaves.
        await storage.sync();
      },
    };
    try {
      return await deliver({ ctx, input: delivery });
    } catch (error) {
      ctx.log.error("delivery_failed", { instanceId: instance.id, error });
      const decision = { decision: "send", reason: "allowed", until: null } as const;
      return { decision, outcome: { state: "failed", errorCode: "delivery_failed" } };
    }
  } finally {
    inFlight.delete(row.seq);
  }
}

/** Notes what did not go out because it may not, or not yet. */
function settleStaying(
  sql: SqlStorage,
  { seq, policy, at }: OutboxRow,
  { decision, reason, until }: Delivered["decision"],
): void {
  if (decision === "hold") {
    const end = endOf(policy, at);
    settle(sql, seq, { state: "held", dueAt: Math.min(until ?? end, end) });
    return;
  }
  settle(sql, seq, { state: "blocked", ...(decision === "block" && { errorCode: reason }) });
}

function note(ctx: OrgCtx, sql: SqlStorage, { seq, tries }: OutboxRow, outcome: SendOutcome): void {
  const attempt = tries + 1;
  if (outcome.state === "busy" && attempt < SEND_TRIES) {
    const dueAt = ctx.clock.now() + SEND_BACKOFF_MS * 2 ** tries;
    settle(sql, seq, { state: "waiting", errorCode: outcome.errorCode, dueAt });
    return;
  }
  settle(sql, seq, outcome.state === "busy" ? { ...outcome, state: "failed" } : outcome);
}

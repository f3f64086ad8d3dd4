import { and, eq, lte, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import type { ListedObligation } from "../../contract/due-obligation.ts";
import { obligationPoll } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";
import { callCapability } from "../../plugins/dispatch/index.ts";
import { findPlugin } from "./find-plugin.ts";
import {
  ITEMS_PER_POLL,
  NEW_PER_POLL,
  PAGE_ITEMS,
  PAGES_MAX,
  POLL_LEASE_MS,
  PROBLEMS_SHOWN,
} from "./limits.ts";
import { nextPollAt } from "./next-poll-at.ts";
import { type Problem, readDueList } from "./read-due-list.ts";
import { storeDue } from "./store-due.ts";

type PollRow = typeof obligationPoll.$inferSelect;

/**
 * Asks one plugin for one number what is due, and notes what is new. Claimed first, so that two messages make one poll;
 * one that is lost with its isolate is made again after its lease. A plugin that fails is asked later and later.
 */
export async function pollPlugin({
  ctx,
  input: { organizationId, id },
}: {
  ctx: Ctx;
  input: { organizationId: string; id: string };
}): Promise<void> {
  const poll = await claim(ctx, organizationId, id);
  if (poll === undefined) {
    return;
  }
  const plugin = await findPlugin(ctx, poll);
  if (plugin === undefined || !plugin.permissions.has("plugin:obligations:request")) {
    await rest(ctx, poll, "not_granted");
    return;
  }
  const heard = await hear(ctx, poll);
  if (heard.error === "not_granted") {
    await rest(ctx, poll, heard.error);
    return;
  }
  await settle(ctx, poll, heard);
}

type Heard = {
  readonly error: string | null;
  readonly listed: number;
  readonly added: number;
  readonly dropped: number;
  readonly problems: readonly Problem[];
};

async function claim({ db, clock }: Ctx, organizationId: string, id: string): Promise<PollRow | undefined> {
  const now = clock.now();
  const [row] = await db
    .update(obligationPoll)
    .set({ nextPollAt: now + POLL_LEASE_MS, lastPolledAt: now })
    .where(
      and(
        eq(obligationPoll.id, id),
        eq(obligationPoll.organizationId, organizationId),
        lte(obligationPoll.nextPollAt, now),
      ),
    )
    .returning();
  return row;
}

/** Page after page, as long as they are full and bring something new. What was taken before a failure stays. */
async function hear(ctx: Ctx, poll: PollRow): Promise<Heard> {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  let listed = 0;
  let added = 0;
  for (let page = 0; page < PAGES_MAX; page++) {
    const now = ctx.clock.now();
    const answer = await ask(ctx, poll, now);
    const list = answer.ok ? readDueList(answer.result, { now, room: ITEMS_PER_POLL - listed }) : null;
    if (list === null) {
      const error = answer.ok ? "answer_invalid" : answer.error;
      return { error, listed, added, dropped: problems.length, problems };
    }
    const items = list.items.filter(({ obligationId }) => !seen.has(obligationId));
    for (const { obligationId } of items) {
      seen.add(obligationId);
    }
    const stored = await store(ctx, poll, items, NEW_PER_POLL - added);
    listed += list.listed;
    added += stored.added;
    problems.push(...list.problems, ...stored.problems);
    const hasMore = list.listed >= PAGE_ITEMS && stored.added > 0;
    if (!hasMore || listed >= ITEMS_PER_POLL || added >= NEW_PER_POLL) {
      break;
    }
  }
  return { error: null, listed, added, dropped: problems.length, problems };
}

function store(ctx: Ctx, poll: PollRow, items: readonly ListedObligation[], room: number) {
  const { organizationId, instanceId, installationId } = poll;
  return storeDue({ ctx, input: { organizationId, instanceId, installationId, items, room } });
}

type Answer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: string };

async function ask(ctx: Ctx, poll: PollRow, now: number): Promise<Answer> {
  const { organizationId, instanceId, installationId } = poll;
  const answer = await callCapability({
    ctx,
    input: {
      organizationId,
      instanceId,
      installationId,
      capability: "obligations.list_due",
      input: { now, limit: PAGE_ITEMS },
      callId: newId("call"),
    },
  });
  if (answer.status === "unavailable") {
    return { ok: false, error: "not_granted" };
  }
  const { outcome } = answer;
  return outcome.status === "ok"
    ? { ok: true, result: outcome.result }
    : { ok: false, error: "error" in outcome ? outcome.error.code : outcome.status };
}

async function settle({ db, clock }: Ctx, poll: PollRow, heard: Heard): Promise<void> {
  const now = clock.now();
  const failures = heard.error === null ? 0 : poll.failures + 1;
  // The interval may have been changed meanwhile; this poll's own lease alone is what it may end.
  const current = await db
    .select({ intervalMinutes: obligationPoll.intervalMinutes })
    .from(obligationPoll)
    .where(eq(obligationPoll.id, poll.id))
    .get();
  const intervalMinutes = current?.intervalMinutes ?? poll.intervalMinutes;
  await db
    .update(obligationPoll)
    .set({
      failures,
      nextPollAt: nextPollAt({ id: poll.id, intervalMinutes, failures, now }),
      lastError: heard.error,
      lastSucceededAt: heard.error === null ? now : sql`${obligationPoll.lastSucceededAt}`,
      lastListed: heard.listed,
      lastAdded: heard.added,
      lastDropped: heard.dropped,
      problems: heard.problems.slice(0, PROBLEMS_SHOWN),
      updatedAt: now,
    })
    .where(and(eq(obligationPoll.id, poll.id), eq(obligationPoll.nextPollAt, poll.nextPollAt ?? 0)));
}

/** Not asked any more, until it is granted again. */
async function rest({ db, clock }: Ctx, { id, nextPollAt: lease }: PollRow, why: string): Promise<void> {
  await db
    .update(obligationPoll)
    .set({ nextPollAt: null, failures: 0, lastError: why, updatedAt: clock.now() })
    .where(and(eq(obligationPoll.id, id), eq(obligationPoll.nextPollAt, lease ?? 0)));
}

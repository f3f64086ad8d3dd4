import type { RequestedObligation } from "../../contract/obligations.ts";
import type { obligationChange, obligationPoll } from "../../db/schema/index.ts";
import { dueAtOf } from "./next-round.ts";
import type { ObligationRow } from "./obligation-row.ts";
import type { Obligation, ObligationDetail, ObligationPoll } from "./schemas.ts";

const iso = (at: number) => new Date(at).toISOString();
const isoOrNull = (at: number | null) => (at === null ? null : iso(at));

/** An obligation as people see it. How to reach the customer is left out. */
export function presentObligation(row: ObligationRow): Obligation {
  const { id, instanceId, installationId, source, externalId, title, message, action } = row;
  const { template, whenClosed } = row;
  const { round, timesLeft, state, reason } = row;
  return {
    id,
    instanceId,
    installationId,
    source,
    externalId,
    title,
    message,
    action,
    template,
    whenClosed,
    recipient: row.scope,
    dueAt: iso(dueAtOf(row)),
    round,
    timesLeft,
    state,
    reason,
    nextActAt: isoOrNull(row.nextActAt),
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
  };
}

/** With what became of it, oldest first. */
export function presentHistory(
  row: ObligationRow,
  changes: readonly (typeof obligationChange.$inferSelect)[],
): ObligationDetail {
  const history = changes.map(({ round, what, reason, createdAt }) => ({
    round,
    what,
    reason,
    at: iso(createdAt),
  }));
  return { ...presentObligation(row), history };
}

/** For the plugin that asked for it. */
export function presentRequested(row: ObligationRow): RequestedObligation {
  const { id, externalId, title, action, state, reason, timesLeft } = row;
  return { id, externalId, title, dueAt: iso(dueAtOf(row)), action, state, reason, timesLeft };
}

export function presentPoll(row: typeof obligationPoll.$inferSelect): ObligationPoll {
  const { id, instanceId, installationId, intervalMinutes, failures, lastError, problems } = row;
  return {
    id,
    instanceId,
    installationId,
    intervalMinutes,
    nextPollAt: isoOrNull(row.nextPollAt),
    failures,
    lastPolledAt: isoOrNull(row.lastPolledAt),
    lastSucceededAt: isoOrNull(row.lastSucceededAt),
    lastError,
    last: { listed: row.lastListed, added: row.lastAdded, dropped: row.lastDropped },
    problems,
  };
}

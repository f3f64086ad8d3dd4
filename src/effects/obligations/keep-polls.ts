import { and, asc, eq, gt, isNull, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { installation, instanceGrant, obligationPoll, pluginVersion } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";
import { GRANT_ROWS, POLL_MINUTES_DEFAULT, RECENT_MS, WRITE_ROWS } from "./limits.ts";
import { nextPollAt } from "./next-poll-at.ts";

/**
 * Sees to it that every plugin that lists obligations and may have them followed up is asked, on each number where that
 * is granted. `recent` looks at what was granted or installed in the last minutes, by index; otherwise at everything.
 */
export async function keepPolls({
  ctx,
  input: { recent },
}: {
  ctx: Ctx;
  input: { recent: boolean };
}): Promise<void> {
  let after = "";
  for (;;) {
    const rows = await readMissing(ctx, recent ? ctx.clock.now() - RECENT_MS : null, after);
    await begin(ctx, rows);
    const last = rows.at(-1);
    if (rows.length < GRANT_ROWS || last === undefined) {
      return;
    }
    after = last.grantId;
  }
}

type Missing = {
  readonly grantId: string;
  readonly pollId: string | null;
  readonly organizationId: string;
  readonly instanceId: string;
  readonly installationId: string;
  readonly intervalMinutes: number | null;
};

/** Grants that should be asked and are not. */
async function readMissing({ db }: Ctx, since: number | null, after: string): Promise<Missing[]> {
  // Each half by an index of its own; a condition over both tables would read all of them.
  const recently =
    since === null
      ? undefined
      : sql`${instanceGrant.id} in (
          select g.id from instance_grant g where g.updated_at >= ${since}
          union
          select g.id from installation i join instance_grant g on g.installation_id = i.id
          where i.updated_at >= ${since})`;
  return db
    .select({
      grantId: instanceGrant.id,
      pollId: obligationPoll.id,
      organizationId: instanceGrant.organizationId,
      instanceId: instanceGrant.instanceId,
      installationId: instanceGrant.installationId,
      intervalMinutes: obligationPoll.intervalMinutes,
    })
    .from(instanceGrant)
    .innerJoin(installation, eq(installation.id, instanceGrant.installationId))
    .innerJoin(pluginVersion, eq(pluginVersion.id, installation.pluginVersionId))
    .leftJoin(
      obligationPoll,
      and(
        eq(obligationPoll.installationId, instanceGrant.installationId),
        eq(obligationPoll.instanceId, instanceGrant.instanceId),
      ),
    )
    .where(
      and(
        gt(instanceGrant.id, after),
        eq(instanceGrant.status, "active"),
        eq(installation.status, "active"),
        recently,
        isNull(obligationPoll.nextPollAt),
        sql`instr(${instanceGrant.permissions}, '"plugin:obligations:request"') > 0`,
        sql`instr(${pluginVersion.manifest}, '"obligations.list_due"') > 0`,
      ),
    )
    .orderBy(asc(instanceGrant.id))
    .limit(GRANT_ROWS);
}

async function begin({ db, clock }: Ctx, rows: readonly Missing[]): Promise<void> {
  const now = clock.now();
  const writes = rows.map((row) => {
    const { organizationId, instanceId, installationId } = row;
    const id = row.pollId ?? newId("obligationPoll");
    const intervalMinutes = row.intervalMinutes ?? POLL_MINUTES_DEFAULT;
    const at = nextPollAt({ id, intervalMinutes, failures: 0, now });
    return db
      .insert(obligationPoll)
      .values({
        id,
        organizationId,
        instanceId,
        installationId,
        intervalMinutes,
        nextPollAt: at,
        createdAt: now,
        updatedAt: now,
      })
      .onConflictDoUpdate({
        target: [obligationPoll.instanceId, obligationPoll.installationId],
        set: { nextPollAt: at, failures: 0, updatedAt: now },
        setWhere: isNull(obligationPoll.nextPollAt),
      });
  });
  for (let start = 0; start < writes.length; start += WRITE_ROWS) {
    const [first, ...others] = writes.slice(start, start + WRITE_ROWS);
    if (first !== undefined) {
      await db.batch([first, ...others]);
    }
  }
}

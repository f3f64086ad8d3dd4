import { notInArray } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { masterKey } from "../../db/schema/index.ts";
import { keyIdOf } from "../../kernel/key-ring.ts";
import { countValues } from "./count-values.ts";
import { OLD_KEY_STAYS_MS } from "./limits.ts";
import type { SealedColumn } from "./sealed-column.ts";

type KeyRow = typeof masterKey.$inferSelect;

/**
 * Writes down, for the operator, what each master key is still needed for, and says it in the log: `master_key_needed`,
 * `master_key_unused` when it may be taken out of the ring, and `master_key_missing` when one was taken out too early.
 */
export async function reportKeys({
  ctx,
  input: { columns },
}: {
  ctx: Ctx;
  input: { columns: readonly SealedColumn[] };
}): Promise<readonly KeyRow[]> {
  const { db, log } = ctx;
  const now = ctx.clock.now();
  const left = await countValues(ctx, columns);
  const known = new Map((await db.select().from(masterKey)).map((row) => [row.id, row]));
  const ring = ctx.keyRing.prefixes.map(keyIdOf);
  const rows: KeyRow[] = [];
  for (const id of new Set([...ring, ...left.keys()])) {
    const role = id === ring[0] ? "newest" : ring.includes(id) ? "older" : "missing";
    const before = known.get(id);
    const since = before?.role === role ? before.since : now;
    const byColumn = left.get(id) ?? {};
    const values = Object.values(byColumn).reduce((sum, one) => sum + one, 0);
    const mayBeRemoved = role === "older" && values === 0 && now - since >= OLD_KEY_STAYS_MS;
    const row = { id, role, since, left: values, mayBeRemoved, countedAt: now } as const;
    await db.insert(masterKey).values(row).onConflictDoUpdate({ target: masterKey.id, set: row });
    rows.push(row);
    if (role === "missing") {
      log.error("master_key_missing", { key: id, left: values, byColumn });
    } else if (role === "older") {
      log.info(mayBeRemoved ? "master_key_unused" : "master_key_needed", { key: id, left: values, byColumn });
    }
  }
  await db.delete(masterKey).where(
    notInArray(
      masterKey.id,
      rows.map(({ id }) => id),
    ),
  );
  return rows;
}

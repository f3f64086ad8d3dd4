/**
 * The idempotency ledger: each key of an installation runs once. A run holds a lease; one that died leaves it to end,
 * and the next try runs the verb again, which finds what it began under the same key.
 */
import { and, eq, sql } from "drizzle-orm";
import type { CtxBase } from "../access/context.ts";
import { idempotencyKey } from "../db/schema/index.ts";
import { AppError } from "../kernel/errors.ts";
import { IN_PROGRESS_RETRY_SECONDS, KEY_LIFETIME_MS, LEASE_MS } from "./limits.ts";

export type KnownKey = typeof idempotencyKey.$inferSelect;

/** What is about to run under a key. */
export type KeyedRun = {
  readonly installationId: string;
  readonly organizationId: string;
  readonly keyHash: string;
  readonly fingerprint: string;
  readonly isKeptForEver: boolean;
};

/** An answer as it was sent. */
export type StoredAnswer = { readonly status: number; readonly text: string };

/**
 * What a known key means for a call: the answer that it had, or null when the call may run. Throws
 * `idempotency_key_reused` (422) for another payload, `idempotency_in_progress` (409) while it runs.
 */
export function judgeKnownKey(
  known: KnownKey | undefined,
  fingerprint: string,
  now: number,
): StoredAnswer | null {
  if (known === undefined || (known.expiresAt !== null && known.expiresAt <= now)) {
    return null;
  }
  if (known.fingerprint !== fingerprint) {
    throw new AppError(
      "invalid",
      "idempotency_key_reused",
      "This Idempotency-Key was given to another call, or to the same call with other content.",
      { hint: "Use a new key for a new thing; send exactly the same again to repeat the old one." },
    );
  }
  if (known.status === "done" && known.httpStatus !== null && known.answer !== null) {
    return { status: known.httpStatus, text: known.answer };
  }
  if (known.leaseUntil > now) {
    throw new AppError(
      "conflict",
      "idempotency_in_progress",
      "A call with this Idempotency-Key is still being carried out.",
      {
        hint: "Ask again with the same key, after the time in Retry-After.",
        retryAfterSeconds: IN_PROGRESS_RETRY_SECONDS,
      },
    );
  }
  return null;
}

export type Begun =
  | { readonly status: "begun"; readonly leaseId: string }
  | { readonly status: "known"; readonly key: KnownKey };

/** Takes the key for this run, unless somebody has it: then says who. One round trip. */
export async function beginKey({ db, clock }: Pick<CtxBase, "db" | "clock">, run: KeyedRun): Promise<Begun> {
  const now = clock.now();
  const leaseId = crypto.randomUUID();
  const { installationId, organizationId, keyHash, fingerprint } = run;
  const fresh = {
    organizationId,
    fingerprint,
    status: "running" as const,
    leaseId,
    leaseUntil: now + LEASE_MS,
    httpStatus: null,
    answer: null,
    createdAt: now,
    expiresAt: run.isKeptForEver ? null : now + KEY_LIFETIME_MS,
  };
  const theKey = and(eq(idempotencyKey.installationId, installationId), eq(idempotencyKey.keyHash, keyHash));
  const [, rows] = await db.batch([
    db
      .insert(idempotencyKey)
      .values({ installationId, keyHash, ...fresh })
      .onConflictDoUpdate({
        target: [idempotencyKey.installationId, idempotencyKey.keyHash],
        set: fresh,
        setWhere: sql`${idempotencyKey.expiresAt} <= ${now}
          or (${idempotencyKey.status} = 'running' and ${idempotencyKey.leaseUntil} <= ${now}
              and ${idempotencyKey.fingerprint} = ${fingerprint})`,
      }),
    db.select().from(idempotencyKey).where(theKey),
  ]);
  const [key] = rows;
  if (key === undefined) {
    throw new Error("The idempotency key that was just written is not there.");
  }
  return key.leaseId === leaseId ? { status: "begun", leaseId } : { status: "known", key };
}

/** Keeps the answer for whoever asks again. Changes nothing when the lease has gone to another run. */
export async function finishKey(
  { db }: Pick<CtxBase, "db">,
  { installationId, keyHash }: Pick<KeyedRun, "installationId" | "keyHash">,
  leaseId: string,
  { status, text }: StoredAnswer,
): Promise<void> {
  await db
    .update(idempotencyKey)
    .set({ status: "done", httpStatus: status, answer: text })
    .where(
      and(
        eq(idempotencyKey.installationId, installationId),
        eq(idempotencyKey.keyHash, keyHash),
        eq(idempotencyKey.leaseId, leaseId),
      ),
    );
}

/** Lets the next try run at once. The key still stands for the same payload. */
export async function releaseKey(
  { db }: Pick<CtxBase, "db">,
  { installationId, keyHash }: Pick<KeyedRun, "installationId" | "keyHash">,
  leaseId: string,
): Promise<void> {
  await db
    .update(idempotencyKey)
    .set({ leaseUntil: 0 })
    .where(
      and(
        eq(idempotencyKey.installationId, installationId),
        eq(idempotencyKey.keyHash, keyHash),
        eq(idempotencyKey.leaseId, leaseId),
      ),
    );
}

import { and, eq, gt, inArray, or, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import type { DueObligation } from "../../contract/due-obligation.ts";
import { obligation, pluginContact } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { normalizePhoneNumber } from "../../tenancy/instances/index.ts";
import { obligationPhonePurpose } from "./find-customer.ts";
import { AGAIN_AFTER_MS, OPEN_PER_INSTALLATION, WRITE_ROWS } from "./limits.ts";
import type { Problem } from "./read-due-list.ts";
import { sendWork } from "./send-work.ts";

type NewRow = typeof obligation.$inferInsert;

type Listed = {
  readonly organizationId: string;
  readonly instanceId: string;
  readonly installationId: string;
  readonly items: readonly DueObligation[];
  /** How many new ones this poll may still bring. */
  readonly room: number;
};

/**
 * Writes down the items that are not known yet, and sends them on their way. An item whose slot is known is no problem:
 * plugins list what is due until they are told that it is done.
 */
export async function storeDue({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: Listed;
}): Promise<{ added: number; problems: Problem[] }> {
  const problems: Problem[] = [];
  if (input.items.length === 0) {
    return { added: 0, problems };
  }
  const [known, elsewhere, open] = await Promise.all([
    readKnown(ctx, input),
    readContactsElsewhere(ctx, input),
    countOpen(ctx, input.installationId),
  ]);
  let room = Math.min(input.room, OPEN_PER_INSTALLATION - open);
  const rows: NewRow[] = [];
  for (const item of input.items) {
    const { obligationId } = item;
    const slots = known.get(obligationId) ?? [];
    const isKnown = slots.some(({ dueAt }) => dueAt === item.dueAt);
    // Another number of the organisation knows this customer: that number's poll takes it.
    if (isKnown || (item.userId !== undefined && elsewhere.has(item.userId))) {
      continue;
    }
    if (slots.some(({ createdAt }) => createdAt > ctx.clock.now() - AGAIN_AFTER_MS)) {
      const message = "It was acted on less than 20 hours ago under another dueAt.";
      problems.push({ obligationId, code: "too_soon", message });
    } else if (room <= 0) {
      problems.push({ obligationId, code: "too_many", message: "Too many at once; it is taken later." });
    } else {
      const row = await toRow(ctx, input, item);
      if (row === null) {
        const message = "The phone number is not in international form.";
        problems.push({ obligationId, code: "phone_number_invalid", message });
      } else {
        rows.push(row);
        room -= 1;
      }
    }
  }
  const added = await write(ctx, rows);
  await sendWork(
    ctx,
    "obligation.act",
    added.map(({ id, organizationId, createdAt }) => ({ id, organizationId, dueAt: createdAt })),
  );
  return { added: added.length, problems };
}

type Slot = { readonly dueAt: number; readonly createdAt: number };

/** The slots of these obligations that matter: the same ones, and those of the last hours. */
async function readKnown(
  { db, clock }: Ctx,
  { installationId, items }: Listed,
): Promise<ReadonlyMap<string, readonly Slot[]>> {
  const ids = JSON.stringify(items.map(({ obligationId }) => obligationId));
  const slots = JSON.stringify(items.map(({ dueAt }) => dueAt));
  const rows = await db
    .select({
      externalId: obligation.externalId,
      dueAt: obligation.dueAt,
      createdAt: obligation.createdAt,
    })
    .from(obligation)
    .where(
      and(
        eq(obligation.installationId, installationId),
        inArray(obligation.externalId, sql`(select value from json_each(${ids}))`),
        or(
          gt(obligation.createdAt, clock.now() - AGAIN_AFTER_MS),
          inArray(obligation.dueAt, sql`(select value from json_each(${slots}))`),
        ),
      ),
    );
  return Map.groupBy(rows, ({ externalId }) => externalId);
}

/** The customers among them whom the plugin knows on other numbers only. */
async function readContactsElsewhere(
  { db }: Ctx,
  { installationId, instanceId, items }: Listed,
): Promise<ReadonlySet<string>> {
  const ids = JSON.stringify(items.flatMap(({ userId }) => userId ?? []));
  const rows = await db
    .select({ userId: pluginContact.userId, instanceId: pluginContact.instanceId })
    .from(pluginContact)
    .where(
      and(
        eq(pluginContact.installationId, installationId),
        inArray(pluginContact.userId, sql`(select value from json_each(${ids}))`),
      ),
    );
  const here = new Set(rows.filter((row) => row.instanceId === instanceId).map(({ userId }) => userId));
  return new Set(rows.map(({ userId }) => userId).filter((userId) => !here.has(userId)));
}

/** How many obligations of the installation wait. */
export async function countOpen({ db }: Pick<Ctx, "db">, installationId: string): Promise<number> {
  return db.$count(
    obligation,
    and(eq(obligation.installationId, installationId), eq(obligation.state, "waiting")),
  );
}

/** The row of an item, or null for a number that is none. */
async function toRow(
  { keyRing, clock }: Ctx,
  { organizationId, instanceId, installationId }: Listed,
  { obligationId, userId, phone, escalation, ...item }: DueObligation,
): Promise<NewRow | null> {
  const id = newId("obligation");
  const now = clock.now();
  const number = phone === undefined ? undefined : normalized(phone);
  if (number === null) {
    return null;
  }
  return {
    id,
    organizationId,
    instanceId,
    installationId,
    source: "polled",
    externalId: obligationId,
    title: item.title,
    message: item.action === "escalation" ? (escalation?.summary ?? item.message) : item.message,
    action: item.action,
    dueAt: item.dueAt,
    scope: userId === undefined ? "external_recipient" : "known_contact",
    userId: userId ?? null,
    phoneSealed: number === undefined ? null : await keyRing.seal(number, obligationPhonePurpose(id)),
    urgency: escalation?.urgency ?? null,
    timesLeft: 1,
    state: "waiting",
    nextActAt: now,
    createdAt: now,
    updatedAt: now,
  };
}

function normalized(phone: string): string | null {
  try {
    return normalizePhoneNumber(phone);
  } catch (error) {
    if (error instanceof AppError) {
      return null;
    }
    throw error;
  }
}

/** Those that were written. A slot that somebody else wrote meanwhile is theirs. */
async function write(
  { db }: Ctx,
  rows: readonly NewRow[],
): Promise<Pick<NewRow, "id" | "organizationId" | "createdAt">[]> {
  const written: Pick<NewRow, "id" | "organizationId" | "createdAt">[] = [];
  const writes = rows.map((row) =>
    db.insert(obligation).values(row).onConflictDoNothing().returning({
      id: obligation.id,
      organizationId: obligation.organizationId,
      createdAt: obligation.createdAt,
    }),
  );
  for (let start = 0; start < writes.length; start += WRITE_ROWS) {
    const [first, ...others] = writes.slice(start, start + WRITE_ROWS);
    if (first !== undefined) {
      written.push(...(await db.batch([first, ...others])).flat());
    }
  }
  return written;
}

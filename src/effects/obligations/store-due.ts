import { and, eq, gt, inArray, isNotNull, or, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { chatIdOf } from "../../channels/chat-name.ts";
import type { ListedObligation } from "../../contract/due-obligation.ts";
import { instance, obligation, pluginContact } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { normalizePhoneNumber } from "../../tenancy/instances/index.ts";
import { findTemplateIssue } from "../template-issue.ts";
import { obligationPhonePurpose } from "./find-customer.ts";
import { AGAIN_AFTER_MS, KEEP_STEP_MS, keepMs, OPEN_PER_INSTALLATION, WRITE_ROWS } from "./limits.ts";
import type { ObligationRow } from "./obligation-row.ts";
import type { Problem } from "./read-due-list.ts";
import { sendWork } from "./send-work.ts";
import { whenClosedOf } from "./when-closed.ts";

type NewRow = typeof obligation.$inferInsert;

type Listed = {
  readonly organizationId: string;
  readonly instanceId: string;
  readonly installationId: string;
  readonly items: readonly ListedObligation[];
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
  const [known, contacts, approved, open] = await Promise.all([
    readKnown(ctx, input),
    readContacts(ctx, input),
    readTemplates(ctx, input),
    countOpen(ctx, input.installationId),
  ]);
  let room = Math.min(input.room, OPEN_PER_INSTALLATION - open);
  const rows: NewRow[] = [];
  const listed: Slot[] = [];
  for (const item of input.items) {
    const { obligationId } = item;
    const slots = known.get(obligationId) ?? [];
    const slot = slots.find(({ dueAt }) => dueAt === item.dueAt);
    if (slot !== undefined) {
      listed.push(slot);
      continue;
    }
    // Another number of the organisation knows this customer: that number's poll takes it.
    if (item.userId !== undefined && contacts.isElsewhere(item.userId)) {
      continue;
    }
    const { template } = whenClosedOf(item);
    if (template !== null && findTemplateIssue(approved, template) !== null) {
      const message = "The template is not among the number's approved ones.";
      problems.push({ obligationId, code: "template_unknown", message });
    } else if (slots.some(({ createdAt }) => createdAt > ctx.clock.now() - AGAIN_AFTER_MS)) {
      const message = "It was acted on less than 20 hours ago under another dueAt.";
      problems.push({ obligationId, code: "too_soon", message });
    } else if (room <= 0) {
      problems.push({ obligationId, code: "too_many", message: "Too many at once; it is taken later." });
    } else {
      const row = await toRow(ctx, input, item, contacts.chatOf(item.userId));
      if (row === null) {
        const message = "The phone number is not in international form.";
        problems.push({ obligationId, code: "phone_number_invalid", message });
      } else {
        rows.push(row);
        room -= 1;
      }
    }
  }
  await keepListed(ctx, listed);
  const added = await write(ctx, rows);
  await sendWork(
    ctx,
    "obligation.act",
    added.map(({ id, organizationId, createdAt }) => ({ id, organizationId, dueAt: createdAt })),
  );
  return { added: added.length, problems };
}

type Slot = Pick<ObligationRow, "id" | "dueAt" | "createdAt" | "removeAt">;

/** The slots of these obligations that matter: the same ones, and those of the last hours. */
async function readKnown(
  { db, clock }: Ctx,
  { installationId, items }: Listed,
): Promise<ReadonlyMap<string, readonly Slot[]>> {
  const ids = JSON.stringify(items.map(({ obligationId }) => obligationId));
  const slots = JSON.stringify(items.map(({ dueAt }) => dueAt));
  const rows = await db
    .select({
      id: obligation.id,
      externalId: obligation.externalId,
      dueAt: obligation.dueAt,
      removeAt: obligation.removeAt,
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

/** What is over and listed still is not forgotten: it would be done again. Written now and then, not with every poll. */
async function keepListed({ db, clock, config }: Ctx, listed: readonly Slot[]): Promise<void> {
  const removeAt = clock.now() + keepMs(config);
  const ids = listed
    .filter((slot) => slot.removeAt !== null && slot.removeAt < removeAt - KEEP_STEP_MS)
    .map(({ id }) => id);
  if (ids.length > 0) {
    await db
      .update(obligation)
      .set({ removeAt })
      .where(
        and(
          inArray(obligation.id, sql`(select value from json_each(${JSON.stringify(ids)}))`),
          isNotNull(obligation.removeAt),
        ),
      );
  }
}

type Contacts = {
  /** The customer's conversation on this number, as far as the plugin knows it. */
  readonly chatOf: (userId: string | undefined) => string | null;
  /** Whether the plugin knows the customer on other numbers only. */
  readonly isElsewhere: (userId: string) => boolean;
};

/** Where the plugin knows the customers among them. */
async function readContacts({ db }: Ctx, { installationId, instanceId, items }: Listed): Promise<Contacts> {
  const ids = JSON.stringify(items.flatMap(({ userId }) => userId ?? []));
  const rows = await db
    .select({
      userId: pluginContact.userId,
      instanceId: pluginContact.instanceId,
      chatObjectId: pluginContact.chatObjectId,
    })
    .from(pluginContact)
    .where(
      and(
        eq(pluginContact.installationId, installationId),
        inArray(pluginContact.userId, sql`(select value from json_each(${ids}))`),
      ),
    );
  const here = new Map(
    rows
      .filter((row) => row.instanceId === instanceId)
      .map(({ userId, chatObjectId }) => [userId, chatObjectId]),
  );
  const anywhere = new Set(rows.map(({ userId }) => userId));
  return {
    chatOf: (userId) => (userId === undefined ? null : (here.get(userId) ?? null)),
    isElsewhere: (userId) => anywhere.has(userId) && !here.has(userId),
  };
}

/** What the number may send, if any of them names a template. */
async function readTemplates({ db }: Ctx, { organizationId, instanceId, items }: Listed) {
  if (items.every((item) => whenClosedOf(item).template === null)) {
    return [];
  }
  const row = await db
    .select({ templates: instance.templates })
    .from(instance)
    .where(and(eq(instance.id, instanceId), eq(instance.organizationId, organizationId)))
    .get();
  return row?.templates ?? [];
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
  { keyRing, clock, chats }: Ctx,
  { organizationId, instanceId, installationId }: Listed,
  { obligationId, userId, phone, escalation, ...item }: ListedObligation,
  chatObjectId: string | null,
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
    chatObjectId:
      number === undefined ? chatObjectId : (await chatIdOf(chats, instanceId, number)).toString(),
    urgency: escalation?.urgency ?? null,
    ...whenClosedOf(item),
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

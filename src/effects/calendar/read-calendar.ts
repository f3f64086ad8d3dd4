import { and, eq, inArray, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { chat, installation, plugin } from "../../db/schema/index.ts";
import { isoTime } from "../../http/openapi.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { type CalendarRead, comparePositions, type Entry, type Position } from "../calendar-entry.ts";
import { readDuties } from "../obligations/index.ts";
import { readSendings } from "../schedule/index.ts";
import type { Calendar, CalendarEntry, CalendarQuery } from "./schemas.ts";

const DAY_MS = 24 * 60 * 60_000;

/** What one answer spans: a week unless told, and a quarter at most, which is as far as anybody looks at once. */
const DAYS_DEFAULT = 7;
const DAYS_MAX = 93;

/**
 * What goes out between two times and why, and what became of what was to: messages for later, reminders and
 * escalations in one order. Each of their tables is read by index, a bounded number of rows; where that is not all, the
 * answer says so and where to go on. Throws `calendar_invalid`, `chat_not_found`.
 */
export async function readCalendar({ ctx, input }: { ctx: Ctx; input: CalendarQuery }): Promise<Calendar> {
  const organizationId = requireAll(ctx, input.kind);
  const read = await toRead(ctx, organizationId, input);
  const parts = (
    await Promise.all([
      input.kind === undefined || input.kind === "message" ? readSendings(ctx, read) : [],
      input.kind === "message" ? [] : readDuties(ctx, read),
    ])
  ).flat();
  // Behind the place up to which every part is known, one might be missing.
  const reached = parts
    .flatMap((part) => part.reached ?? [])
    .reduce<Position | null>(
      (first, place) => (first === null || comparePositions(place, first) < 0 ? place : first),
      null,
    );
  const entries = parts
    .flatMap((part) => part.entries)
    .filter(({ kind }) => input.kind === undefined || kind === input.kind)
    .filter((entry) => reached === null || comparePositions(entry, reached) <= 0)
    .sort(comparePositions);
  const shown = entries.slice(0, input.limit);
  const next = entries.length > shown.length ? (shown.at(-1) ?? null) : reached;
  return {
    from: isoTime(read.from),
    to: isoTime(read.to),
    data: await present(ctx, organizationId, shown),
    nextCursor: next === null ? null : toCursor(next),
    isComplete: next === null && parts.every((part) => part.isComplete),
  };
}

/** Each part with its own permission. */
function requireAll(ctx: Ctx, kind: CalendarQuery["kind"]): string {
  if (kind === "reminder" || kind === "escalation") {
    return requirePermission(ctx, "obligations:read");
  }
  if (kind === undefined) {
    requirePermission(ctx, "obligations:read");
  }
  return requirePermission(ctx, "schedules:read");
}

async function toRead(ctx: Ctx, organizationId: string, input: CalendarQuery): Promise<CalendarRead> {
  const from = input.from === undefined ? ctx.clock.now() : Date.parse(input.from);
  const to = input.to === undefined ? from + DAYS_DEFAULT * DAY_MS : Date.parse(input.to);
  if (to <= from || to - from > DAYS_MAX * DAY_MS) {
    throw invalid("The calendar shows 1 to 93 days.", {
      pointer: "/to",
      code: "out_of_range",
      message: "must be after `from`, by 93 days at the most",
    });
  }
  const { instanceId, installationId, state, limit, chatId } = input;
  return {
    organizationId,
    instanceId,
    installationId,
    chatObjectId: chatId === undefined ? undefined : await findChatObject(ctx, organizationId, chatId),
    state,
    from,
    to,
    after: input.cursor === undefined ? null : readCursor(input.cursor),
    limit,
  };
}

async function findChatObject({ db }: Ctx, organizationId: string, id: string): Promise<string> {
  const row = await db
    .select({ objectId: chat.objectId })
    .from(chat)
    .where(and(eq(chat.id, id), eq(chat.organizationId, organizationId)))
    .get();
  if (row === undefined) {
    throw notFound("chat", id);
  }
  return row.objectId;
}

/** The chats and the plugins that the entries name, in one read each. */
async function present(
  { db }: Ctx,
  organizationId: string,
  entries: readonly Entry[],
): Promise<CalendarEntry[]> {
  const among = (values: readonly (string | null)[]) =>
    sql`(select value from json_each(${JSON.stringify([...new Set(values.filter((value) => value !== null))])}))`;
  const [chats, plugins] = await Promise.all([
    db
      .select({ id: chat.id, objectId: chat.objectId })
      .from(chat)
      .where(
        and(
          inArray(chat.objectId, among(entries.map(({ chatObjectId }) => chatObjectId))),
          eq(chat.organizationId, organizationId),
        ),
      ),
    db
      .select({ id: installation.id, slug: plugin.slug })
      .from(installation)
      .innerJoin(plugin, eq(plugin.id, installation.pluginId))
      .where(
        and(
          inArray(installation.id, among(entries.map(({ installationId }) => installationId))),
          eq(installation.organizationId, organizationId),
        ),
      ),
  ]);
  const chatIds = new Map(chats.map(({ id, objectId }) => [objectId, id]));
  const slugs = new Map(plugins.map(({ id, slug }) => [id, slug]));
  return entries.map((entry) => ({
    kind: entry.kind,
    scheduledMessageId: entry.kind === "message" ? entry.id : null,
    obligationId: entry.kind === "message" ? null : entry.id,
    occurrence: entry.occurrence,
    at: isoTime(entry.at),
    state: entry.state,
    reason: entry.reason,
    nextTryAt: entry.nextTryAt === null ? null : isoTime(entry.nextTryAt),
    text: entry.text,
    instanceId: entry.instanceId,
    chatId: chatIds.get(entry.chatObjectId ?? "") ?? null,
    installationId: entry.installationId,
    why: {
      askedBy: entry.askedBy,
      plugin: slugs.get(entry.installationId ?? "") ?? null,
      occurrence: entry.occurrence,
      occurrences: entry.occurrences,
      recurrence: entry.recurrence,
      everyHours: entry.everyHours,
      obligation: entry.obligation && { ...entry.obligation, dueAt: isoTime(entry.obligation.dueAt) },
    },
  }));
}

const toCursor = ({ at, id, occurrence }: Position): string => `${at}.${id}.${occurrence}`;

function readCursor(cursor: string): Position {
  const [, at, id = "", occurrence] = /^(\d{1,15})\.([^.]{1,200})\.(\d{1,9})$/.exec(cursor) ?? [];
  if (at === undefined) {
    throw invalid("That is no cursor of the calendar.", {
      pointer: "/cursor",
      code: "cursor_invalid",
      message: "must be the `nextCursor` of the page before",
    });
  }
  return { at: Number(at), id, occurrence: Number(occurrence) };
}

function invalid(message: string, issue: { pointer: string; code: string; message: string }): AppError {
  return new AppError("invalid", "calendar_invalid", message, { issues: [issue] });
}

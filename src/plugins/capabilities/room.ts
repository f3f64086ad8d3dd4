import { and, desc, eq } from "drizzle-orm";
import type { CtxBase } from "../../access/context.ts";
import { chatOf } from "../../channels/chat-name.ts";
import { chatNote } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";
import { PluginLimitError, type PluginRoom } from "../in-process/index.ts";
import { LIST_MAX, NOTE_MAX_CHARACTERS } from "./limits.ts";
import type { Guard } from "./permission-guard.ts";

type RoomOwner = {
  readonly organizationId: string;
  readonly instanceId: string;
  readonly installationId: string;
  readonly pluginSlug: string;
  readonly chatId: string | null;
  /** Whether the customer is being answered at this moment. */
  readonly isInTurn: boolean;
  /** E.164; never handed on. */
  readonly phone: string;
  /** What the plugin may call the customer. */
  readonly customerId: string;
};

/** How far back `participants` looks for people. */
const PARTICIPANT_LINES = 100;
const RECENT_DEFAULT = 20;

/** The chat with one customer, and no other. */
export function createRoom(
  { db, clock, chats }: Pick<CtxBase, "db" | "clock" | "chats">,
  owner: RoomOwner,
  requireGranted: Guard,
): PluginRoom {
  const { organizationId, instanceId, chatId, phone } = owner;
  const readLines = async (limit: number) =>
    (await chatOf(chats, instanceId, phone)).readHistory({ limit: Math.min(limit, LIST_MAX), before: null });
  return {
    id: chatId,
    async recentMessages(limit = RECENT_DEFAULT) {
      requireGranted("READ_MESSAGES");
      const lines = await readLines(limit);
      return lines.toReversed().map(({ from, text, at }) => ({ from, text, at }));
    },
    async participants() {
      requireGranted("READ_MESSAGES");
      const people = (await readLines(PARTICIPANT_LINES)).flatMap(({ from, writtenBy }) =>
        from === "person" && writtenBy !== null ? [writtenBy] : [],
      );
      return [
        { kind: "customer", id: owner.customerId },
        { kind: "agent", id: instanceId },
        ...[...new Set(people)].map((id) => ({ kind: "person" as const, id })),
      ];
    },
    async send(message, dedupeKey) {
      requireGranted("WRITE_MESSAGES");
      const { line } = await (await chatOf(chats, instanceId, phone)).send({
        address: { organizationId, instanceId, phone },
        message,
        by: { kind: "plugin", id: owner.installationId },
        dedupeKey: dedupeKey ?? null,
        policy: { kind: owner.isInTurn ? "answer" : "proactive" },
      });
      return line;
    },
    async readNotes(limit = RECENT_DEFAULT) {
      requireGranted("READ_NOTES");
      if (chatId === null) {
        return [];
      }
      const rows = await db
        .select()
        .from(chatNote)
        .where(and(eq(chatNote.organizationId, organizationId), eq(chatNote.chatId, chatId)))
        .orderBy(desc(chatNote.id))
        .limit(Math.min(limit, LIST_MAX));
      return rows.map(({ text, authorKind, authorId, createdAt }) => ({
        text,
        author: { kind: authorKind, id: authorId },
        at: createdAt,
      }));
    },
    async addNote(text) {
      requireGranted("WRITE_NOTES");
      if (chatId === null || text.trim() === "" || text.length > NOTE_MAX_CHARACTERS) {
        throw new PluginLimitError(
          `A note is about a chat that has begun, and has 1 to ${NOTE_MAX_CHARACTERS} characters.`,
        );
      }
      await db.insert(chatNote).values({
        id: newId("chatNote"),
        organizationId,
        chatId,
        text,
        authorKind: "plugin",
        authorId: owner.pluginSlug,
        createdAt: clock.now(),
      });
    },
  };
}

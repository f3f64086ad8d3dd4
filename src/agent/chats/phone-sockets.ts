/** A simulated phone's sockets: the pages that show it. They stay open while the object sleeps. */
import { z } from "zod";
import type { PhoneLine } from "../../channels/phone-line.ts";
import { TICKET_HASH_HEADER } from "../../channels/phone-ticket.ts";
import { hasOneContent, ONE_CONTENT, SIMULATED_CONTENT } from "../../channels/simulated-content.ts";
import type { InboundPart } from "../../contract/channel.ts";
import { err, ok, type Result } from "../../kernel/result.ts";
import { describeParts } from "./describe-parts.ts";
import { PHONE_FRAME_MAX_CHARACTERS } from "./limits.ts";

/** What a socket carries with it: whose phone it is, the number sealed, and until when it may speak (epoch ms). */
export type Phone = {
  readonly organizationId: string;
  readonly instanceId: string;
  readonly phoneSealed: string;
  readonly expiresAt: number;
};

/** A message that the phone itself has sent. */
export type OwnLine = {
  readonly messageId: string;
  readonly text: string;
  /** Whether the agent, or a person, has it before them. */
  readonly isRead: boolean;
  readonly at: string;
};

/** What the phone is told. */
export type PhoneFrame =
  | { readonly type: "history"; readonly lines: readonly (OwnLine | PhoneLine)[] }
  | ({ readonly type: "stored" } & OwnLine)
  | ({ readonly type: "message" } & PhoneLine)
  | { readonly type: "typing"; readonly isTyping: boolean }
  | { readonly type: "error"; readonly code: string; readonly message: string };

/** Close code of ours for a socket that is too old: like HTTP's 401. */
const UNAUTHENTICATED = 4401;

const MessageFrame = z
  .strictObject({ type: z.literal("message"), ...SIMULATED_CONTENT })
  .refine(hasOneContent, ONE_CONTENT);
type MessageFrame = z.infer<typeof MessageFrame>;

/** What the phone says, or a sentence about what is wrong with it. */
export function readPhoneFrame(data: string | ArrayBuffer): Result<MessageFrame, string> {
  if (typeof data !== "string" || data.length > PHONE_FRAME_MAX_CHARACTERS) {
    return err("A frame is a JSON text of at most 128 KiB.");
  }
  try {
    const read = MessageFrame.safeParse(JSON.parse(data));
    return read.success
      ? ok(read.data)
      : err(read.error.issues[0]?.message ?? "The frame is not as expected.");
  } catch {
    return err("The frame is not JSON.");
  }
}

/** Notes who may come in with a ticket; tickets that nobody used in time are forgotten. */
export function admit(
  sql: SqlStorage,
  ticket: { readonly hash: string; readonly expiresAt: number; readonly phone: Phone },
  now: number,
): void {
  sql.exec("DELETE FROM phone_ticket WHERE expires_at <= ?", now);
  sql.exec(
    "INSERT INTO phone_ticket (hash, expires_at, attachment) VALUES (?, ?, ?)",
    ticket.hash,
    ticket.expiresAt,
    JSON.stringify(ticket.phone),
  );
}

/** The phone of the ticket that a request brings, once; null for one that is not good. Needs the tables. */
export function redeemTicket(sql: SqlStorage, { headers }: Request, now: number): Phone | null {
  const [row] = sql
    .exec<{ expiresAt: number; attachment: string }>(
      "DELETE FROM phone_ticket WHERE hash = ? RETURNING expires_at AS expiresAt, attachment",
      headers.get(TICKET_HASH_HEADER) ?? "",
    )
    .toArray();
  return row === undefined || row.expiresAt <= now ? null : (JSON.parse(row.attachment) as Phone);
}

/** Takes a phone's socket in. `history` is the first that it is told. */
export function openSocket(
  state: DurableObjectState,
  phone: Phone,
  history: readonly (OwnLine | PhoneLine)[],
): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  state.acceptWebSocket(server);
  state.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  server.serializeAttachment(phone);
  tell(server, { type: "history", lines: history });
  return new Response(null, { status: 101, webSocket: client });
}

/** Whose phone a socket is; null, and the socket closed, when it is too old. */
export function phoneOf(socket: WebSocket, now: number): Phone | null {
  const phone = socket.deserializeAttachment() as Phone;
  if (phone.expiresAt > now) {
    return phone;
  }
  socket.close(UNAUTHENTICATED, "Ask for a new ticket.");
  return null;
}

/** Tells one page. One that has just gone is told nothing. */
export function tell(socket: WebSocket, frame: PhoneFrame): void {
  try {
    socket.send(JSON.stringify(frame));
  } catch {
    // its end has not come through yet
  }
}

/** Tells every page that shows the phone. */
export function tellPhones(state: DurableObjectState, frame: PhoneFrame, now: number): void {
  for (const socket of state.getWebSockets()) {
    if (phoneOf(socket, now) !== null) {
      tell(socket, frame);
    }
  }
}

/** The phone's own message as its pages show it. */
export function toOwnLine(
  { providerId, parts }: { readonly providerId: string; readonly parts: readonly InboundPart[] },
  at: number,
  isRead: boolean,
): OwnLine {
  return { messageId: providerId, text: describeParts(parts), isRead, at: new Date(at).toISOString() };
}

/** The phone's own latest messages, oldest first. */
export function readOwnLines(sql: SqlStorage, limit: number): OwnLine[] {
  return sql
    .exec<{ providerId: string; parts: string; at: number; isTaken: number }>(
      `SELECT provider_id AS providerId, parts, received_at AS at, is_taken AS isTaken FROM inbox
       ORDER BY id DESC LIMIT ?`,
      limit,
    )
    .toArray()
    .reverse()
    .map(({ providerId, parts, at, isTaken }) =>
      toOwnLine({ providerId, parts: JSON.parse(parts) as InboundPart[] }, at, isTaken === 1),
    );
}

/** What a conversation does for the pages that show its simulated phone. */
import { type CtxBase, withActor } from "../../access/context.ts";
import { presentPhoneLine } from "../../channels/phone-line.ts";
import { newSimulatedId, toSimulatedPart } from "../../channels/simulated-content.ts";
import type { ChatRpc, PhoneTicket } from "../../contract/chat.ts";
import { findInstance, type InstanceRow } from "../../tenancy/instances/index.ts";
import { PHONE_PURPOSE } from "./chat-row.ts";
import { PHONE_HISTORY_LINES } from "./limits.ts";
import { readLatestSent, readOutboundLine } from "./outbox.ts";
import {
  admit,
  openSocket,
  phoneOf,
  readOwnLines,
  readPhoneFrame,
  redeemTicket,
  tell,
  tellPhones,
  toOwnLine,
} from "./phone-sockets.ts";

/** Keeps a ticket. Needs the tables, as all here does. */
export async function admitPhone(
  { clock, keyRing }: CtxBase,
  sql: SqlStorage,
  { address, ticketHash, expiresAt, socketExpiresAt }: PhoneTicket,
): Promise<void> {
  const { organizationId, instanceId } = address;
  const phoneSealed = await keyRing.seal(address.phone, PHONE_PURPOSE);
  const phone = { organizationId, instanceId, phoneSealed, expiresAt: socketExpiresAt };
  admit(sql, { hash: ticketHash, expiresAt, phone }, clock.now());
}

/** Opens the socket of a request with a good ticket, and tells it the latest lines; otherwise 401. */
export async function connectPhone(
  base: CtxBase,
  state: DurableObjectState,
  request: Request,
): Promise<Response> {
  const { sql } = state.storage;
  const phone = redeemTicket(sql, request, base.clock.now());
  if (phone === null) {
    return new Response(null, { status: 401 });
  }
  const { organizationId, instanceId } = phone;
  const ctx = withActor(base, { kind: "chat", id: instanceId, organizationId, instanceId });
  const instance = await findInstance({ ctx, id: instanceId });
  const got = await Promise.all(
    readLatestSent(sql, PHONE_HISTORY_LINES).map((line) => presentPhoneLine(ctx, instance, line)),
  );
  const history = [...readOwnLines(sql, PHONE_HISTORY_LINES), ...got];
  return openSocket(
    state,
    phone,
    history.sort((one, other) => one.at.localeCompare(other.at)),
  );
}

/** Takes what a phone says over its socket; `receive` stores it, and tells every page of what is new. */
export async function hearPhone(
  { clock, keyRing }: CtxBase,
  { socket, data, receive }: { socket: WebSocket; data: string | ArrayBuffer; receive: ChatRpc["receive"] },
): Promise<void> {
  const now = clock.now();
  const phone = phoneOf(socket, now);
  if (phone === null) {
    return;
  }
  const read = readPhoneFrame(data);
  if (!read.ok) {
    tell(socket, { type: "error", code: "frame_invalid", message: read.error });
    return;
  }
  const { organizationId, instanceId, phoneSealed } = phone;
  const address = { organizationId, instanceId, phone: await keyRing.open(phoneSealed, PHONE_PURPOSE) };
  const providerId = read.value.messageId ?? newSimulatedId();
  const message = { providerId, sentAt: now, parts: [toSimulatedPart(read.value)] };
  const { stored } = await receive({ address, messages: [message] });
  if (stored === 0) {
    tell(socket, { type: "stored", ...toOwnLine(message, now, false) });
  }
}

/** Shows a message that has just gone out. */
export async function showOnPhones(
  ctx: CtxBase,
  state: DurableObjectState,
  instance: InstanceRow,
  seq: number,
): Promise<void> {
  if (state.getWebSockets().length > 0) {
    const line = await presentPhoneLine(ctx, instance, readOutboundLine(state.storage.sql, seq));
    tellPhones(state, { type: "message", ...line }, ctx.clock.now());
  }
}

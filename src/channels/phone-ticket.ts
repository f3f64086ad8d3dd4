/** How a simulated phone's socket is opened: with a ticket, because a browser sends no header of ours with a socket. */
import type { Ctx, CtxBase } from "../access/context.ts";
import { requirePermission } from "../access/require-permission.ts";
import { randomToken, sha256 } from "../kernel/crypto.ts";
import { AppError } from "../kernel/errors.ts";
import { normalizePhoneNumber } from "../tenancy/instances/index.ts";
import { chatOf } from "./chat-name.ts";
import { PHONE_SOCKET_MS, PHONE_TICKET_MS } from "./limits.ts";
import { findSimulator } from "./send-simulated-message.ts";

/** What a page's socket asks for beside the ticket, and what it is given. */
const PROTOCOL = "kivuko.simulator";
const TICKET_PREFIX = "ticket.";

type Ticket = { readonly url: string; readonly protocols: string[]; readonly expiresAt: string };

/** A ticket for one socket of one phone, good for a minute and once. It goes as a subprotocol, so no log has it. */
export async function issuePhoneTicket({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: { id: string; phone: string };
}): Promise<Ticket> {
  const organizationId = requirePermission(ctx, "tools:call");
  const { id: instanceId } = await findSimulator(ctx, input.id);
  const phone = normalizePhoneNumber(input.phone, "/phone");
  const ticket = randomToken();
  const now = ctx.clock.now();
  const expiresAt = now + PHONE_TICKET_MS;
  const chat = await chatOf(ctx.chats, instanceId, phone);
  await chat.admitPhone({
    address: { organizationId, instanceId, phone },
    ticketHash: await sha256(ticket),
    expiresAt,
    socketExpiresAt: now + PHONE_SOCKET_MS,
  });
  const origin = ctx.config.publicBaseUrl.replace(/^http/, "ws");
  const query = new URLSearchParams({ phone });
  return {
    url: `${origin}/v1/instances/${instanceId}/simulator/socket?${query}`,
    protocols: [PROTOCOL, TICKET_PREFIX + ticket],
    expiresAt: new Date(expiresAt).toISOString(),
  };
}

/**
 * Opens the socket of a phone that brings a ticket. Throws `upgrade_expected` for a request that is no WebSocket's, and
 * `ticket_invalid` (401) for a ticket that is not this phone's, is too old or was used.
 */
export async function openPhoneSocket({
  ctx,
  input: { instanceId, phone, headers },
}: {
  ctx: CtxBase;
  input: { instanceId: string; phone: string; headers: Headers };
}): Promise<Response> {
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new AppError("malformed", "upgrade_expected", "This address is for a WebSocket.");
  }
  const offered = (headers.get("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim());
  const ticket = offered.find((name) => name.startsWith(TICKET_PREFIX))?.slice(TICKET_PREFIX.length) ?? "";
  const chat = await chatOf(ctx.chats, instanceId, normalizePhoneNumber(phone, "/phone"));
  const answer = await chat.fetch(
    new Request("https://chat.internal/phone", {
      headers: { upgrade: "websocket", [TICKET_HASH_HEADER]: await sha256(ticket) },
    }),
  );
  if (answer.webSocket === null) {
    throw new AppError("unauthenticated", "ticket_invalid", "The ticket is not good for this phone.", {
      hint: "Ask for a new one: POST /v1/instances/{id}/simulator/tickets. Each is good for a minute and once.",
    });
  }
  const chosen = offered.includes(PROTOCOL) ? { "sec-websocket-protocol": PROTOCOL } : {};
  return new Response(null, { status: 101, webSocket: answer.webSocket, headers: chosen });
}

/** Where the conversation's object finds the hash of the ticket. */
export const TICKET_HASH_HEADER = "x-ticket-hash";

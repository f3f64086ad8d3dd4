/**
 * Current-chat tokens: the pass with which a plugin reaches the customer of one tool call. The text carries the
 * conversation's object id and its own end, sealed; whether it is good is for the conversation to say, which holds its
 * hash.
 */
import type { CtxBase } from "../../access/context.ts";
import { CURRENT_CHAT_TOKEN_PREFIX } from "../../contract/bridge-http.ts";
import type { RecipientAnswer, RecipientQuery } from "../../contract/chat.ts";
import { randomToken, sha256 } from "../../kernel/crypto.ts";
import type { KeyRing } from "../../kernel/key-ring.ts";
import { type ChatRow, PHONE_PURPOSE } from "./chat-row.ts";
import { CURRENT_CHAT_TOKEN_LIFETIME_MS, TOKEN_RANDOM_BYTES } from "./limits.ts";

const PURPOSE = "chat.current_chat_token";

type Holder = { readonly installationId: string; readonly callId: string };

/** A new token of this conversation, for one tool call: shown here, and kept by its hash. Those that have ended go. */
export async function mintToken(
  { clock, keyRing }: Pick<CtxBase, "clock" | "keyRing">,
  { id, storage: { sql } }: DurableObjectState,
  { installationId, callId }: Holder,
): Promise<{ token: string; expiresAt: number }> {
  const now = clock.now();
  const expiresAt = now + CURRENT_CHAT_TOKEN_LIFETIME_MS;
  const content = [id.toString(), expiresAt, randomToken(TOKEN_RANDOM_BYTES)].join(".");
  const token = CURRENT_CHAT_TOKEN_PREFIX + (await keyRing.seal(content, PURPOSE));
  const hash = await sha256(token);
  sql.exec("DELETE FROM current_chat_token WHERE expires_at <= ?", now);
  sql.exec(
    "INSERT INTO current_chat_token (hash, installation_id, call_id, expires_at) VALUES (?, ?, ?, ?)",
    hash,
    installationId,
    callId,
    expiresAt,
  );
  return { token, expiresAt };
}

/** What a token says; null for a text that this platform did not make. It says nothing about being good now. */
export async function openToken(
  keyRing: KeyRing,
  token: string,
): Promise<{ objectId: string; hash: string; expiresAt: number } | null> {
  if (!token.startsWith(CURRENT_CHAT_TOKEN_PREFIX)) {
    return null;
  }
  try {
    const content = await keyRing.open(token.slice(CURRENT_CHAT_TOKEN_PREFIX.length), PURPOSE);
    const [objectId = "", expiresAt = ""] = content.split(".");
    return { objectId, hash: await sha256(token), expiresAt: Number(expiresAt) };
  } catch {
    return null; // altered, or sealed under a key that has left the ring
  }
}

/** The customer of this conversation, for whoever may reach them: see `ChatRpc.resolveRecipient`. */
export async function resolveRecipient(
  { clock, keyRing }: Pick<CtxBase, "clock" | "keyRing">,
  sql: SqlStorage,
  chat: ChatRow,
  { organizationId, instanceId, token }: RecipientQuery,
): Promise<RecipientAnswer | null> {
  if (chat.organizationId !== organizationId || chat.instanceId !== instanceId) {
    return null;
  }
  const callId = token === null ? null : findTokenCall(sql, token, clock.now());
  return token !== null && callId === null
    ? null
    : { phone: await keyRing.open(chat.phoneSealed, PHONE_PURPOSE), callId };
}

/** The tool call that the token was made for; null when it is unknown, has ended or is another installation's. */
function findTokenCall(
  sql: SqlStorage,
  { hash, installationId }: { readonly hash: string; readonly installationId: string },
  now: number,
): string | null {
  const found = sql
    .exec<{ callId: string }>(
      "SELECT call_id AS callId FROM current_chat_token WHERE hash = ? AND installation_id = ? AND expires_at > ?",
      hash,
      installationId,
      now,
    )
    .toArray()[0];
  return found?.callId ?? null;
}

import { utf8 } from "../../kernel/encoding.ts";
import type { WebhookRequest } from "../channel.ts";
import { fromHex, isSignedBy } from "../signature.ts";

const PREFIX = "sha256=";

/** Whether Meta sent this: `X-Hub-Signature-256` is the HMAC-SHA256 of the raw body under the app's secret. */
export async function isFromMeta(request: WebhookRequest, appSecret: string): Promise<boolean> {
  const header = request.headers.get("x-hub-signature-256") ?? "";
  const signature = header.startsWith(PREFIX) ? fromHex(header.slice(PREFIX.length)) : null;
  return signature !== null && isSignedBy(appSecret, "SHA-256", signature, request.body);
}

/**
 * Meta's set-up request: the challenge to repeat when the token is the one that was chosen, else null. Both tokens
 * are compared by their MACs under a key that lives for this comparison, which takes the same time for all.
 */
export async function answerChallenge(query: URLSearchParams, verifyToken: string): Promise<string | null> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", utf8(verifyToken), algorithm, false, ["sign"]);
  const expected = new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(verifyToken)));
  const isGenuine = await isSignedBy(
    verifyToken,
    "SHA-256",
    expected,
    utf8(query.get("hub.verify_token") ?? ""),
  );
  return isGenuine && query.get("hub.mode") === "subscribe" ? query.get("hub.challenge") : null;
}

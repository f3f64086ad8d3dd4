import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { type HttpMessage, headerOf } from "./http-message.ts";

/**
 * Throws unless the plugin's newest call carries a platform token that its secret signed over this very body:
 * a dispatch that skipped the signature would be no dispatch to measure.
 */
export function checkSignedCall(call: HttpMessage | undefined, pluginSecret: string): void {
  assert(call !== undefined, "the plugin was not called");
  const { head, body } = call;
  const token = headerOf(head, "Authorization")?.replace(/^Bearer /, "") ?? "";
  const [protectedHeader = "", payload = "", signature] = token.split(".");
  const expected = createHmac("sha256", pluginSecret)
    .update(`${protectedHeader}.${payload}`)
    .digest("base64url");
  assert.equal(signature, expected, "the platform token is not signed with the plugin's secret");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
  const bodyHash = createHash("sha256").update(body).digest("base64url");
  assert.equal(claims.body_sha256, bodyHash, "the platform token is for another body");
}

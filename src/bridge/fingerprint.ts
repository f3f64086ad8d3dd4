import type { Recipient } from "../contract/recipient.ts";
import { canonicalJson } from "../kernel/canonical-json.ts";
import { sha256 } from "../kernel/crypto.ts";
import type { BridgeCtx } from "./bridge-call.ts";
import { identifyRecipient } from "./resolve-recipient.ts";

type AskedFor = {
  readonly method: string;
  /** As it was called, placeholders filled in. */
  readonly path: string;
  readonly body: unknown;
  readonly recipient: Recipient | null;
};

/** What makes two calls the same: instance, method, path and content, whatever the order of its fields. */
export async function fingerprintOf(
  ctx: BridgeCtx,
  { method, path, body, recipient }: AskedFor,
): Promise<string> {
  const content =
    recipient === null || typeof body !== "object"
      ? (body ?? null)
      : { ...body, recipient: await identifyRecipient(ctx, recipient) };
  return sha256([ctx.actor.instanceId, method, path, canonicalJson(withoutUndefined(content))].join(" "));
}

/** Schemas leave `undefined` where an optional field is missing; JSON has no such value. */
function withoutUndefined(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

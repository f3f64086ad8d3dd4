/** What an approval is bound to: the exact call, as a hash and sealed. */
import type { Ctx } from "../../access/context.ts";
import { canonicalJson } from "../../kernel/canonical-json.ts";
import { sha256 } from "../../kernel/crypto.ts";

export type Payload = {
  readonly input: unknown;
  /** E.164; null when the call is for no customer. */
  readonly phone: string | null;
};

type Bound = {
  readonly organizationId: string;
  readonly instanceId: string;
  readonly installationId: string;
  readonly pluginVersionId: string;
  readonly tool: string;
  readonly input: unknown;
};

/** SHA-256 over who, where, which version of which tool, and the input in its canonical form. */
export function hashPayload(bound: Bound): Promise<string> {
  const { organizationId, instanceId, installationId, pluginVersionId, tool, input } = bound;
  return sha256(canonicalJson([organizationId, instanceId, installationId, pluginVersionId, tool, input]));
}

/** A payload is bound to its approval: it cannot be moved to another one's row. */
export const payloadPurpose = (approvalId: string) => `approval.payload:${approvalId}`;

/** The payload as it is stored, in its canonical form. */
export function sealPayload(
  { keyRing }: Pick<Ctx, "keyRing">,
  approvalId: string,
  payload: Payload,
): Promise<string> {
  return keyRing.seal(canonicalJson(payload), payloadPurpose(approvalId));
}

export async function openPayload(
  { keyRing }: Pick<Ctx, "keyRing">,
  approvalId: string,
  sealed: string,
): Promise<Payload> {
  return JSON.parse(await keyRing.open(sealed, payloadPurpose(approvalId))) as Payload;
}

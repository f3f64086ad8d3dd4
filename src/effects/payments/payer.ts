import type { Ctx } from "../../access/context.ts";
import { base64url, fromBase64, utf8 } from "../../kernel/encoding.ts";
import { SEALED } from "./sealed.ts";

/**
 * Keyed hash of a payer's number (E.164) within an organisation: the same payer has the same hash, and nobody without
 * the master key can tell the number from it. The ring's key of the lowest id, wherever it stands: ids grow, so this one
 * stays longest. When it leaves, a payer may be asked beside a prompt that is open at that moment, and that is all.
 */
export async function hashPayer(
  { config }: Pick<Ctx, "config">,
  organizationId: string,
  phone: string,
): Promise<string> {
  const [oldest] = config.keyRing.toSorted((one, other) =>
    one.id.localeCompare(other.id, "en", { numeric: true }),
  );
  if (oldest === undefined) {
    throw new Error("The key ring is empty.");
  }
  const material = await crypto.subtle.importKey("raw", fromBase64(oldest.key), "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8("kivuko payment.payer_hash") },
    material,
    { name: "HMAC", hash: "SHA-256", length: 256 },
    false,
    ["sign"],
  );
  const mac = await crypto.subtle.sign("HMAC", key, utf8(`${organizationId}:${phone}`));
  return base64url(new Uint8Array(mac));
}

/** The payer's number in E.164, for a message to them. */
export function openPayerPhone(
  { keyRing }: Pick<Ctx, "keyRing">,
  { id, payerPhoneSealed }: { readonly id: string; readonly payerPhoneSealed: string },
): Promise<string> {
  return keyRing.open(payerPhoneSealed, SEALED.payerPhone(id));
}

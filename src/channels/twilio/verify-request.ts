/** Twilio's request signature: https://www.twilio.com/docs/usage/security#validating-requests */
import { fromBase64, utf8 } from "../../kernel/encoding.ts";
import type { WebhookRequest } from "../channel.ts";
import { fromHex, isSignedBy } from "../signature.ts";

const SIGNATURE_HEADER = "x-twilio-signature";
const BODY_HASH_PARAMETER = "bodySHA256";

/**
 * Whether Twilio sent this: base64 of HMAC-SHA1, under the account's token, of the exact address and then of every
 * form parameter, name and value, in the order of their names. A body that is not a form is covered by its SHA-256 in
 * the signed address.
 */
export async function isFromTwilio(request: WebhookRequest, authToken: string): Promise<boolean> {
  const signature = decode(request.headers.get(SIGNATURE_HEADER) ?? "");
  if (signature === null) {
    return false;
  }
  if (isForm(request.headers)) {
    const form = new URLSearchParams(new TextDecoder().decode(request.body));
    return isSignedBy(authToken, "SHA-1", signature, utf8(request.url + signedForm(form)));
  }
  const stated = fromHex(new URL(request.url).searchParams.get(BODY_HASH_PARAMETER) ?? "");
  const actual = new Uint8Array(await crypto.subtle.digest("SHA-256", request.body));
  const isBodyAsStated =
    stated?.length === actual.length && actual.every((byte, index) => byte === stated[index]);
  return isBodyAsStated && isSignedBy(authToken, "SHA-1", signature, utf8(request.url));
}

/** Whether the body is form parameters, Twilio's default. */
export function isForm(headers: Headers): boolean {
  return (headers.get("content-type") ?? "").startsWith("application/x-www-form-urlencoded");
}

/** A parameter that comes several times counts with each different value, in their order. */
function signedForm(form: URLSearchParams): string {
  const names = [...new Set(form.keys())].sort();
  return names
    .flatMap((name) => [...new Set(form.getAll(name))].sort().map((value) => name + value))
    .join("");
}

function decode(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return text === "" ? null : fromBase64(text);
  } catch {
    return null;
  }
}

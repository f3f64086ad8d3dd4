/** Files of incoming messages: https://www.twilio.com/docs/messaging/api/media-resource */
import type { TwilioCredentials } from "../../contract/channel.ts";
import { type OutboundStream, openOutside } from "../../kernel/outbound-stream.ts";
import { err, type Result } from "../../kernel/result.ts";
import type { MediaFailure, MediaRequest } from "../channel.ts";
import { MEDIA_FIRST_BYTE_TIMEOUT_MS, MEDIA_MAX_BYTES, MEDIA_TIMEOUT_MS } from "../limits.ts";
import { toMedia } from "../media-outcome.ts";
import { basicAuthorization, TWILIO_API_BASE_URL } from "./api.ts";

/** The API's own address leads to a signed one at Twilio's host of files, and that may lead to the store behind it. */
const MAX_REDIRECTS = 2;

/** Opens the file at a `MediaUrl`. The account's token goes to the account's API alone, never where that redirects. */
export async function openTwilioMedia(
  { reference, allowLoopbackHttp }: MediaRequest,
  { accountSid, authToken, apiBaseUrl = TWILIO_API_BASE_URL }: TwilioCredentials,
): Promise<Result<OutboundStream, MediaFailure>> {
  if (![apiBaseUrl, TWILIO_API_BASE_URL].some((base) => reference.startsWith(`${base}/`))) {
    return err({ reason: "unavailable", code: "provider_url_refused" });
  }
  return toMedia(
    await openOutside({
      url: reference,
      method: "GET",
      headers: { authorization: basicAuthorization({ accountSid, authToken }) },
      firstByteTimeoutMs: MEDIA_FIRST_BYTE_TIMEOUT_MS,
      timeoutMs: MEDIA_TIMEOUT_MS,
      maxResponseBytes: MEDIA_MAX_BYTES,
      maxRedirects: MAX_REDIRECTS,
      allowLoopbackHttp,
    }),
  );
}

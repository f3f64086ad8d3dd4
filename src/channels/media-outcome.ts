/** What a provider's answer to the question for a file says. */
import type { OutboundStream, OutboundStreamFailure } from "../kernel/outbound-stream.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { MediaFailure } from "./channel.ts";
import { MEDIA_MAX_BYTES } from "./limits.ts";

const GONE: ReadonlySet<number> = new Set([404, 410]);

/** The file, or why there is none. What is stated to be too long is given up unread. */
export function toMedia(
  answer: Result<OutboundStream, OutboundStreamFailure>,
): Result<OutboundStream, MediaFailure> {
  if (!answer.ok) {
    return err({ reason: "unavailable", code: `provider_${answer.error.reason}` });
  }
  const { status, headers, body } = answer.value;
  const isTooLarge = Number(headers.get("content-length")) > MEDIA_MAX_BYTES;
  if (status >= 200 && status < 300 && !isTooLarge) {
    return ok(answer.value);
  }
  body.cancel().catch(() => undefined); // the other side may be gone, and then nothing is left to cancel
  if (isTooLarge) {
    return err({ reason: "unavailable", code: "provider_too_large" });
  }
  return err({ reason: GONE.has(status) ? "gone" : "unavailable", code: `http_${status}` });
}

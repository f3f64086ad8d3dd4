/** What a provider's answer, or its absence, says about a message. */
import type { OutboundFailure } from "../kernel/outbound.ts";
import type { SendOutcome } from "./channel.ts";

const TOO_MANY_REQUESTS = 429;
const SERVER_ERRORS = 500;

/** No usable answer. Only an address that may not be called is certain not to have got the message. */
export function fromFailure({ reason }: OutboundFailure): SendOutcome {
  const errorCode = `provider_${reason}`;
  return { state: reason === "url_refused" ? "failed" : "unknown", errorCode };
}

/** A status that is not 2xx, with the provider's own code where it gave one. */
export function fromRefusal(status: number, code: string | undefined): SendOutcome {
  const errorCode = code ?? `http_${status}`;
  if (status === TOO_MANY_REQUESTS) {
    return { state: "busy", errorCode };
  }
  return { state: status >= SERVER_ERRORS ? "unknown" : "failed", errorCode };
}

import type { TwilioCredentials } from "../../contract/channel.ts";

/** Twilio's API, where an instance names no other region. */
export const TWILIO_API_BASE_URL = "https://api.twilio.com";

/** The account as Twilio asks for it. */
export function basicAuthorization({
  accountSid,
  authToken,
}: Pick<TwilioCredentials, "accountSid" | "authToken">): string {
  return `Basic ${btoa(`${accountSid}:${authToken}`)}`;
}

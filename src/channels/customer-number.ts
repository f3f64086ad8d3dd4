import { parsePhoneNumberFromString } from "libphonenumber-js/min";

const DIGITS = /^\d{4,15}$/;

/**
 * The number that a provider names, in E.164, with or without `whatsapp:` and a plus. Null for what is no number:
 * providers have other names for customers who hide theirs.
 */
export function customerNumber(text: string): string | null {
  const digits = text.replace(/^whatsapp:/, "").replace(/^\+/, "");
  if (!DIGITS.test(digits)) {
    return null;
  }
  // A provider's number exists, whatever the table of a library says of it.
  return parsePhoneNumberFromString(`+${digits}`)?.number ?? `+${digits}`;
}

import { type PhoneNumber, parsePhoneNumberFromString } from "libphonenumber-js/min";
import { AppError } from "../../kernel/errors.ts";

const EXAMPLE = "+254712345678";

/**
 * A phone number as a person types it, in E.164. Spaces, dots, dashes and brackets are fine; the country code is
 * needed, because a number without one means something else in each country.
 * Throws `phone_number_invalid` with what to write instead, where that can be told; `pointer` names the field.
 */
export function normalizePhoneNumber(text: string, pointer = "/phoneNumber"): string {
  const number = parse(text);
  if (number) {
    return number.number;
  }
  const withPlus = /^\s*\+/.test(text) ? undefined : parse(`+${text.trim().replace(/^00/, "")}`);
  throw new AppError("invalid", "phone_number_invalid", "That is not a phone number in international form.", {
    issues: [
      {
        pointer,
        code: "phone_number_invalid",
        message: `Write it with + and the country code, for example ${withPlus?.number ?? EXAMPLE}.`,
      },
    ],
  });
}

/** The number, when the whole text is one of a possible length for its country, without an extension. */
function parse(text: string): PhoneNumber | undefined {
  const number = parsePhoneNumberFromString(text.trim(), { extract: false });
  return number?.isPossible() && number.ext === undefined ? number : undefined;
}

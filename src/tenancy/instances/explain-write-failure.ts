import { isUniqueViolation } from "../../db/violations.ts";
import { AppError } from "../../kernel/errors.ts";

/** The failure to throw on for a write that failed: `phone_number_taken` when the number has an instance already. */
export function explainWriteFailure(error: unknown): unknown {
  return isUniqueViolation(error)
    ? new AppError(
        "conflict",
        "phone_number_taken",
        "Another instance of this channel has that phone number.",
        {
          hint: "Use that instance, or give it another number first.",
        },
      )
    : error;
}

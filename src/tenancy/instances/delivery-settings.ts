import type { DeliverySettings } from "../../contract/policy.ts";
import { AppError } from "../../kernel/errors.ts";
import { foldWord } from "../../kernel/fold-word.ts";
import type { UpdateInstance } from "./schemas.ts";

/** The settings with these changed. Throws `delivery_words_conflict` for a word that would both end and begin. */
export function changeDelivery(
  settings: DeliverySettings,
  changes: NonNullable<UpdateInstance["delivery"]>,
): DeliverySettings {
  const named = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const changed: DeliverySettings = { ...settings, ...named };
  const ending = new Set(changed.optOutWords.map(foldWord));
  const both = changed.optInWords.find((word) => ending.has(foldWord(word)));
  if (both !== undefined) {
    throw new AppError("invalid", "delivery_words_conflict", `"${both}" cannot both end and begin.`, {
      issues: [
        {
          pointer: "/delivery/optInWords",
          code: "delivery_words_conflict",
          message: "Take it out of one list.",
        },
      ],
    });
  }
  return changed;
}

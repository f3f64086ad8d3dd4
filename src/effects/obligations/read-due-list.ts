/** What a plugin answers to `obligations.list_due`, and what of it is good. Pure. */
import { z } from "zod";
import { DueObligation, type ListedObligation } from "../../contract/due-obligation.ts";

/** Why an item is not taken. */
export type Problem = {
  /** As far as the item names one. */
  readonly obligationId: string | null;
  readonly code:
    | "item_invalid"
    | "not_due"
    | "repeated"
    | "too_many"
    | "too_soon"
    | "phone_number_invalid"
    | "template_unknown";
  readonly message: string;
};

export type DueList = {
  /** How many items the answer had. */
  readonly listed: number;
  readonly items: readonly ListedObligation[];
  readonly problems: readonly Problem[];
};

const Answer = z.object({ obligations: z.array(z.unknown()) });

const SHOWN_ID_CHARACTERS = 200;

/**
 * The good items of one answer, each obligation once. Null when it is no such answer. `room` is how many items may be
 * looked at, `now` is epoch ms.
 */
export function readDueList(answer: unknown, { now, room }: { now: number; room: number }): DueList | null {
  const parsed = Answer.safeParse(answer);
  if (!parsed.success) {
    return null;
  }
  const { obligations } = parsed.data;
  const seen = new Set<string>();
  const items: ListedObligation[] = [];
  const problems: Problem[] = [];
  for (const value of obligations.slice(0, room)) {
    const item = DueObligation.safeParse(value);
    if (!item.success) {
      problems.push({ obligationId: idOf(value), code: "item_invalid", message: explain(item.error) });
      continue;
    }
    const { obligationId, dueAt } = item.data;
    if (seen.has(obligationId)) {
      problems.push({ obligationId, code: "repeated", message: "The answer lists it more than once." });
    } else if (dueAt > now) {
      problems.push({ obligationId, code: "not_due", message: "It is not due yet." });
    } else {
      items.push(item.data);
    }
    seen.add(obligationId);
  }
  if (obligations.length > room) {
    const message = `${obligations.length - room} items beyond the limit were not looked at.`;
    problems.push({ obligationId: null, code: "too_many", message });
  }
  return { listed: obligations.length, items, problems };
}

function idOf(value: unknown): string | null {
  const id = z.object({ obligationId: z.string() }).safeParse(value);
  return id.success ? id.data.obligationId.slice(0, SHOWN_ID_CHARACTERS) : null;
}

/** What is wrong, without the values: they may be a customer's. */
function explain(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map(({ path, message }) => `/${path.map(String).join("/")}: ${message}`)
    .join("; ")
    .slice(0, 300);
}

/** Holds what the platform says of scheduled messages against the plan and against the log of who carried them. */
import { type Planned, textOf } from "./schedule-plan.ts";

export type Row = {
  readonly id: string;
  readonly state: string;
  readonly text: string;
  readonly due_at: number | null;
  readonly occurrence: number;
  readonly steps: number;
};

export type Outcome = {
  readonly scheduled_message_id: string;
  readonly occurrence: number;
  readonly text: string;
  readonly state: string;
  readonly reason: string | null;
};

/** An event that says how one sending ended. */
export type Told = {
  readonly id: string;
  readonly subject_id: string;
  readonly type: string;
  readonly dedupe_key: string;
  readonly data: string;
};

/** A message in the log of the channel. */
export type Arrival = { readonly mark: string; readonly to: string; readonly at: number };

/** Everything about one planned message. */
export type Books = {
  readonly row: Row;
  /** In the order of the occurrences. */
  readonly outcomes: readonly Outcome[];
  readonly told: readonly Told[];
  readonly arrivals: readonly Arrival[];
  readonly changes: readonly { readonly kind: string; readonly isDone: boolean }[];
  /** The day of the stored clock at a time. */
  readonly dayAt: (at: number) => number;
};

/** Nobody can say whether the provider has such a message: its answer was lost, late, or none. */
const IN_DOUBT: ReadonlySet<string | null> = new Set([
  "interrupted",
  "provider_connect_failed",
  "provider_timed_out",
  "http_500",
]);

const isInDoubt = ({ state, reason }: Outcome) => state === "failed" && IN_DOUBT.has(reason);

/** How a message of the sort may end, beside in doubt. */
function mayEnd({ customer: { sort }, author }: Planned): readonly string[] {
  const revoked = author === "leaving" ? ["blocked: grant_revoked"] : [];
  switch (sort) {
    case "closed":
      return ["blocked: outside_window", "missed: too_late", ...revoked];
    case "refused":
      return ["failed: outside_window", "missed: too_late", ...revoked];
    case "stopping":
      return ["sent: null", "blocked: opted_out", "missed: too_late", ...revoked];
    default:
      return ["sent: null", "missed: too_late", ...revoked];
  }
}

/** Everything that is wrong with one message; nothing when all is as it should be. */
export function findFaults(planned: Planned, books: Books): string[] {
  const { row, outcomes, changes } = books;
  const faults: string[] = [];
  const isCancelled = row.state === "cancelled";
  const last = outcomes.at(-1);
  if (row.due_at !== null || (!isCancelled && row.state !== last?.state)) {
    faults.push(`is ${row.state}, its last sending ${last?.state}`);
  }
  if (outcomes.some(({ occurrence }, at) => occurrence !== at + 1)) {
    faults.push("skipped an occurrence");
  }
  const isWhole = isCancelled ? outcomes.length < row.steps : outcomes.length === row.occurrence;
  if (!isWhole) {
    faults.push(`ended ${outcomes.length} times`);
  }
  for (const outcome of outcomes) {
    const ending = `${outcome.state}: ${outcome.reason}`;
    if (!mayEnd(planned).includes(ending) && !(mayLeave(planned) && isInDoubt(outcome))) {
      faults.push(`ended as ${ending}`);
    }
  }
  if (changes.some(({ kind, isDone }) => kind === "cancel" && isDone) && !isCancelled) {
    faults.push("was cancelled, and is not");
  }
  if (isCancelled && !changes.some(({ kind }) => kind === "cancel")) {
    faults.push("is cancelled, which nobody asked for");
  }
  if (
    changes.some(({ kind, isDone }) => kind === "reword" && isDone) &&
    row.text !== textOf(planned.rewordedMark)
  ) {
    faults.push("was reworded, and is not");
  }
  return [...faults, ...findTellingFaults(books), ...findArrivalFaults(planned, books)];
}

/** What cannot leave is never in doubt. */
function mayLeave({ customer: { sort } }: Planned): boolean {
  return sort !== "closed" && sort !== "simulated";
}

/** Each ending is told in one event, as it was. */
function findTellingFaults({ outcomes, told }: Books): string[] {
  const expected = outcomes.map(
    ({ scheduled_message_id: id, occurrence, state, reason }) =>
      `schedule:${id}:${occurrence} ${state === "sent" ? "message.sent" : "message.failed"} ${state} ${reason}`,
  );
  const actual = told.map(({ dedupe_key: key, type, data }) => {
    const { state, reason } = JSON.parse(data) as { state: string; reason: string | null };
    return `${key} ${type} ${state} ${reason}`;
  });
  const [wanted, got] = [expected.sort().join(", "), actual.sort().join(", ")];
  return wanted === got ? [] : [`told [${got}] of [${wanted}]`];
}

/** The log has what was sent, nothing that was not, and nothing twice. */
function findArrivalFaults({ mark, rewordedMark, customer, terms }: Planned, books: Books): string[] {
  const { outcomes, arrivals, dayAt } = books;
  const hasTemplate = terms.template !== undefined;
  const faults = arrivals
    .filter(({ to }) => to !== customer.phone)
    .map(({ to }) => `went to ${to} instead of ${customer.phone}`);
  for (const words of [mark, rewordedMark]) {
    const ended = outcomes.filter(({ text }) => hasTemplate || text === textOf(words));
    const arrived = arrivals.filter((arrival) => arrival.mark === words);
    const sent = ended.filter(({ state }) => state === "sent").length;
    const mayHaveLeft = sent + ended.filter(isInDoubt).length;
    if (words === mark || !hasTemplate) {
      if (arrived.length < sent || arrived.length > mayHaveLeft) {
        faults.push(
          `${words} is in the log ${arrived.length} times, sent ${sent}, or ${mayHaveLeft} at most`,
        );
      }
    }
    const daysOf = arrived.map(({ at }) => dayAt(at));
    if (new Set(daysOf).size !== daysOf.length) {
      faults.push(`${words} is in the log twice for one sending`);
    }
  }
  return faults;
}

/** A thousand messages for later of every sort, spread over three days, chosen by a seed. */
import type { ScheduleMessage } from "../../../src/contract/schedule.ts";
import { CONTENT_SID } from "../../support/stand-in.ts";
import type { Answering } from "./slow-twilio.ts";

const SECOND_MS = 1_000;
const DAY_MS = 24 * 60 * 60 * SECOND_MS;
const NAIROBI_AHEAD_MS = 3 * 60 * 60 * SECOND_MS;

/** More than the lease of a sending: what a kill has cut off is due again in the next round. */
const ROUND_MS = 75 * SECOND_MS;
const DAYS = 3;
/** Within a round: some are due when it begins, others are in the queue with a delay. */
const APART_MAX_MS = 2 * SECOND_MS;
/** Too late when a kill has put it off to the next round. */
const SHORT_SECONDS = 30;
const LONG_SECONDS = 3 * 24 * 60 * 60;

/** The number's approved template. */
export const TEMPLATE = { name: "appointment", language: "en", contentSid: CONTENT_SID } as const;

type Share = {
  readonly name: string;
  /** Of a hundred messages. */
  readonly share: number;
  readonly customers: number;
  /** What the customers' numbers end with, five digits. */
  readonly ending: string;
  /** Whether they have written, so that free text may be sent. */
  readonly isOpen: boolean;
};

/**
 * `template`: to customers who never wrote, with a template. `awaited`: without one, held until they write, which they
 * do. `closed`: without one, to be blocked. `refused`: the provider takes no text to them. `stopping`: write STOP.
 */
export const SORTS = [
  { name: "plain", share: 44, customers: 30, ending: "10000", isOpen: true },
  { name: "template", share: 14, customers: 10, ending: "20000", isOpen: false },
  { name: "stopping", share: 12, customers: 15, ending: "30000", isOpen: true },
  { name: "awaited", share: 8, customers: 8, ending: "40000", isOpen: false },
  { name: "closed", share: 6, customers: 4, ending: "50000", isOpen: false },
  { name: "refused", share: 4, customers: 3, ending: "63016", isOpen: true },
  { name: "simulated", share: 12, customers: 8, ending: "60000", isOpen: false },
] as const satisfies readonly Share[];
export type Sort = (typeof SORTS)[number]["name"];

/** Who has it sent: people, a plugin, or a plugin whose grant is revoked in the middle. */
export type Author = "staff" | "plugin" | "leaving";

export type Customer = {
  readonly phone: string;
  readonly sort: Sort;
  readonly isOpen: boolean;
  /** When the stopping one writes STOP, the awaited one anything. */
  readonly writesInRound: number;
};

export type Planned = {
  /** In its text and nowhere else. Reworded, it has another one. */
  readonly mark: string;
  readonly rewordedMark: string;
  readonly author: Author;
  readonly customer: Customer;
  readonly answering: Answering;
  readonly round: number;
  /** Epoch ms. */
  readonly at: number;
  readonly terms: Omit<ScheduleMessage, "recipient">;
};

const MARK = /s0\d{4}b?/;
/** In each of them. */
export const ANY_MARK = "s0";
export const markOf = (text: string): string | undefined => MARK.exec(text)?.[0];
export const textOf = (mark: string): string => `Reminder ${mark}: we expect you soon.`;

export type Random = {
  readonly chance: (share: number) => boolean;
  readonly upTo: (max: number) => number;
  readonly oneOf: <T>(values: readonly T[]) => T;
};

export function createChoices(random: () => number): Random {
  const upTo = (max: number) => Math.floor(random() * (max + 1));
  return {
    chance: (share) => random() < share,
    upTo,
    oneOf: <T>(values: readonly T[]) => values[upTo(values.length - 1)] as T,
  };
}

/** When a round begins, epoch ms: three days, each with as many rounds. */
export function roundsFrom(base: number, rounds: number) {
  const aDay = Math.ceil(rounds / DAYS);
  const dayOf = (round: number) => Math.floor(round / aDay);
  return {
    dayOf,
    startOf: (round: number) => base + dayOf(round) * DAY_MS + (round % aDay) * ROUND_MS,
    /** Whether what begins on the first day in this round has long ended when the next day begins. */
    isEarly: (round: number) => round < aDay / 2,
  };
}

export function planCustomers({ upTo }: Random, rounds: number): Customer[] {
  return SORTS.flatMap(({ name, customers, ending, isOpen }, at) =>
    Array.from({ length: customers }, (_, index) => ({
      phone: `+2547${at}${String(index).padStart(2, "0")}${ending}`,
      sort: name,
      isOpen,
      writesInRound: Math.floor(rounds / 20) + upTo(Math.floor(rounds * 0.85)),
    })),
  );
}

type Wanted = {
  readonly count: number;
  readonly rounds: number;
  readonly customers: readonly Customer[];
  readonly startOf: (round: number) => number;
  readonly isEarly: (round: number) => boolean;
};

/** As many in each round; of the first day's early plain ones some come again on both days that follow. */
export function planMessages(
  random: Random,
  { count, rounds, customers, startOf, isEarly }: Wanted,
): Planned[] {
  const { chance, upTo, oneOf } = random;
  const sorts = SORTS.flatMap(({ name, share }) => Array<Sort>(share).fill(name));
  return Array.from({ length: count }, (_, index) => {
    const sort = oneOf(sorts);
    const mark = `s${String(index).padStart(5, "0")}`;
    const round = index % rounds;
    const at = startOf(round) + upTo(APART_MAX_MS);
    const isRepeated = sort === "plain" && isEarly(round) && chance(0.5);
    const isLocal = chance(0.3);
    const localTime = new Date(at + NAIROBI_AHEAD_MS).toISOString().slice(0, 19);
    return {
      mark,
      rewordedMark: `${mark}b`,
      author:
        sort === "simulated" ? "staff" : oneOf<Author>(["staff", "staff", "plugin", "plugin", "leaving"]),
      customer: oneOf(customers.filter((customer) => customer.sort === sort)),
      answering: chooseAnswering(random),
      round,
      at,
      terms: {
        text: textOf(mark),
        sendAt: isLocal ? { localTime, timeZone: "Africa/Nairobi" } : new Date(at).toISOString(),
        ...(isRepeated ? { recurrence: { every: "day" as const, count: DAYS } } : chooseLateness(random)),
        ...(sort === "template" && {
          template: { name: TEMPLATE.name, language: TEMPLATE.language, variables: { 1: mark } },
        }),
        ...(sort === "awaited" && { whenClosed: "hold" as const }),
        ...(sort === "closed" && chance(0.5) && { whenClosed: "block" as const }),
      },
    };
  });
}

function chooseAnswering({ chance, oneOf }: Random): Answering {
  return chance(0.75) ? "well" : oneOf<Answering>(["late", "late", "lost", "error", "lost_before", "busy"]);
}

function chooseLateness({ chance }: Random) {
  return chance(0.15) ? { sendIfLateBy: SHORT_SECONDS } : chance(0.2) ? { sendIfLateBy: LONG_SECONDS } : {};
}

/** The checker that the property tests rely on sees each thing that it is there to see: one good log, spoilt each time. */
import { describe, expect, it } from "vitest";
import { type Asked, type Entry, findBreaches, type Got, type Settings } from "../support/delivery-oracle.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 12:00 in Nairobi. */
const NOON = Date.UTC(2030, 5, 3, 9);
const ASHA = "+254700000001";
const PLUGIN = "ins_1";

const SETTINGS: Settings = {
  zones: { [ASHA]: 3 * HOUR_MS },
  customerCap: 3,
  pluginCap: 2,
  duplicateMs: HOUR_MS,
  answers: ["Hi"],
};

const asked = (order: number, change: Partial<Asked> = {}): Asked => ({
  what: "asked",
  begun: order,
  ended: order + 1,
  id: `m${order}`,
  customer: ASHA,
  sender: PLUGIN,
  isUrgent: false,
  text: `Reminder ${order}`,
  template: null,
  firstAt: NOON,
  times: 1,
  everyMs: DAY_MS,
  lateMs: HOUR_MS,
  ...change,
});
const got = (order: number, text: string, change: Partial<Got> = {}): Got => ({
  what: "got",
  order,
  customer: ASHA,
  text,
  isTemplate: false,
  at: NOON,
  ...change,
});
const wrote = (order: number, wish: "stop" | "start" | null = null, at = NOON - HOUR_MS): Entry => ({
  what: "wrote",
  begun: order,
  ended: order + 1,
  customer: ASHA,
  wish,
  at,
});
const ended = (id: string, state = "sent", reason: string | null = null): Entry => ({
  what: "ended",
  id,
  state,
  reason,
  sent: state === "sent" ? 1 : 0,
});
const during = (order: number) => ({ begun: order, ended: order + 1 });
const NIGHT = { from: 21 * 60, to: 7 * 60, allowUrgent: true };
/** 23:00 in Nairobi. */
const LATE = NOON + 11 * HOUR_MS;

const breachesOf = (...log: Entry[]) => findBreaches(log, SETTINGS).join("; ");

describe("a log that keeps every promise", () => {
  it.each<[string, Entry[]]>([
    ["a message at its time", [wrote(1), asked(3), got(5, "Reminder 3"), ended("m3")]],
    ["an answer, which is nobody's message", [wrote(1, "stop"), got(3, "Hi")]],
    [
      "a template outside of the window",
      [asked(3, { template: "T" }), got(5, "T", { isTemplate: true }), ended("m3")],
    ],
    ["a message after START", [wrote(1, "stop"), wrote(3, "start"), asked(5), got(7, "Reminder 5")]],
    [
      "a message that left while the customer's STOP was on its way",
      [wrote(1), asked(3), got(6, "Reminder 3"), { ...wrote(5, "stop"), ended: 7 } as Entry],
    ],
    [
      "the new text and the new time",
      [
        wrote(1),
        asked(3, { firstAt: NOON + HOUR_MS }),
        { what: "changed", id: "m3", text: "New", ...during(5) },
        { what: "changed", id: "m3", firstAt: NOON, ...during(7) },
        got(9, "New"),
      ],
    ],
    [
      "one of two with the same text, of which the other was cancelled",
      [
        wrote(1),
        asked(3, { text: "Same" }),
        asked(5, { text: "Same" }),
        { what: "cancelled", id: "m3", ...during(7) },
        got(9, "Same"),
        ended("m3", "cancelled"),
        ended("m5"),
      ],
    ],
    [
      "what is urgent at night",
      [
        wrote(1, null, LATE),
        { what: "quiet", hours: NIGHT, ...during(3) },
        asked(5, { isUrgent: true, firstAt: LATE }),
        got(7, "Reminder 5", { at: LATE }),
      ],
    ],
    [
      "two of a message that is sent each day",
      [
        wrote(1, null, NOON),
        asked(3, { times: 2 }),
        got(5, "Reminder 3"),
        got(7, "Reminder 3", { at: NOON + DAY_MS }),
      ],
    ],
  ])("%s", (_, log) => {
    expect(breachesOf(...log)).toBe("");
  });
});

describe("a log that breaks one", () => {
  const granted = (order: number, isGranted: boolean): Entry => ({
    what: "granted",
    sender: PLUGIN,
    isGranted,
    ...during(order),
  });
  it.each<[string, string, Entry[]]>([
    ["after STOP", "came after STOP", [wrote(1), wrote(3, "stop"), asked(5), got(7, "Reminder 5")]],
    [
      "outside of the window",
      "outside of the window",
      [wrote(1, null, NOON - DAY_MS - 1), asked(3), got(5, "Reminder 3")],
    ],
    ["an answer outside of the window", "outside of the window", [got(3, "Hi")]],
    [
      "in quiet hours",
      "in quiet hours",
      [
        wrote(1, null, LATE),
        { what: "quiet", hours: NIGHT, ...during(3) },
        asked(5, { firstAt: LATE }),
        got(7, "Reminder 5", { at: LATE }),
      ],
    ],
    [
      "urgent in quiet hours that nothing may break",
      "in quiet hours",
      [
        wrote(1, null, LATE),
        { what: "quiet", hours: { ...NIGHT, allowUrgent: false }, ...during(3) },
        asked(5, { firstAt: LATE, isUrgent: true }),
        got(7, "Reminder 5", { at: LATE }),
      ],
    ],
    [
      "a third of a plugin",
      "passed the plugin's cap",
      [wrote(1), ...[3, 5, 7].flatMap((at) => [asked(at), got(at + 20, `Reminder ${at}`)])],
    ],
    [
      "a fourth for the customer",
      "passed the customer's cap",
      [
        wrote(1),
        ...[3, 5, 7, 9].flatMap((at) => [asked(at, { sender: null }), got(at + 20, `Reminder ${at}`)]),
      ],
    ],
    [
      "after it was cancelled",
      "was cancelled",
      [wrote(1), asked(3), { what: "cancelled", id: "m3", ...during(5) }, got(7, "Reminder 3")],
    ],
    [
      "before it was cancelled, which was confirmed",
      "was cancelled",
      [wrote(1), asked(3), got(5, "Reminder 3"), { what: "cancelled", id: "m3", ...during(7) }],
    ],
    [
      "the old text after a change",
      "was not asked for in these words",
      [wrote(1), asked(3), { what: "changed", id: "m3", text: "New", ...during(5) }, got(7, "Reminder 3")],
    ],
    ["what nobody asked for", "was not asked for in these words", [wrote(1), got(3, "Boo")]],
    [
      "a plugin without a grant",
      "without a grant",
      [wrote(1), granted(2, true), asked(4), granted(6, false), got(8, "Reminder 4")],
    ],
    ["early", "before its time", [wrote(1), asked(3, { firstAt: NOON + 1 }), got(5, "Reminder 3")]],
    [
      "at the time before the change",
      "before its time",
      [
        wrote(1),
        asked(3),
        { what: "changed", id: "m3", firstAt: NOON + 1, ...during(5) },
        got(7, "Reminder 3"),
      ],
    ],
    [
      "an occurrence twice",
      "once more than asked for",
      [wrote(1), asked(3), got(5, "Reminder 3"), got(7, "Reminder 3", { at: NOON + HOUR_MS })],
    ],
    [
      "tomorrow's today",
      "once more than asked for",
      [
        wrote(1),
        asked(3, { times: 2 }),
        got(5, "Reminder 3"),
        got(7, "Reminder 3", { at: NOON + 2 * HOUR_MS }),
      ],
    ],
    [
      "the same text of two messages",
      "came twice",
      [
        wrote(1),
        asked(3, { text: "Same" }),
        asked(5, { text: "Same" }),
        got(7, "Same"),
        got(9, "Same", { at: NOON + HOUR_MS - 1 }),
      ],
    ],
    [
      "what was tried too late",
      "too late",
      [
        wrote(1, null, NOON + HOUR_MS),
        asked(3),
        { what: "tried", id: "m3", at: NOON + HOUR_MS + 1, ...during(5) },
        got(7, "Reminder 3", { at: NOON + HOUR_MS + 1 }),
      ],
    ],
    ["one that waits for ever", "never ended", [wrote(1), asked(3), ended("m3", "held", "quiet_hours")]],
    ["one that is lost", "it is lost", [wrote(1), asked(3), asked(5), ended("m3", "missed", "too_late")]],
    ["an end without a reason", "without a reason", [wrote(1), asked(3), ended("m3", "blocked")]],
    ["one that is said to be sent and never came", "1 are said", [wrote(1), asked(3), ended("m3")]],
    [
      "one that came and is said to be blocked",
      "0 are said",
      [wrote(1), asked(3), got(5, "Reminder 3"), ended("m3", "blocked", "opted_out")],
    ],
  ])("[POLICY-16] %s", (_, breach, log) => {
    expect(breachesOf(...log)).toContain(breach);
  });
});

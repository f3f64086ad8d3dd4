/** The tables of docs/scale.md, and putting them there. */
import { PROFILES, type Profile } from "./arrivals.ts";
import { PLAN_USD, PRICES, type Priced } from "./cloudflare.ts";
import type { Report } from "./compute-report.ts";
import { about, gigabytes, percent, seconds, table, usd, whole } from "./format.ts";
import type { Lateness } from "./lateness.ts";
import { MEASURED } from "./measured-work.ts";
import type { Outcome } from "./simulate.ts";
import { stepTimes } from "./work-time.ts";

/** Tables by the name that their place in the page has. */
export function renderReport(report: Report): Readonly<Record<string, string>> {
  return {
    work: workTable(),
    capacity: capacityTable(report),
    limits: limitsTable(report),
    invocations: table(
      ["one invocation", "needs", "may"],
      report.invocations.map(({ name, used, limit }) => [name, whole(used), whole(limit)]),
    ),
    ...Object.fromEntries(
      report.months.map(({ size, outcomes }) => [`month ${size}`, monthTable(report, outcomes)]),
    ),
    storage: storageTable(report),
    cost: costTable(report),
  };
}

function workTable(): string {
  const rows = Object.entries(MEASURED).map(([name, { of, database, chat }]) => [
    `\`${name}\``,
    whole(of),
    `${database.reads} + ${database.writes}`,
    whole(database.rowsRead),
    whole(database.rowsWritten),
    chat === null ? "" : `${chat.database.reads} + ${chat.database.writes}`,
    chat === null ? "" : whole(chat.rowsWritten),
  ]);
  const head = ["step", "done together", "round trips to D1: reading + writing", "rows read", "rows written"];
  return table([...head, "each conversation's round trips", "its own rows written"], rows);
}

function capacityTable({ capacity, assumed, product }: Report): string {
  const rows = capacity.map(({ writeMs, perSecond }) => [
    `${writeMs} ms${writeMs === assumed.writeMs ? " (assumed)" : ""}`,
    about(perSecond),
    about(perSecond * product.tickSeconds),
    seconds(10_000 / perSecond),
  ]);
  return table(["a write takes", "messages a second", "a minute", "10,000 due at once are out after"], rows);
}

function limitsTable({ limits }: Report): string {
  const countOf = (profile: Profile, name: string) =>
    limits[profile].find((limit) => limit.name === name)?.count ?? Number.NaN;
  const firstOf = (profile: Profile) => limits[profile][0]?.name;
  const rows = limits.daily.map(({ name }) => [
    name,
    ...PROFILES.map((profile) => {
      const count = about(countOf(profile, name));
      return firstOf(profile) === name ? `**${count}**` : count;
    }),
  ]);
  return table(["limit", ...PROFILES], rows);
}

function monthTable({ product, assumed }: Report, outcomes: Readonly<Record<Profile, Outcome>>): string {
  const { again } = stepTimes(assumed);
  const late = (lateness: Lateness | null) =>
    lateness === null ? "" : [lateness.p50, lateness.p99, lateness.max].map(seconds).join(" / ");
  const lines: [string, (outcome: Outcome) => string][] = [
    ["ticks", ({ ticks }) => whole(ticks)],
    ["due for one tick, at most", ({ dueInTickMax }) => atMost(dueInTickMax, product.messages.rowsPerTick)],
    ["rows that ticks read", ({ tickRowsRead }) => whole(tickRowsRead)],
    ["messages sent", ({ sent }) => whole(sent)],
    ["missed", ({ missed }) => whole(missed)],
    ["left at the end of the month", ({ left }) => whole(left)],
    ["backlog, at most", ({ backlogMax }) => whole(backlogMax)],
    ["lateness of those sent: p50 / p99 / max", ({ lateness }) => late(lateness)],
    ["polls of plugins", ({ polls }) => whole(polls)],
    ["their lateness", ({ pollLateness }) => late(pollLateness)],
    ["obligations done", ({ obligationsDone }) => whole(obligationsDone)],
    ["from being listed to being done", ({ actLateness }) => late(actLateness)],
    ["messages through the `work` queue", ({ enqueued }) => whole(enqueued)],
    ["… of which repeat one that is done", ({ repeated, enqueued }) => percent(repeated / enqueued)],
    ["D1's time for those", ({ repeated }) => seconds((repeated * again.message) / 1_000)],
    ["longest queue", ({ queueMax }) => whole(queueMax)],
    [
      "D1 busy: month / busiest hour",
      ({ busyShare, busyShareMax }) => `${percent(busyShare)} / ${percent(busyShareMax)}`,
    ],
  ];
  return table(
    ["", ...PROFILES],
    lines.map(([name, show]) => [name, ...PROFILES.map((profile) => show(outcomes[profile]))]),
  );
}

function atMost(value: number, limit: number): string {
  return value === limit ? `${whole(value)} (full)` : whole(value);
}

function storageTable({ storage }: Report): string {
  const rows = storage.map(({ size, bytes }) => [about(size), ...bytes.map(gigabytes)]);
  return table(["a month", "after a month", "after a year", "in the end"], rows);
}

function costTable({ costs }: Report): string {
  const names = Object.keys(PRICES) as Priced[];
  const rows = names.map((name) => [
    name,
    ...costs.map(({ cost: { amounts, usd: spent } }) => `${about(amounts[name])}: ${usd(spent[name])}`),
  ]);
  return table(
    ["", ...costs.map(({ size }) => about(size))],
    [
      ["Workers Paid", ...costs.map(() => usd(PLAN_USD))],
      ...rows,
      ["**a month**", ...costs.map(({ cost }) => `**${usd(cost.totalUsd)}**`)],
      [
        "for one message and one obligation",
        ...costs.map(({ size, cost }) => `$${(cost.totalUsd / size).toPrecision(2)}`),
      ],
    ],
  );
}

/** The page with each table in its place, between `<!-- name -->` and `<!-- end -->`. Throws for a place without a table. */
export function fillPage(page: string, tables: Readonly<Record<string, string>>): string {
  return page.replace(/<!-- simulate: (.+?) -->\n[\s\S]*?<!-- end -->/g, (_, name: string) => {
    const filled = tables[name];
    if (filled === undefined) {
      throw new Error(`docs/scale.md has a place for "${name}", which the simulation does not compute.`);
    }
    return `<!-- simulate: ${name} -->\n${filled}\n<!-- end -->`;
  });
}

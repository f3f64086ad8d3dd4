/**
 * Whether what customers got was allowed, told from two logs alone: what people and plugins were told to have happened,
 * and what the channel's stand-in took. Knows nothing of the platform's rules in code; written from docs/policy.md and
 * docs/decisions/0032-schedule.md.
 *
 * `begun` and `ended` are places in one order of all that happened. What was confirmed before something else began
 * counts for it; of what ran side by side either order is right.
 */
export type Span = { readonly begun: number; readonly ended: number };

/** A message that somebody asked for and was told would be sent. Times are epoch ms. */
export type Asked = Span & {
  readonly what: "asked";
  readonly id: string;
  readonly customer: string;
  /** The plugin that asked; null for staff. */
  readonly sender: string | null;
  readonly isUrgent: boolean;
  readonly text: string;
  /** What the customer reads where a template goes out; null without one. */
  readonly template: string | null;
  readonly firstAt: number;
  /** How many are to be sent, one every so many ms. */
  readonly times: number;
  readonly everyMs: number;
  /** How late it may be tried first; null for as late as may be. */
  readonly lateMs: number | null;
};

export type Entry =
  | Asked
  | (Span & {
      readonly what: "changed";
      readonly id: string;
      readonly text?: string;
      readonly firstAt?: number;
    })
  | (Span & { readonly what: "cancelled"; readonly id: string })
  | (Span & {
      readonly what: "wrote";
      readonly customer: string;
      readonly wish: "stop" | "start" | null;
      readonly at: number;
    })
  | (Span & { readonly what: "granted"; readonly sender: string; readonly isGranted: boolean })
  | (Span & { readonly what: "quiet"; readonly hours: Hours | null })
  /** The queue's message for it came. */
  | (Span & { readonly what: "tried"; readonly id: string; readonly at: number })
  | Got
  /** How it was said to have ended; `sent` counts the sendings that are said to have gone out. */
  | {
      readonly what: "ended";
      readonly id: string;
      readonly state: string;
      readonly reason: string | null;
      readonly sent: number;
    };

export type Got = {
  readonly what: "got";
  readonly order: number;
  readonly customer: string;
  readonly text: string;
  readonly isTemplate: boolean;
  readonly at: number;
};

/** Minutes of the day; `from` is the later one for hours around midnight. */
type Hours = { readonly from: number; readonly to: number; readonly allowUrgent: boolean };

export type Settings = {
  /** How far the customers' clocks are ahead of UTC, in ms. */
  readonly zones: Readonly<Record<string, number>>;
  readonly customerCap: number;
  readonly pluginCap: number;
  readonly duplicateMs: number;
  /** What customers get in answer to what they write. */
  readonly answers: readonly string[];
};

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const FINAL = ["sent", "blocked", "failed", "missed", "cancelled"];

/** How everything is before anything happened: nobody stopped anything, all is granted, no hours are quiet. */
const FIRST = { begun: -1, ended: -1 };

type Of<What extends Entry["what"]> = Extract<Entry, { readonly what: What }>;

/** Every way in which the log breaks a promise, in a sentence; empty when it breaks none. */
export function findBreaches(log: readonly Entry[], settings: Settings): string[] {
  const asked = pick(log, "asked");
  const breaches: string[] = [];
  const unasked: { got: Got; by: string | null }[] = [];
  for (const customer of Object.keys(settings.zones)) {
    const gots = pick(log, "got").filter((got) => got.customer === customer);
    const theirs = asked.filter((message) => message.customer === customer);
    const proactive = gots.filter(({ text }) => !settings.answers.includes(text));
    const matched = match(proactive, theirs, log, settings);
    for (const got of gots) {
      breaches.push(...judgeWindow(got, log));
    }
    for (const [index, got] of proactive.entries()) {
      const source = matched[index];
      breaches.push(...judgeStop(got, log), ...judgeDuplicate(got, proactive, settings));
      if (source === undefined) {
        breaches.push(`${name(got)} ${objectionsOf(got, theirs, log, settings)}`);
      }
      unasked.push({ got, by: source?.sender ?? null });
    }
    breaches.push(...judgeEnds(theirs, proactive.length, log));
  }
  return [...breaches, ...judgeCaps(unasked, settings)];
}

function pick<What extends Entry["what"]>(log: readonly Entry[], what: What): Of<What>[] {
  return log.filter((entry): entry is Of<What> => entry.what === what);
}

const name = ({ text, at }: Got): string => `"${text}" at ${new Date(at).toISOString()}`;

/** Of things that replace each other, those that may have been in force then. */
function inForce<Version extends Span>(versions: readonly Version[], order: number): Version[] {
  return versions.filter(
    (version) =>
      version.begun < order && !versions.some((later) => later.begun > version.ended && later.ended < order),
  );
}

/** Free text goes to whoever wrote within the last day. */
function judgeWindow(got: Got, log: readonly Entry[]): string[] {
  const isOpen = pick(log, "wrote").some(
    ({ customer, begun, at }) => customer === got.customer && begun < got.order && got.at - at <= DAY_MS,
  );
  return isOpen || got.isTemplate ? [] : [`${name(got)} was free text outside of the window`];
}

function judgeStop(got: Got, log: readonly Entry[]): string[] {
  const wishes = pick(log, "wrote").filter(({ customer }) => customer === got.customer);
  const states = inForce([{ ...FIRST, wish: "start" }, ...wishes.filter(({ wish }) => wish)], got.order);
  return states.every(({ wish }) => wish === "stop") ? [`${name(got)} came after STOP`] : [];
}

/** The same content within the number's minutes. */
function judgeDuplicate(got: Got, gots: readonly Got[], { duplicateMs }: Settings): string[] {
  const isSecond = gots.some(
    ({ order, text, isTemplate, at }) =>
      order < got.order && text === got.text && isTemplate === got.isTemplate && at > got.at - duplicateMs,
  );
  return isSecond ? [`${name(got)} came twice`] : [];
}

function judgeCaps(gots: readonly { got: Got; by: string | null }[], settings: Settings): string[] {
  return gots.flatMap(({ got, by }) => {
    const lately = gots.filter(
      ({ got: { customer, order, at } }) =>
        customer === got.customer && order <= got.order && at > got.at - DAY_MS,
    );
    const ofPlugin = by === null ? [] : lately.filter((other) => other.by === by);
    return [
      ...(lately.length > settings.customerCap ? [`${name(got)} passed the customer's cap`] : []),
      ...(ofPlugin.length > settings.pluginCap ? [`${name(got)} passed the plugin's cap`] : []),
    ];
  });
}

/** Everything ended, with a reason, and as many are said to have been sent as came. */
function judgeEnds(asked: readonly Asked[], got: number, log: readonly Entry[]): string[] {
  const ends = pick(log, "ended");
  if (ends.length === 0) {
    return [];
  }
  let sent = 0;
  const breaches = asked.flatMap(({ id, text }) => {
    const end = ends.find((other) => other.id === id);
    sent += end?.sent ?? 0;
    if (end === undefined || !FINAL.includes(end.state)) {
      return [`"${text}" never ended: ${end?.state ?? "it is lost"}`];
    }
    const needsReason = end.state !== "sent" && end.state !== "cancelled";
    return needsReason && !end.reason ? [`"${text}" ended as ${end.state} without a reason`] : [];
  });
  return sent === got ? breaches : [...breaches, `${sent} are said to have been sent, ${got} came`];
}

/**
 * The messages that account for what came, each sending for one: undefined for what no message accounts for. Messages
 * may have the same text, so who sent what is found by trying.
 */
function match(
  gots: readonly Got[],
  asked: readonly Asked[],
  log: readonly Entry[],
  settings: Settings,
): (Asked | undefined)[] {
  const sendings = asked.flatMap((message) =>
    Array.from({ length: message.times }, (_, sending) => ({ message, sending })),
  );
  const options = gots.map((got) =>
    sendings.flatMap(({ message, sending }, index) =>
      objections(got, message, sending, log, settings).length === 0 ? [index] : [],
    ),
  );
  const takenBy = new Map<number, number>();
  const place = (got: number, seen: Set<number>): boolean =>
    (options[got] ?? []).some((sending) => {
      if (seen.has(sending)) {
        return false;
      }
      seen.add(sending);
      const holder = takenBy.get(sending);
      if (holder !== undefined && !place(holder, seen)) {
        return false;
      }
      takenBy.set(sending, got);
      return true;
    });
  for (const index of gots.keys()) {
    place(index, new Set());
  }
  const sources = new Map([...takenBy].map(([sending, got]) => [got, sendings[sending]?.message]));
  return gots.map((_, index) => sources.get(index));
}

/** What speaks against this having been that sending of that message. */
function objections(
  got: Got,
  message: Asked,
  sending: number,
  log: readonly Entry[],
  { zones }: Settings,
): string[] {
  const { id, sender, isUrgent, everyMs, lateMs } = message;
  const changes = pick(log, "changed").filter((change) => change.id === id);
  const texts = inForce([message, ...changes.filter(({ text }) => text !== undefined)], got.order);
  const times = inForce([message, ...changes.filter(({ firstAt }) => firstAt !== undefined)], got.order);
  const slots = times.map(({ firstAt = 0 }) => firstAt + sending * everyMs);
  const cancelled = pick(log, "cancelled").find((cancel) => cancel.id === id);
  const grants = inForce(
    [{ ...FIRST, isGranted: true }, ...pick(log, "granted").filter((grant) => grant.sender === sender)],
    got.order,
  );
  const quiet = inForce([{ ...FIRST, hours: null }, ...pick(log, "quiet")], got.order);
  const isAwake = ({ hours }: Pick<Of<"quiet">, "hours">) =>
    hours === null ||
    (isUrgent && hours.allowUrgent) ||
    !isWithin(hours, got.at + (zones[got.customer] ?? 0));
  return [
    ...((got.isTemplate ? message.template === got.text : texts.some(({ text }) => text === got.text))
      ? []
      : ["was not its text"]),
    ...(message.begun < got.order && slots.some((at) => at <= got.at) ? [] : ["came before its time"]),
    // One that is sent once is cancelled or sent, whatever ran side by side.
    ...(cancelled !== undefined && (message.times === 1 || cancelled.ended < got.order)
      ? ["was cancelled"]
      : []),
    ...(grants.every(({ isGranted }) => !isGranted) ? ["came without a grant"] : []),
    ...(quiet.some(isAwake) ? [] : ["came in quiet hours"]),
    ...(lateMs !== null && message.times === 1 && slots.every((at) => isTooLate(at + lateMs, at, id, log))
      ? ["came too late"]
      : []),
  ];
}

/** Whether it was first tried after its limit. */
function isTooLate(limit: number, slot: number, id: string, log: readonly Entry[]): boolean {
  const first = pick(log, "tried").find((tried) => tried.id === id && tried.at >= slot);
  return first !== undefined && first.at > limit;
}

function isWithin({ from, to }: Hours, localAt: number): boolean {
  const minute = Math.floor((localAt % DAY_MS) / MINUTE_MS);
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

function objectionsOf(got: Got, asked: readonly Asked[], log: readonly Entry[], settings: Settings): string {
  const found = asked
    .map((message) => objections(got, message, 0, log, settings))
    .filter((against) => !against.includes("was not its text"));
  const [first] = found;
  if (first === undefined) {
    return "was not asked for in these words";
  }
  return first.length === 0 ? "was sent once more than asked for" : first.join(", ");
}

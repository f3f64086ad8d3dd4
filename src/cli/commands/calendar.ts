import { Option } from "commander";
import { SCHEDULE_STATES } from "../../contract/schedule-words.ts";
import type { CalendarEntry } from "../api.ts";
import { type CommandLine, examples, type Session, wholeNumber } from "../command-line.ts";
import { findInstallation, findInstanceId } from "../find-by-name.ts";
import { plain, table } from "../output.ts";

const DAY_MS = 24 * 60 * 60_000;

/** As far ahead as the platform shows at once. */
const DAYS_MAX = 93;
const DAYS_DEFAULT = 7;

/** About a screen or two. */
const ROWS_DEFAULT = 50;
const ROWS_MAX = 500;

/** Defines `kivuko calendar`: what goes out, and what did not. */
export function defineCalendar({ program, openSession }: CommandLine): void {
  program
    .command("calendar")
    .summary("show what will go out, when and why")
    .description(
      "show messages for later, reminders and escalations: what is to come, and with --back what became of them",
    )
    .option("--instance <instance>", "of this instance only")
    .option("--plugin <plugin>", "of this plugin only")
    .option("--chat <id>", "to this chat's customer only")
    .addOption(
      new Option("--kind <kind>", "of this kind only").choices(["message", "reminder", "escalation"]),
    )
    .addOption(new Option("--state <state>", "in this state only").choices(SCHEDULE_STATES))
    .option("--days <days>", "how far ahead", wholeNumber(1, DAYS_MAX), DAYS_DEFAULT)
    .option("--back <days>", "how many days of the past besides", wholeNumber(0, DAYS_MAX), 0)
    .option("--limit <rows>", "how many entries", wholeNumber(1, ROWS_MAX), ROWS_DEFAULT)
    .addHelpText(
      "after",
      examples(
        "kivuko calendar",
        'kivuko calendar --instance "Support WhatsApp" --back 1 --state blocked',
        "kivuko calendar --json | jq -r '.data[] | [.at, .kind, .why.plugin] | @tsv'",
      ),
    )
    .action((args: CalendarArgs) => showCalendar({ ...openSession(), args }));
}

type CalendarArgs = {
  readonly instance?: string;
  readonly plugin?: string;
  readonly chat?: string;
  readonly kind?: string;
  readonly state?: string;
  readonly days: number;
  readonly back: number;
  readonly limit: number;
};

async function showCalendar({ io, api, args }: Session & { args: CalendarArgs }): Promise<void> {
  const { instance, plugin, chat, kind, state, days, back, limit } = args;
  const now = Date.now();
  const span = Math.min(days + back, DAYS_MAX);
  const from = now - back * DAY_MS;
  const calendar = await api.readCalendar({
    instanceId: instance === undefined ? undefined : await findInstanceId(api, instance),
    installationId: plugin === undefined ? undefined : (await findInstallation(api, plugin)).id,
    chatId: chat,
    kind,
    state,
    from: new Date(from).toISOString(),
    to: new Date(from + span * DAY_MS).toISOString(),
    limit,
  });
  if (io.isJson) {
    io.printJson(calendar);
    return;
  }
  if (calendar.data.length > 0) {
    const rows = calendar.data.map((entry) => [
      entry.at.replace(/\.\d+Z$/, "Z"),
      entry.kind,
      entry.reason === null ? entry.state : `${entry.state}: ${entry.reason}`,
      describeWhy(entry),
      entry.text,
    ]);
    io.print(table(io, ["AT", "WHAT", "STATE", "WHY", "TEXT"], rows));
  } else if (calendar.isComplete) {
    io.say("Nothing goes out in that time.");
  }
  if (!calendar.isComplete) {
    io.say(plain("There is more: name an instance, a plugin or fewer days."));
  }
}

/** `CLINIC, 2 of 5` or `staff`; of an obligation what is due. */
function describeWhy({ why }: CalendarEntry): string {
  const asked = why.plugin ?? (why.askedBy.kind === "chat" ? "agent" : "staff");
  const of = why.occurrences > 1 ? `, ${why.occurrence} of ${why.occurrences}` : "";
  const due = why.obligation === null ? "" : `, ${why.obligation.title}`;
  return `${asked}${due}${of}`;
}

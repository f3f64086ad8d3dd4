/** The clinic's story: a reminder, quiet hours, an unpaid bill and a STOP, over days that the clock is put forward. */
import { instantOf } from "../../../examples/clinic-bookings/local-time.ts";
import type { Api } from "../api.ts";
import type { LocalPlatform } from "../platform.ts";
import type * as Answer from "./answers.ts";
import { CLINIC_ZONE, type Clinic } from "./clinic.ts";
import { createPhone, type Phone, readPhone } from "./phone.ts";
import { readUntil } from "./poll.ts";
import type { Transcript } from "./transcript.ts";

const AMINA = "+254722000444";
/** A phone of Ghana, three hours behind the clinic all year. */
const KWAME = "+233244000444";
const KWAME_ZONE = "Africa/Accra";
const QUIET_HOURS = { from: "21:00", to: "07:00", allowUrgent: false };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Far enough for the day before to be still to come, whatever time it is now. */
const BOOKED_AHEAD_MS = 3 * DAY_MS;
/** Longer than the interval at which a plugin is asked what is due. */
const POLL_MS = 16 * MINUTE_MS;
/** Everything here takes a second or two; this is for a busy machine. */
const DEADLINE_MS = 20_000;

type Scene = {
  readonly api: Api;
  readonly clinic: Clinic;
  readonly platform: Pick<LocalPlatform, "clock" | "moveClock" | "tick">;
  readonly transcript: Transcript;
};
type Patient = { readonly name: string; readonly number: string; readonly phone: Phone };
type Visits = { readonly aminasAt: number; readonly kwamesId: string };
type Patients = { readonly amina: Patient; readonly kwame: Patient };

/** Tells it. Throws a `BrokenPromise` at the first thing that is not as promised. */
export async function tellClinicStory(scene: Scene): Promise<void> {
  const desk = await openClinicDesk(scene);
  const patientOf = (name: string, number: string) => ({
    name,
    number,
    phone: createPhone(scene.api, desk, number),
  });
  const patients = { amina: patientOf("Amina", AMINA), kwame: patientOf("Kwame", KWAME) };
  const visits = await bookVisits(scene, desk, patients);
  await reachDayBefore(scene, desk, patients);
  await endQuietHours(scene, desk, patients);
  await chaseBill(scene, patients, visits);
  await stop(scene, desk, patients, visits);
}

async function openClinicDesk({ api, clinic, platform, transcript }: Scene): Promise<Answer.Instance> {
  transcript.step("A clinic opens: the Clinic Bookings plugin on a number of its own");
  const desk = await api.send<Answer.Instance>("POST", "/v1/instances", {
    name: "Clinic WhatsApp",
    channel: "simulator",
    phoneNumber: "+254700000004",
  });
  await api.send("PATCH", `/v1/instances/${desk.id}`, { delivery: { quietHours: QUIET_HOURS } });
  await clinic.moveIn(api, desk);
  // What a plugin lists as due is asked for from the first tick on.
  await platform.tick();
  transcript.fact("quiet hours", `${QUIET_HOURS.from} to ${QUIET_HOURS.to}, by the customer's own clock`);
  transcript.fact("clock", shownAt(platform.clock.now(), CLINIC_ZONE));
  const polls = await api.get<Answer.Page<{ intervalMinutes: number }>>("/v1/obligation-polls");
  transcript.promise(
    "the plugin is asked every 15 minutes what is due",
    polls.data[0]?.intervalMinutes === 15,
    polls,
  );
  return desk;
}

async function bookVisits(scene: Scene, desk: Answer.Instance, { amina, kwame }: Patients): Promise<Visits> {
  const { api, platform, transcript } = scene;
  transcript.step("Two patients book in the chat, and their reminders wait");
  const now = platform.clock.now();
  const day = dayAt(now + BOOKED_AHEAD_MS, CLINIC_ZONE);
  const wishes = [
    { patient: amina, words: `Please book a dental check-up on ${day} at 10:30.` },
    { patient: kwame, words: `Please book a consultation on ${day} at 11:15.` },
  ];
  await Promise.all(wishes.map(({ patient, words }) => patient.phone.write(words)));
  const replies: string[] = [];
  for (const { patient, words } of wishes) {
    const reply = await patient.phone.read();
    transcript.fact(patient.name, words);
    transcript.fact(desk.name, reply);
    replies.push(reply);
  }
  const [, kwamesId = ""] = /Appointment (APT-\d+) is booked/.exec(replies[1] ?? "") ?? [];
  transcript.promise(
    "both are booked",
    replies.every((reply) => reply.includes("is booked")),
    replies,
  );
  const { data } = await api.get<Answer.Page<Answer.Scheduled>>("/v1/scheduled-messages");
  for (const { text, sendAt } of data.toReversed()) {
    transcript.fact("will be sent", `${shownAt(Date.parse(sendAt), CLINIC_ZONE)}\n${text}`);
  }
  const nineTheDayBefore = `${dayAt(now + BOOKED_AHEAD_MS - DAY_MS, CLINIC_ZONE)}T09:00`;
  transcript.promise(
    "both reminders wait for 09:00 of the day before, by the clock of the clinic",
    data.length === 2 && data.every(({ localTime }) => localTime?.startsWith(nineTheDayBefore)),
    data,
  );
  return { aminasAt: instantOf(`${day}T10:30`, CLINIC_ZONE), kwamesId };
}

async function reachDayBefore(
  scene: Scene,
  desk: Answer.Instance,
  { amina, kwame }: Patients,
): Promise<void> {
  const { api, platform, transcript } = scene;
  transcript.step("The clock is put forward to the day before");
  const [{ sendAt } = { sendAt: "" }] = await listScheduled(api);
  const nine = Date.parse(sendAt);
  await moveClock(scene, nine - 5 * MINUTE_MS);
  const early = await listScheduled(api);
  transcript.promise("nothing has gone out five minutes before", early.every(isWaiting), early);
  await moveClock(scene, nine);
  const reminder = await amina.phone.read();
  transcript.fact(`${amina.name}'s phone`, reminder);
  transcript.promise("the reminder is on the phone at its time", reminder.includes("at 10:30"), reminder);
  const held = await readUntil(
    () => listScheduled(api),
    (all) => all.some(({ state }) => state === "held"),
    DEADLINE_MS,
  );
  const kwames = held.find(({ text }) => text.includes("consultation"));
  transcript.fact(
    `${kwame.name}'s phone`,
    `a number of Ghana, where it is ${timeAt(platform.clock.now(), KWAME_ZONE)}`,
  );
  transcript.fact("his reminder", `${kwames?.state}, because of ${kwames?.reason}`);
  transcript.promise("it is held in his quiet hours", kwames?.reason === "quiet_hours", held);
  const got = await readPhone(api, desk.id, KWAME);
  transcript.promise("his phone has nothing but the booking", got.length === 1, got);
}

async function endQuietHours(scene: Scene, desk: Answer.Instance, { amina, kwame }: Patients): Promise<void> {
  const { api, platform, transcript } = scene;
  transcript.step("It is seven in Accra: the quiet hours are over");
  const { clock } = platform;
  await moveClock(scene, clock.now() + hoursUntil(timeAt(clock.now(), KWAME_ZONE), QUIET_HOURS.to));
  const reminder = await kwame.phone.read();
  transcript.fact(`${kwame.name}'s phone`, reminder);
  transcript.promise("the reminder has arrived", reminder.includes("at 11:15"), reminder);
  const phones = await Promise.all([AMINA, KWAME].map((number) => readPhone(api, desk.id, number)));
  transcript.promise(
    `${amina.name} and he have one each`,
    phones.every((got) => got.length === 2),
    phones,
  );
}

async function chaseBill(scene: Scene, { amina, kwame }: Patients, visits: Visits): Promise<void> {
  const { clinic, transcript } = scene;
  transcript.step("The visits are over, and one was not paid");
  clinic.book.pay(visits.kwamesId);
  transcript.fact(kwame.name, `has paid for ${visits.kwamesId} at the desk`);
  await moveClock(scene, visits.aminasAt + DAY_MS + POLL_MS);
  const reminder = await amina.phone.read();
  transcript.fact("the plugin", "was asked for what is due, and listed one bill");
  transcript.fact(`${amina.name}'s phone`, reminder);
  transcript.promise("she is reminded of the bill", reminder.includes("is still unpaid"), reminder);
  const told = await untilTold(scene, 1);
  transcript.json("the plugin hears", told.at(-1));
  transcript.promise(
    "it hears that the reminder was sent",
    told.at(-1)?.["eventType"] === "reminder.sent",
    told,
  );
}

async function stop(scene: Scene, desk: Answer.Instance, { amina }: Patients, visits: Visits): Promise<void> {
  const { api, transcript } = scene;
  transcript.step("She writes STOP, and the next reminder is blocked");
  transcript.fact(amina.name, "STOP");
  await amina.phone.write("STOP");
  transcript.fact(desk.name, await amina.phone.read());
  const before = (await readPhone(api, desk.id, AMINA)).length;
  transcript.say("The bill is due again a week later.");
  await moveClock(scene, visits.aminasAt + 8 * DAY_MS + POLL_MS);
  const told = await untilTold(scene, 2);
  transcript.json("the plugin hears", told.at(-1));
  const { data } = await api.get<Answer.Page<Answer.Obligation>>("/v1/obligations?state=blocked");
  const [blocked] = data;
  transcript.fact("staff sees", `${blocked?.title}: ${blocked?.state}, because of ${blocked?.reason}`);
  transcript.promise(
    "plugin and staff are told why",
    told.at(-1)?.["reason"] === "opted_out" && blocked?.reason === "opted_out",
    { told, data },
  );
  const after = (await readPhone(api, desk.id, AMINA)).length;
  transcript.promise("her phone has got nothing more", after === before, after);
}

/** Puts the clock forward, and fires the tick of that minute. */
async function moveClock({ platform, transcript }: Scene, to: number): Promise<void> {
  await platform.moveClock(to);
  await platform.tick();
  transcript.fact("clock", shownAt(to, CLINIC_ZONE));
}

async function listScheduled(api: Api): Promise<readonly Answer.Scheduled[]> {
  return (await api.get<Answer.Page<Answer.Scheduled>>("/v1/scheduled-messages")).data;
}

const isWaiting = ({ state }: Answer.Scheduled) => state === "scheduled";

/** What the plugin was told of its bills, once it is so much. */
async function untilTold({ clinic }: Scene, count: number) {
  const told = () => clinic.calls.filter(({ tool }) => tool === "record_reminder").map(({ input }) => input);
  return readUntil(
    async () => told(),
    (heard) => heard.length >= count,
    DEADLINE_MS,
  );
}

function hoursUntil(time: string, end: string): number {
  const minutesOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  return (minutesOf(end) - minutesOf(time)) * MINUTE_MS;
}

function shownAt(instant: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "full", timeStyle: "short" });
  return `${format.format(instant)} (${timeZone})`;
}

function timeAt(instant: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone, timeStyle: "short" }).format(instant);
}

/** Swedes write dates as ISO 8601 does. */
function dayAt(instant: number, timeZone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" }).format(instant);
}

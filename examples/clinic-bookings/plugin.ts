import {
  BridgeError,
  type CallBridge,
  createPlugin,
  type DueObligation,
  PluginError,
  type PluginOptions,
} from "kivuko/sdk";
import { type Booking, type BookingBook, createBookingBook, type DueBalance } from "./booking-book.ts";
import { dayAndTime, dayBefore, instantOf, isTimeZone, localTimeOf } from "./local-time.ts";
import { clinicBookingsManifest } from "./manifest.ts";

type Manifest = ReturnType<typeof clinicBookingsManifest>;
type ClinicBookingsOptions = Omit<PluginOptions<Manifest>, "manifest" | "tools"> & {
  readonly baseUrl: string;
  readonly book?: BookingBook;
};

/** When patients are reminded, on their own clock. */
const REMINDED_AT = "09:00";

const money = new Intl.NumberFormat("en-KE", { style: "currency", currency: "KES", currencyDisplay: "code" });

/**
 * The clinic. It knows appointments and bills; the platform knows the patients' numbers, when they may be written to and
 * whether they want to be.
 */
export function createClinicBookings({
  baseUrl,
  book = createBookingBook(),
  ...options
}: ClinicBookingsOptions) {
  const now = () => (options.clock ?? { now: Date.now }).now();
  return createPlugin({
    ...options,
    manifest: clinicBookingsManifest(baseUrl),
    tools: {
      book_appointment: async ({ service, startsAt, patientTimeZone }, { callId, config, user, bridge }) => {
        const patientZone = patientTimeZone ?? config.timeZone;
        const instant = readStart(startsAt, { now: now(), zones: [config.timeZone, patientZone] });
        if (book.isTaken(instant, callId)) {
          throw refuse("slot_taken", "Somebody has that time already.", "Offer the patient another time.");
        }
        const wish = { userId: patientOf(user), service, startsAt: instant, fee: config.consultationFee };
        const booking = book.book(callId, wish);
        const reminder = await scheduleReminder(bridge, booking, {
          timeZone: patientZone,
          template: config.reminderTemplate,
          now: now(),
        });
        return {
          appointment: booking.id,
          reminder,
          message:
            `Appointment ${booking.id} is booked: ${service}, ${dayAndTime(instant, config.timeZone)}.` +
            (reminder === "scheduled" ? " You will be reminded the day before." : ""),
        };
      },

      list_appointments: (_, { config, user }) => {
        const own = book.of(patientOf(user));
        return {
          appointments: own.map(({ id, service, startsAt, fee, isPaid }) => ({
            appointment: id,
            service,
            startsAt: localTimeOf(startsAt, config.timeZone),
            owes: isPaid || startsAt > now() ? null : money.format(fee / 100),
          })),
        };
      },

      list_due_balances: ({ now: at, limit }, { config }) => ({
        obligations: book.due(at, limit).map((balance) => toObligation(balance, config.balanceTemplate)),
      }),

      record_reminder: ({ obligationId, eventType, occurredAt, reason }) => {
        book.record(obligationId, reason === undefined ? eventType : `${eventType}: ${reason}`, occurredAt);
        return { noted: true };
      },
    },
  });
}

/** `scheduled`, or why there is no reminder: the patient has the appointment without it as well. */
async function scheduleReminder(
  bridge: CallBridge,
  { service, startsAt }: Booking,
  { timeZone, template, now }: { timeZone: string; template: string | undefined; now: number },
): Promise<string> {
  const localTime = dayBefore(startsAt, timeZone, REMINDED_AT);
  if (instantOf(localTime, timeZone) <= now) {
    return "too_close";
  }
  const when = `${dayAndTime(startsAt, timeZone)} (${timeZone})`;
  try {
    const { state } = await bridge.scheduledMessages.create({
      text: `Your appointment: ${service}, ${when}. Reply here if you cannot come.`,
      sendAt: { localTime, timeZone },
      ...inPlaceOfText(template, { "1": service, "2": when }),
    });
    return state;
  } catch (error) {
    if (error instanceof BridgeError) {
      return error.code;
    }
    throw error;
  }
}

/** What goes out while WhatsApp takes templates only, if the clinic has one approved. */
function inPlaceOfText(name: string | undefined, variables: Readonly<Record<string, string>>) {
  return name === undefined ? {} : { template: { name, language: "en", variables } };
}

function toObligation(
  { booking, dueAt, needsPerson }: DueBalance,
  template: string | undefined,
): DueObligation {
  const { id, userId, service, fee } = booking;
  const amount = money.format(fee / 100);
  return {
    obligationId: id,
    title: `Unpaid: ${service} (${id})`,
    dueAt,
    userId,
    message: `Your visit ${id} (${service}) is still unpaid: ${amount}. Thank you for settling it this week.`,
    action: needsPerson ? "escalation" : "reminder",
    ...inPlaceOfText(template, { "1": service, "2": amount }),
    ...(needsPerson && { escalation: { summary: `${amount} for ${id} is unpaid after three reminders.` } }),
  };
}

/** The instant of an appointment. Refuses zones and days that do not exist, and what is over. */
function readStart(
  localTime: string,
  { now, zones }: { now: number; zones: readonly [string, string] },
): number {
  const unknown = zones.find((zone) => !isTimeZone(zone));
  if (unknown !== undefined) {
    throw refuse(
      "time_zone_unknown",
      `There is no time zone ${unknown}.`,
      "Use a name such as Africa/Nairobi.",
    );
  }
  const [clinicZone] = zones;
  const instant = instantOf(localTime, clinicZone);
  if (Number.isNaN(instant) || localTimeOf(instant, clinicZone) !== localTime) {
    throw refuse("time_invalid", `There is no ${localTime} at the clinic.`, "Ask for another day or time.");
  }
  if (instant <= now) {
    throw refuse("time_past", "That time is over.", "Ask for a day that is still to come.");
  }
  return instant;
}

function patientOf(user: { readonly id: string } | undefined): string {
  if (user === undefined) {
    throw refuse("patient_unknown", "This call is for no patient.", "Book from the patient's own chat.");
  }
  return user.id;
}

function refuse(code: string, message: string, fallback: string): PluginError {
  return new PluginError({ code, message, status: 422, fallback });
}

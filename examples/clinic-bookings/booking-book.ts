/** The clinic's appointments and what is still owed for them. In memory; a real clinic has a database. */

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Reminders of one balance. After that a person looks into it. */
const REMINDERS_MAX = 3;

/** What a patient owes is due the day after the visit, and again each week. */
const DUE_AFTER_MS = DAY_MS;
const DUE_AGAIN_MS = 7 * DAY_MS;

export type Booking = {
  readonly id: string;
  /** The patient as the platform names them to this plugin. */
  readonly userId: string;
  readonly service: string;
  /** Epoch ms. */
  readonly startsAt: number;
  /** Minor units. */
  readonly fee: number;
  readonly isPaid: boolean;
  /** How often the platform has dealt with the balance. */
  readonly rounds: number;
  /** What the platform told about it last, and of when that was (epoch ms). */
  readonly lastEvent: string | null;
  readonly lastEventAt: number;
};

/** A balance that is due, in its present round. */
export type DueBalance = {
  readonly booking: Booking;
  /** Epoch ms; the same until the platform has dealt with it. */
  readonly dueAt: number;
  readonly needsPerson: boolean;
};

export type BookingBook = {
  /** Books once for each call: one that comes again gets the booking that it made. */
  readonly book: (callId: string, wish: Pick<Booking, "userId" | "service" | "startsAt" | "fee">) => Booking;
  readonly of: (userId: string) => readonly Booking[];
  /** Whether somebody has an appointment at that time. */
  readonly isTaken: (startsAt: number, callId: string) => boolean;
  /** For the cash desk: the patient has paid. */
  readonly pay: (id: string) => void;
  /** The longest overdue first. */
  readonly due: (now: number, limit: number) => readonly DueBalance[];
  /** Notes what the platform did about the balance that it knows by this name, once for each time. */
  readonly record: (id: string, event: string, occurredAt: number) => void;
};

export function createBookingBook(): BookingBook {
  const bookings = new Map<string, Booking>();
  const byCall = new Map<string, string>();
  const dueAtOf = ({ startsAt, rounds }: Booking) => startsAt + DUE_AFTER_MS + rounds * DUE_AGAIN_MS;
  const change = (id: string, changed: (booking: Booking) => Partial<Booking>) => {
    const booking = bookings.get(id);
    if (booking !== undefined) {
      bookings.set(id, { ...booking, ...changed(booking) });
    }
  };
  return {
    book(callId, wish) {
      const known = bookings.get(byCall.get(callId) ?? "");
      if (known !== undefined) {
        return known;
      }
      const id = `APT-${2_001 + bookings.size}`;
      const booking = { ...wish, id, isPaid: false, rounds: 0, lastEvent: null, lastEventAt: 0 };
      bookings.set(id, booking);
      byCall.set(callId, id);
      return booking;
    },
    of: (userId) => [...bookings.values()].filter((booking) => booking.userId === userId),
    isTaken: (startsAt, callId) =>
      [...bookings.values()].some(
        (booking) => booking.startsAt === startsAt && booking.id !== byCall.get(callId),
      ),
    pay: (id) => change(id, () => ({ isPaid: true })),
    due: (now, limit) =>
      [...bookings.values()]
        .filter((booking) => !booking.isPaid && booking.rounds <= REMINDERS_MAX && dueAtOf(booking) <= now)
        .map((booking) => ({
          booking,
          dueAt: dueAtOf(booking),
          needsPerson: booking.rounds === REMINDERS_MAX,
        }))
        .sort((a, b) => a.dueAt - b.dueAt)
        .slice(0, limit),
    record(id, event, occurredAt) {
      // The platform tells it until it is heard, so it may be heard twice. What was blocked counts too: insisting would
      // change nothing.
      change(id, ({ rounds, lastEventAt }) =>
        occurredAt > lastEventAt ? { rounds: rounds + 1, lastEvent: event, lastEventAt: occurredAt } : {},
      );
    },
  };
}

import { afterEach, describe, expect, it, vi } from "vitest";
import { createBookingBook } from "../../examples/clinic-bookings/booking-book.ts";
import { dayBefore, instantOf, localTimeOf } from "../../examples/clinic-bookings/local-time.ts";
import { createClinicBookings } from "../../examples/clinic-bookings/plugin.ts";
import worker from "../../examples/clinic-bookings/worker.ts";
import { DueObligation } from "../../src/contract/due-obligation.ts";
import { ScheduleMessage } from "../../src/contract/schedule.ts";
import { parseManifest } from "../../src/plugins/manifest/index.ts";
import { CALLED_AT, PLUGIN_ORIGIN, PLUGIN_SECRET, postCall, signToken } from "../support/platform-call.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
const CONFIG = { timeZone: "Africa/Nairobi", consultationFee: 250_000 };

type Sent = { readonly path: string; readonly body: unknown; readonly key: string | null };

/** The bridge's side, which takes everything and remembers it. */
function fakeBridge(
  answer = () => Response.json({ id: "sch_1", state: "scheduled" }, { status: 201 }),
): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const key = request.headers.get("idempotency-key");
    sent.push({ path: new URL(request.url).pathname, body: await request.json(), key });
    return answer();
  });
  return sent;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

function clinic(config: object = CONFIG) {
  const book = createBookingBook();
  let now = CALLED_AT;
  const plugin = createClinicBookings({
    baseUrl: PLUGIN_ORIGIN,
    secret: () => PLUGIN_SECRET,
    clock: { now: () => now },
    book,
  });
  let calls = 0;
  return {
    book,
    plugin,
    setClock: (at: number) => {
      now = at;
    },
    async call<Body = Record<string, unknown>>(
      tool: string,
      input: object,
      { callId = `call_${++calls}`, user = "amina" }: { callId?: string; user?: string } = {},
    ): Promise<{ status: number; body: Body }> {
      const body = JSON.stringify({
        tool,
        input,
        context: {
          organizationId: "org_123",
          instanceId: "inst_456",
          ...(user !== "" && { user: { id: user, hashVersion: 1 } }),
          config,
          callId,
          currentChat: { token: "cct_1", expiresAt: new Date(now + 600_000).toISOString() },
        },
      });
      const claims = { aud: "CLINIC_BOOKINGS", tool, jti: callId };
      const response = await plugin.fetch(postCall(body, await signToken(body, { claims, issuedAt: now })));
      return { status: response.status, body: (await response.json()) as Body };
    },
  };
}

const VISIT = { service: "Dental check-up", startsAt: "2026-12-01T09:30" };
const VISIT_AT = Date.parse("2026-12-01T06:30:00Z");

describe("the clinic", () => {
  it("books, and has the patient reminded the day before on their own clock", async () => {
    const sent = fakeBridge();
    const { call } = clinic();
    const booked = await call("book_appointment", VISIT);
    expect(booked).toMatchObject({ status: 200, body: { appointment: "APT-2001", reminder: "scheduled" } });
    await call("book_appointment", {
      ...VISIT,
      startsAt: "2026-12-02T01:00",
      patientTimeZone: "America/New_York",
    });
    expect(sent.map(({ path }) => path)).toEqual(Array(2).fill("/bridge/v1/scheduled-messages"));
    expect(sent.map(({ body }) => body)).toMatchObject([
      {
        recipient: { type: "current_chat", token: "cct_1" },
        sendAt: { localTime: "2026-11-30T09:00", timeZone: "Africa/Nairobi" },
        text: expect.stringContaining("Tuesday, 1 December 2026 at 09:30 (Africa/Nairobi)"),
      },
      // One o'clock at night in Nairobi is the afternoon before in New York.
      {
        sendAt: { localTime: "2026-11-30T09:00", timeZone: "America/New_York" },
        text: expect.stringContaining("Tuesday, 1 December 2026 at 17:00 (America/New_York)"),
      },
    ]);
    for (const { body } of sent) {
      expect(ScheduleMessage.safeParse(body).success).toBe(true);
    }
  });

  it("books once for a call that comes again, under the same key, and nobody else at that time", async () => {
    const sent = fakeBridge();
    const { call, book } = clinic();
    const first = await call("book_appointment", VISIT, { callId: "call_a" });
    const again = await call("book_appointment", VISIT, { callId: "call_a" });
    expect(again.body).toEqual(first.body);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(1);
    const other = await call("book_appointment", VISIT, { user: "joseph" });
    expect(other).toMatchObject({ status: 422, body: { error: "slot_taken" } });
    expect(book.of("joseph")).toEqual([]);
  });

  it("reminds of nothing that is too close", async () => {
    const sent = fakeBridge();
    const { call } = clinic();
    const booked = await call("book_appointment", { ...VISIT, startsAt: "2026-11-22T08:00" });
    expect(booked.body).toMatchObject({ reminder: "too_close" });
    expect(sent).toEqual([]);
  });

  it("has the clinic's template go out where WhatsApp takes no text", async () => {
    const sent = fakeBridge();
    const { call } = clinic({ ...CONFIG, reminderTemplate: "appointment_reminder" });
    await call("book_appointment", VISIT);
    const [message] = sent.map(({ body }) => ScheduleMessage.parse(body));
    expect(message?.template).toEqual({
      name: "appointment_reminder",
      language: "en",
      variables: { "1": "Dental check-up", "2": "Tuesday, 1 December 2026 at 09:30 (Africa/Nairobi)" },
    });
  });

  it("books without a reminder where the platform takes none, and says why", async () => {
    const problem = { status: 403, code: "permission_not_granted", detail: "No." };
    fakeBridge(() => Response.json(problem, { status: 403 }));
    const { call, book } = clinic();
    const { status, body } = await call("book_appointment", VISIT);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { appointment: "APT-2001", reminder: "permission_not_granted" },
    });
    expect(body["message"]).not.toContain("reminded");
    expect(book.of("amina")).toHaveLength(1);
  });

  it.each([
    ["a time that is over", { startsAt: "2026-11-20T09:00" }, "time_past"],
    ["a day that does not exist", { startsAt: "2026-02-30T09:00" }, "time_invalid"],
    ["an hour that does not exist", { startsAt: "2026-12-01T25:00" }, "time_invalid"],
    ["a zone that does not exist", { patientTimeZone: "Mars/Olympus" }, "time_zone_unknown"],
  ])("refuses %s", async (_, change, error) => {
    const sent = fakeBridge();
    const { call } = clinic();
    expect(await call("book_appointment", { ...VISIT, ...change })).toMatchObject({
      status: 422,
      body: { error },
    });
    expect(sent).toEqual([]);
  });

  it("books for nobody without a patient", async () => {
    fakeBridge();
    const answer = await clinic().call("book_appointment", VISIT, { user: "" });
    expect(answer).toMatchObject({ status: 422, body: { error: "patient_unknown" } });
  });

  it("tells a patient of their own appointments alone", async () => {
    fakeBridge();
    const { call, setClock } = clinic();
    await call("book_appointment", VISIT);
    setClock(VISIT_AT + DAY_MS);
    const { body } = await call("list_appointments", {});
    expect(body).toMatchObject({
      appointments: [
        { appointment: "APT-2001", startsAt: "2026-12-01T09:30", owes: expect.stringMatching(/2,500/) },
      ],
    });
    expect((await call("list_appointments", {}, { user: "joseph" })).body).toEqual({ appointments: [] });
  });
});

describe("the clinic's bills", () => {
  type Due = { obligations: { obligationId: string; dueAt: number; action: string }[] };

  async function unpaid(config: object = CONFIG) {
    fakeBridge();
    const desk = clinic(config);
    await desk.call("book_appointment", VISIT);
    const due = async (now: number) => {
      const { body } = await desk.call<Due>("list_due_balances", { now, limit: 100 }, { user: "" });
      for (const item of body.obligations) {
        expect(DueObligation.safeParse(item)).toMatchObject({ success: true });
      }
      return body.obligations;
    };
    let told = 0;
    const record = (eventType: string, occurredAt = VISIT_AT + ++told) =>
      desk.call("record_reminder", { obligationId: "APT-2001", eventType, occurredAt }, { user: "" });
    return { ...desk, due, record };
  }

  it("are due the day after the visit, the same until they are dealt with, and again a week later", async () => {
    const { due, record } = await unpaid();
    const first = VISIT_AT + DAY_MS;
    expect(await due(first - 1)).toEqual([]);
    const once = await due(first);
    expect(once).toMatchObject([{ obligationId: "APT-2001", dueAt: first, action: "reminder" }]);
    expect(await due(first + DAY_MS)).toEqual(once);
    await record("reminder.sent");
    expect(await due(first + DAY_MS)).toEqual([]);
    expect(await due(first + 7 * DAY_MS)).toMatchObject([{ dueAt: first + 7 * DAY_MS }]);
  });

  it("bring the clinic's template for patients who have not written for a day", async () => {
    const { due } = await unpaid({ ...CONFIG, balanceTemplate: "unpaid_visit" });
    const variables = { "1": "Dental check-up", "2": expect.stringContaining("2,500") };
    expect(await due(VISIT_AT + DAY_MS)).toMatchObject([
      { template: { name: "unpaid_visit", language: "en", variables } },
    ]);
    const without = await unpaid();
    expect((await without.due(VISIT_AT + DAY_MS))[0]).not.toHaveProperty("template");
  });

  it("are noted once for each reminder, however often the plugin is told of it", async () => {
    const { due, record, book } = await unpaid();
    const late = VISIT_AT + 100 * DAY_MS;
    await record("reminder.sent", VISIT_AT);
    await record("reminder.sent", VISIT_AT);
    expect(book.of("amina")).toMatchObject([{ rounds: 1, lastEvent: "reminder.sent" }]);
    await record("reminder.sent", VISIT_AT + 1);
    expect(await due(late)).toMatchObject([{ action: "reminder" }]);
  });

  it("end with a person after three reminders, and with the payment", async () => {
    const { due, record, book } = await unpaid();
    const late = VISIT_AT + 100 * DAY_MS;
    for (const event of ["reminder.sent", "reminder.blocked", "reminder.sent"]) {
      expect(await due(late)).toMatchObject([{ action: "reminder" }]);
      await record(event);
    }
    expect(await due(late)).toMatchObject([{ action: "escalation" }]);
    await record("escalation.sent");
    expect(await due(late)).toEqual([]);

    const other = await unpaid();
    other.book.pay("APT-2001");
    expect(await other.due(late)).toEqual([]);
    expect(book.of("amina")[0]?.lastEvent).toBe("escalation.sent");
  });

  it("come no more at once than the platform asks for, the oldest first", async () => {
    fakeBridge();
    const { call, book } = clinic();
    for (const day of ["05", "03", "04"]) {
      await call("book_appointment", { ...VISIT, startsAt: `2026-12-${day}T09:30` });
    }
    const due = book.due(VISIT_AT + 30 * DAY_MS, 2);
    expect(due.map(({ booking }) => booking.id)).toEqual(["APT-2002", "APT-2003"]);
  });
});

describe("the clinic's clock", () => {
  it("knows the nights on which clocks change", () => {
    expect(instantOf("2026-03-29T09:00", "Europe/London")).toBe(Date.parse("2026-03-29T08:00:00Z"));
    expect(instantOf("2026-10-25T09:00", "Europe/London")).toBe(Date.parse("2026-10-25T09:00:00Z"));
    const inTheGap = instantOf("2026-03-29T01:30", "Europe/London");
    expect(localTimeOf(inTheGap, "Europe/London")).not.toBe("2026-03-29T01:30");
    expect(dayBefore(Date.parse("2027-01-01T10:00:00Z"), "Europe/London", "09:00")).toBe("2026-12-31T09:00");
  });
});

describe("the plugin", () => {
  it("has a manifest that the platform has nothing to say against", () => {
    const manifest = JSON.stringify(clinic().plugin.manifest);
    const parsed = parseManifest(manifest, { allowInsecureLoopback: false });
    expect(parsed).toMatchObject({ ok: true, value: { warnings: [] } });
  });

  it("runs as a Worker", async () => {
    const env = { PUBLIC_URL: PLUGIN_ORIGIN, PLUGIN_SECRET };
    const manifest = await worker.fetch(new Request(`${PLUGIN_ORIGIN}/manifest.json`), env);
    expect(await manifest.json()).toMatchObject({ slug: "CLINIC_BOOKINGS", baseUrl: PLUGIN_ORIGIN });
  });
});

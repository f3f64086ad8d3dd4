import { defineManifest } from "kivuko/sdk";

/** What the platform and the agent know about this plugin. `baseUrl` is where the platform reaches it. */
export function clinicBookingsManifest(baseUrl: string) {
  return defineManifest({
    slug: "CLINIC_BOOKINGS",
    version: "1.0.0",
    name: "Clinic Bookings",
    description: "Books appointments, reminds patients the day before, and of what they owe.",
    baseUrl,
    auth: { type: "secret" },
    permissions: [
      {
        key: "plugin:messages:schedule:current_chat",
        label: "Remind of appointments",
        description: "Writes to the patient the day before the appointment.",
        default: true,
      },
      {
        key: "plugin:obligations:request",
        label: "Follow up unpaid bills",
        description: "Tells the platform which bills are due, so that it reminds the patient.",
        default: true,
      },
      {
        key: "plugin:messages:send:known_contact",
        label: "Remind of unpaid bills",
        description: "Writes to patients who have booked before.",
        default: true,
      },
      {
        key: "plugin:escalations:create:known_contact",
        label: "Call for a person",
        description: "Hands the chat to staff when a bill is still unpaid after three reminders.",
        default: true,
      },
    ],
    configurationSchema: {
      type: "object",
      properties: {
        timeZone: { type: "string", description: "Where the clinic is, such as Africa/Nairobi." },
        consultationFee: {
          type: "integer",
          minimum: 0,
          description: "What a visit costs, in minor units (250000 is KES 2,500).",
        },
        reminderTemplate: {
          type: "string",
          minLength: 1,
          description:
            "An approved English template with {{1}} for the service and {{2}} for the time. WhatsApp takes nothing " +
            "else from a number to which the patient has not written for a day.",
        },
        balanceTemplate: {
          type: "string",
          minLength: 1,
          description: "The same for unpaid bills, with {{1}} for the service and {{2}} for the amount.",
        },
      },
      required: ["timeZone", "consultationFee"],
    },
    tools: [
      {
        name: "book_appointment",
        description:
          "Book an appointment at the clinic. Ask for the day and the time first, and confirm them afterwards. The " +
          "patient is reminded the day before by itself.",
        sideEffects: true,
        inputSchema: {
          type: "object",
          properties: {
            service: { type: "string", minLength: 1, maxLength: 80, description: "Such as dental check-up." },
            startsAt: {
              type: "string",
              pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$",
              description: "Day and time on the clinic's clock, such as 2026-12-01T09:30.",
            },
            patientTimeZone: {
              type: "string",
              maxLength: 60,
              description: "Where the patient is, such as Europe/London, if they say that they are abroad.",
            },
          },
          required: ["service", "startsAt"],
        },
      },
      {
        name: "list_appointments",
        description: "Tell the patient which appointments they have and what they still owe.",
        inputSchema: { type: "object", properties: {} },
      },
      {
        name: "list_due_balances",
        description: "Lists bills that are due.",
        inputSchema: {
          type: "object",
          properties: { now: { type: "number" }, limit: { type: "integer" } },
          required: ["now", "limit"],
        },
        metadata: { capability: "obligations.list_due" },
      },
      {
        name: "record_reminder",
        description: "Notes what became of the reminder of a bill.",
        inputSchema: {
          type: "object",
          properties: {
            obligationId: { type: "string" },
            eventType: { type: "string" },
            occurredAt: { type: "number" },
            reason: { type: "string" },
          },
          required: ["obligationId", "eventType", "occurredAt"],
        },
        metadata: { capability: "obligations.record_event" },
      },
    ],
  });
}

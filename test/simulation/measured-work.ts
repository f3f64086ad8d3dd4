/** What each step of the work costs: measured on the code by test/worker/scale.test.ts, which fails when it is not so. */

/** Round trips to D1, those that write apart from those that only read, and rows as D1 bills them. */
export type DatabaseWork = {
  readonly reads: number;
  readonly writes: number;
  /** A batch has several. */
  readonly statements: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
};

/** One step, with what it makes the customer's conversation do. */
export type Step = {
  /** How many rows it was measured with: what came in one batch and is done together is cheaper than one by one. */
  readonly of: number;
  /** For all of them. */
  readonly database: DatabaseWork;
  /** For each: round trips to D1 by the conversation's object, and rows of its own storage, with its alarms. */
  readonly chat: {
    readonly database: DatabaseWork;
    readonly rowsRead: number;
    readonly rowsWritten: number;
  } | null;
  /** Messages that it puts into queues, for all of them. */
  readonly queued: { readonly work: number; readonly events: number; readonly records: number };
};

export type StepName =
  | "createMessage"
  | "sendMessage"
  | "repeatMessage"
  | "missMessage"
  | "tellEndpoint"
  | "pollIdle"
  | "pollListing"
  | "actOnObligation"
  | "repeatObligation"
  | "tellPlugin"
  | "storeRecord"
  | "removeMessage"
  | "removeObligation"
  | "removeEvent"
  | "removeRecord"
  | "removeAudit";

const database = (
  reads: number,
  writes: number,
  statements: number,
  rowsRead: number,
  rowsWritten: number,
): DatabaseWork => ({ reads, writes, statements, rowsRead, rowsWritten });

/** Messages of the `work` queue that were measured together: fewer than a consumer may get at once, as of one plugin. */
export const WORK_BATCH = 20;

const QUIET = { work: 0, events: 0, records: 0 };

/** Each with the place in the code that it was counted in. */
export const MEASURED: Readonly<Record<StepName, Step>> = {
  /** src/bridge/handle-bridge-call.ts and effects/schedule/schedule-message.ts, of a plugin's first message. */
  createMessage: { of: 1, database: database(1, 3, 9, 12, 20), chat: null, queued: { ...QUIET, records: 1 } },
  /** effects/schedule/claim-due.ts and end-sendings.ts, of one plugin's messages, and agent/chats/send-waiting.ts. */
  sendMessage: {
    of: WORK_BATCH,
    database: database(1, 2, 9, 884, 480),
    chat: { database: database(2, 1, 3, 4, 2), rowsRead: 44, rowsWritten: 17 },
    queued: { ...QUIET, events: WORK_BATCH },
  },
  /** A second queue message of the same row: effects/schedule/claim-due.ts. */
  repeatMessage: { of: WORK_BATCH, database: database(1, 0, 3, 222, 0), chat: null, queued: QUIET },
  /** One that is later than its `sendIfLateBy`. */
  missMessage: {
    of: WORK_BATCH,
    database: database(1, 2, 9, 884, 480),
    chat: null,
    queued: { ...QUIET, events: WORK_BATCH },
  },
  /** effects/events/deliver-event.ts, to an address of the organisation's. */
  tellEndpoint: { of: 1, database: database(3, 2, 5, 8, 4), chat: null, queued: QUIET },
  /** effects/obligations/poll-plugin.ts, of a plugin that lists nothing. */
  pollIdle: { of: 1, database: database(3, 2, 7, 27, 6), chat: null, queued: { ...QUIET, records: 1 } },
  /** The same with one new item: effects/obligations/store-due.ts. */
  pollListing: {
    of: 1,
    database: database(6, 3, 11, 32, 15),
    chat: null,
    queued: { ...QUIET, work: 1, records: 1 },
  },
  /** effects/obligations/act-on-obligation.ts and settle-obligation.ts, of a reminder. */
  actOnObligation: {
    of: 1,
    database: database(2, 3, 8, 23, 22),
    chat: { database: database(2, 1, 3, 4, 2), rowsRead: 47, rowsWritten: 17 },
    queued: { ...QUIET, events: 1 },
  },
  repeatObligation: { of: 1, database: database(1, 0, 1, 2, 0), chat: null, queued: QUIET },
  /** effects/events/deliver-event.ts, to the plugin that listed the obligation. */
  tellPlugin: { of: 1, database: database(3, 2, 7, 20, 4), chat: null, queued: { ...QUIET, records: 1 } },
  /** plugins/records/store-records.ts. */
  storeRecord: { of: 100, database: database(0, 1, 1, 100, 600), chat: null, queued: QUIET },
  /** effects/schedule/remove-old-schedules.ts, with outcomes. */
  removeMessage: { of: 41, database: database(0, 1, 2, 328, 82), chat: null, queued: QUIET },
  /** effects/obligations/remove-old.ts, with changes. */
  removeObligation: { of: 2, database: database(0, 1, 1, 16, 4), chat: null, queued: QUIET },
  /** effects/events/remove-old-events.ts, with deliveries. */
  removeEvent: { of: 41, database: database(0, 1, 1, 448, 82), chat: null, queued: QUIET },
  /** plugins/records/remove-records.ts, of calls. */
  removeRecord: { of: 100, database: database(0, 1, 6, 410, 100), chat: null, queued: QUIET },
  /** The same, of entries of the audit. */
  removeAudit: { of: 46, database: database(0, 1, 6, 194, 46), chat: null, queued: QUIET },
};

/** What one row of the step costs: its part of what was measured. */
export function oneOf(name: StepName): Omit<Step, "of"> {
  const { of, database: all, chat, queued } = MEASURED[name];
  return {
    database: {
      reads: all.reads / of,
      writes: all.writes / of,
      statements: all.statements / of,
      rowsRead: all.rowsRead / of,
      rowsWritten: all.rowsWritten / of,
    },
    chat,
    queued: { work: queued.work / of, events: queued.events / of, records: queued.records / of },
  };
}

/**
 * What D1 keeps: a message with its outcome, an obligation with its change, an event with its delivery, a record of a
 * call, an entry of the audit.
 */
export type Stored = "message" | "obligation" | "event" | "record" | "audit";

/** Bytes that D1 holds for it, with indexes; measured by filling tables with copies. */
export const STORED_BYTES: Readonly<Record<Stored, number>> = {
  message: 1_456,
  obligation: 1_180,
  event: 1_722,
  record: 965,
  audit: 573,
};

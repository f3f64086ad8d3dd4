/** What the product itself says: its constants and its configuration, read and not copied. */
import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { ScheduleTerms } from "../../src/contract/schedule.ts";
import * as events from "../../src/effects/events/limits.ts";
import * as obligations from "../../src/effects/obligations/limits.ts";
import * as schedule from "../../src/effects/schedule/limits.ts";
import * as records from "../../src/plugins/records/limits.ts";
import { ASSUMED } from "./assumptions.ts";
import type { Stored } from "./measured-work.ts";

const WRANGLER_CONFIG = join(import.meta.dirname, "../../wrangler.toml");
const DAY_MS = 86_400_000;
const EVERY_MINUTE = "* * * * *";

/** How rows of one kind get from the database into the queue, and back when a try dies. */
export type Ticked = {
  /** Most rows of one tick, and of one read of it. */
  readonly rowsPerTick: number;
  readonly rowsPerPage: number;
  /** Reads that a full tick makes beyond those, to give each plugin its share. */
  readonly readsWhenFull: number;
  /** How far a tick looks ahead; a row due exactly then is within. */
  readonly aheadSeconds: number;
  /** When a try that died is found again. */
  readonly leaseSeconds: number;
};

/** How long something is kept once it is over, and how many of it one tick removes. */
type Kept = { readonly days: number; readonly removedPerTick: number };

export type Product = {
  readonly tickSeconds: number;
  readonly messages: Ticked;
  readonly polls: Ticked;
  readonly acts: Ticked;
  /** A message that is later is `missed`. */
  readonly sendIfLateBySeconds: number;
  readonly kept: Readonly<Record<Stored, Kept>>;
  readonly pollMinutes: number;
  readonly newPerPoll: number;
  readonly itemsPerCall: number;
  readonly rowsPerWrite: number;
  /** Messages of one `sendBatch`. */
  readonly messagesPerSend: number;
  /** Messages of the queue that one invocation of the consumer gets. */
  readonly workBatch: number;
  readonly recordBatch: number;
};

/** As far as wrangler.toml matters here. */
type Configured = {
  readonly triggers: { readonly crons?: readonly string[] | undefined };
  readonly queues: {
    readonly consumers?: readonly { readonly queue: string; readonly max_batch_size?: number }[];
  };
};

/** Reads limits.ts of both features and wrangler.toml. Throws when the Worker is not ticked every minute. */
export function readProduct(): Product {
  const { queues, triggers } = unstable_readConfig({ config: WRANGLER_CONFIG }) as Configured;
  if (!(triggers.crons ?? []).includes(EVERY_MINUTE)) {
    throw new Error(`wrangler.toml has no cron "${EVERY_MINUTE}", which the simulation is about.`);
  }
  const batchOf = (name: string) => {
    const size = queues.consumers?.find(({ queue }) => queue === name)?.max_batch_size;
    if (size === undefined) {
      throw new Error(`wrangler.toml names no batch size for the queue "${name}".`);
    }
    return size;
  };
  const due: Omit<Ticked, "leaseSeconds"> = {
    rowsPerTick: obligations.DUE_ROWS,
    rowsPerPage: obligations.DUE_ROWS,
    // Which plugins have something, and what of each is the oldest.
    readsWhenFull: 2,
    aheadSeconds: obligations.TICK_MS / 1_000,
  };
  const plain = ScheduleTerms.parse({ text: "Hello", sendAt: "2027-01-01T00:00:00Z" });
  return {
    tickSeconds: 60,
    messages: {
      rowsPerTick: schedule.TICK_PAGES * schedule.TICK_PAGE_ROWS,
      rowsPerPage: schedule.TICK_PAGE_ROWS,
      readsWhenFull: 0,
      aheadSeconds: schedule.TICK_AHEAD_MS / 1_000,
      leaseSeconds: schedule.SENDING_LEASE_MS / 1_000,
    },
    polls: { ...due, leaseSeconds: obligations.POLL_LEASE_MS / 1_000 },
    acts: { ...due, leaseSeconds: obligations.ACT_LEASE_MS / 1_000 },
    sendIfLateBySeconds: plain.sendIfLateBy,
    kept: {
      message: { days: schedule.RETENTION_MS / DAY_MS, removedPerTick: schedule.REMOVE_ROWS },
      obligation: {
        days: obligations.keepMs({ recordRetentionDays: ASSUMED.recordDays }) / DAY_MS,
        removedPerTick: obligations.REMOVE_ROWS,
      },
      event: { days: events.RETENTION_MS / DAY_MS, removedPerTick: events.REMOVE_ROWS },
      record: { days: ASSUMED.recordDays, removedPerTick: records.REMOVE_ROWS },
      audit: { days: ASSUMED.recordDays, removedPerTick: records.REMOVE_ROWS },
    },
    pollMinutes: obligations.POLL_MINUTES_DEFAULT,
    newPerPoll: obligations.NEW_PER_POLL,
    itemsPerCall: obligations.PAGE_ITEMS,
    rowsPerWrite: obligations.WRITE_ROWS,
    messagesPerSend: schedule.SEND_MESSAGES,
    workBatch: batchOf("kivuko-work"),
    recordBatch: batchOf("kivuko-records"),
  };
}

/** The log of tool calls, row by row as it grows. */
import { type Api, type CallFilter, type CallRecord, MAX_PAGE_LENGTH } from "./api.ts";
import { CliError } from "./cli-error.ts";

/** How often the log is asked for more: a person watching sees a call about when it happened. */
const POLL_INTERVAL_MS = 1000;

/**
 * Ids are given out when a call begins and rows are written, in batches, after it ends: a slow call's row comes after
 * those of later calls. So this many known rows are asked for again each time, and left out. One page of them is
 * cheap, and a call slower than a hundred others is rare enough to be looked up in the whole log.
 */
const LOOK_BACK_ROWS = MAX_PAGE_LENGTH;

export type FollowOptions = {
  readonly api: Api;
  readonly filter: CallFilter;
  /** How many rows of the past come first. */
  readonly past: number;
  /** Ends the following. */
  readonly signal: AbortSignal;
  /** Called once when the platform stops answering, and once when it is back. */
  readonly onConnection: (state: "lost" | "back") => void;
  /** Waits for the next look; ends early when the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
};

/**
 * The newest `past` rows, oldest first, and then every row that is added, until the signal aborts. A platform that
 * goes away is waited for; a refusal (a token that ended, an instance that is gone) is thrown.
 */
export async function* followCalls(options: FollowOptions): AsyncGenerator<CallRecord> {
  const { api, filter, past, signal, onConnection, wait } = options;
  const newest = await api.listCalls({ ...filter, limit: Math.max(past, 1) });
  const seen: CallRecord[] = [...newest.data].reverse();
  yield* past > 0 ? seen : [];
  let isLost = false;
  while (!signal.aborted) {
    await wait(POLL_INTERVAL_MS, signal);
    if (signal.aborted) {
      return;
    }
    try {
      for await (const row of rowsAfter(api, filter, forgetOldest(seen))) {
        if (!seen.some(({ id }) => id === row.id)) {
          seen.push(row);
          yield row;
        }
      }
      if (isLost) {
        isLost = false;
        onConnection("back");
      }
    } catch (error) {
      if (!isPassing(error)) {
        throw error;
      }
      if (!isLost) {
        isLost = true;
        onConnection("lost");
      }
    }
  }
}

/** Keeps the newest rows only; gives the id of the oldest of them, where the asking starts. */
function forgetOldest(seen: CallRecord[]): string | undefined {
  seen.sort((a, b) => (a.id < b.id ? -1 : 1));
  seen.splice(0, seen.length - LOOK_BACK_ROWS);
  return seen[0]?.id;
}

async function* rowsAfter(
  api: Api,
  filter: CallFilter,
  start: string | undefined,
): AsyncGenerator<CallRecord> {
  let cursor: string | undefined = start;
  do {
    const page = await api.listCalls({ ...filter, order: "asc", limit: MAX_PAGE_LENGTH, cursor });
    yield* page.data;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof CliError)) {
    return false;
  }
  const { code, status = 0 } = error.problem;
  return code === "platform_unreachable" || code === "platform_timed_out" || status === 429 || status >= 500;
}

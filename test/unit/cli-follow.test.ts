/** Following the log: late rows, pages, a platform that goes away and comes back. */
import { expect, test } from "vitest";
import type { Api, CallRecord } from "../../src/cli/api.ts";
import { CliError } from "../../src/cli/cli-error.ts";
import { followCalls } from "../../src/cli/follow-calls.ts";

const row = (id: string) => ({ id, createdAt: "2026-11-20T09:00:00.000Z" }) as CallRecord;

/** A log whose listing follows the API: newest first without `order`, else oldest first after an id. */
function createLog(...ids: readonly string[]) {
  const rows = [...ids];
  const log = {
    rows,
    failure: undefined as CliError | undefined,
    pageLength: 100,
    asked: [] as object[],
    api: {
      listCalls: async (query: { order?: string; cursor?: string; limit: number }) => {
        log.asked.push(query);
        if (log.failure) {
          throw log.failure;
        }
        const sorted = rows.toSorted();
        const { cursor } = query;
        const all =
          query.order === "asc"
            ? sorted.filter((id) => cursor === undefined || id > cursor)
            : sorted.reverse();
        const shown = all.slice(0, Math.min(query.limit, log.pageLength));
        return {
          data: shown.map(row),
          nextCursor: all.length > shown.length ? (shown.at(-1) ?? null) : null,
        };
      },
    } as unknown as Api,
  };
  return log;
}

/** Follows for as many looks as there are steps; each runs before its look. Gives what was seen. */
async function follow(log: ReturnType<typeof createLog>, past: number, ...steps: readonly (() => void)[]) {
  const stop = new AbortController();
  const connection: string[] = [];
  const seen: string[] = [];
  const remaining = [...steps];
  const wait = async () => {
    const step = remaining.shift();
    if (step) {
      step();
    } else {
      stop.abort();
    }
  };
  const onConnection = (state: string) => connection.push(state);
  for await (const { id } of followCalls({
    api: log.api,
    filter: {},
    past,
    signal: stop.signal,
    onConnection,
    wait,
  })) {
    seen.push(id);
  }
  return { seen, connection };
}

test("[CLI-04] the past comes first, oldest first, then what is added, each row once", async () => {
  const log = createLog("call_1", "call_2", "call_3");
  const { seen } = await follow(
    log,
    2,
    () => log.rows.push("call_4"),
    () => undefined,
    () => log.rows.push("call_5", "call_6"),
  );
  expect(seen).toEqual(["call_2", "call_3", "call_4", "call_5", "call_6"]);
});

test("[CLI-04] a row that is written after later ones is not missed", async () => {
  const log = createLog("call_1");
  const { seen } = await follow(
    log,
    1,
    () => log.rows.push("call_3"),
    () => log.rows.push("call_2"),
  );
  expect(seen).toEqual(["call_1", "call_3", "call_2"]);
});

test("an empty log, and no past wanted", async () => {
  const empty = createLog();
  expect((await follow(empty, 20, () => empty.rows.push("call_1"))).seen).toEqual(["call_1"]);
  const old = createLog("call_1", "call_2");
  expect((await follow(old, 0, () => old.rows.push("call_3"))).seen).toEqual(["call_3"]);
});

test("more rows than fit a page", async () => {
  const log = createLog("call_1");
  log.pageLength = 2;
  const more = ["call_2", "call_3", "call_4", "call_5", "call_6"];
  const { seen } = await follow(log, 1, () => log.rows.push(...more));
  expect(seen).toEqual(["call_1", ...more]);
});

test("a platform that goes away is waited for, and told about once", async () => {
  const log = createLog("call_1");
  const gone = new CliError({ title: "Failed", detail: "gone", code: "platform_unreachable" });
  const { seen, connection } = await follow(
    log,
    1,
    () => {
      log.failure = gone;
    },
    () => undefined,
    () => {
      log.failure = undefined;
      log.rows.push("call_2");
    },
  );
  expect(seen).toEqual(["call_1", "call_2"]);
  expect(connection).toEqual(["lost", "back"]);
});

test("a refusal ends it", async () => {
  const log = createLog("call_1");
  const refused = new CliError({
    title: "Not authenticated",
    detail: "no",
    code: "token_expired",
    status: 401,
  });
  const following = follow(log, 1, () => {
    log.failure = refused;
  });
  await expect(following).rejects.toBe(refused);
});

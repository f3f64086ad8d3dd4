import { connect } from "node:net";
import { createMessageReader } from "./http-message.ts";

/*
 * The load generator, as a process of its own so that its event loop is not the runtime's parent's. A closed loop:
 * each connection sends its next request when the answer to the one before is in. Written on raw sockets because
 * - latencies here are a fraction of a millisecond and autocannon's histogram counts whole milliseconds;
 * - it shares two cores with the runtime under test, and `node:http` would burn several times the CPU per request;
 * - the request is the same bytes every time, so it is built once.
 */

/** One turn of load: `request` is a whole HTTP/1.1 request, sent over `connections` kept-alive sockets. */
export type LoadJob = {
  readonly host: string;
  readonly port: number;
  readonly request: Uint8Array;
  readonly connections: number;
  /** Answers in this time from the start are thrown away. */
  readonly leadInMs: number;
  readonly measureMs: number;
  /** The turn also ends at this many measured answers. */
  readonly maxRequests: number;
};

/** What a turn measured. `latenciesMs` holds every measured answer that was a 200. */
export type LoadResult = {
  readonly latenciesMs: Float64Array;
  readonly elapsedMs: number;
  /** Every 200, the lead-in's included. */
  readonly answers: number;
  readonly failures: number;
  readonly firstFailure: string | undefined;
};

/** A turn that has not ended this long after its time is cut off, and what is unanswered counts as failed. */
const GRACE_MS = 5_000;

async function runLoad(job: LoadJob): Promise<LoadResult> {
  const latenciesMs = new Float64Array(job.maxRequests);
  const startedAt = performance.now();
  const measureFrom = startedAt + job.leadInMs;
  const measureUntil = measureFrom + job.measureMs;
  let measured = 0;
  let answers = 0;
  let failures = 0;
  let firstFailure: string | undefined;
  let lastAnswerAt = measureFrom;

  const fail = (reason: string) => {
    failures += 1;
    firstFailure ??= reason;
  };

  const runConnection = () =>
    new Promise<void>((resolve) => {
      const socket = connect(job.port, job.host);
      let sentAt = 0;
      let done = false;
      const end = (failure?: string) => {
        if (!done) {
          done = true;
          clearTimeout(cutOff);
          socket.destroy();
          if (failure !== undefined) {
            fail(failure);
          }
          resolve();
        }
      };
      const cutOff = setTimeout(() => end("no answer in time"), job.leadInMs + job.measureMs + GRACE_MS);
      const send = () => {
        sentAt = performance.now();
        socket.write(job.request);
      };
      socket.setNoDelay(true);
      socket.on("connect", send);
      socket.on("error", (error) => end(error.message));
      socket.on("close", () => end("the connection was closed"));
      socket.on(
        "data",
        createMessageReader(({ head, body }) => {
          const now = performance.now();
          const status = head.slice(9, 12);
          if (status !== "200") {
            fail(`${status} ${body.toString("utf8", 0, 300)}`);
          } else {
            answers += 1;
            if (sentAt >= measureFrom && now <= measureUntil && measured < job.maxRequests) {
              latenciesMs[measured] = now - sentAt;
              measured += 1;
              lastAnswerAt = now;
            }
          }
          if (now >= measureUntil || measured >= job.maxRequests) {
            end();
          } else {
            send();
          }
        }),
      );
    });

  await Promise.all(Array.from({ length: job.connections }, runConnection));
  return {
    latenciesMs: latenciesMs.slice(0, measured),
    elapsedMs: lastAnswerAt - measureFrom,
    answers,
    failures,
    firstFailure,
  };
}

process.on("message", (job: LoadJob) => {
  runLoad(job).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit(0));

/**
 * Stands before Twilio's stand-in: hands everything on, takes its time over it, says where a message is, so that a test
 * can strike just then, and answers as badly as a provider may once it has the message, or before.
 */
import { setTimeout as pause } from "node:timers/promises";
import { answerJson, readRequestBody, startLoopbackServer } from "../../support/loopback-server.ts";
import type { Moments } from "./moments.ts";

/** Where a scheduled message can be outside of the platform, in order. */
export const SEND_MOMENTS = ["send_asked", "message_taken", "answer_given", "outcome_told"] as const;
export type SendMoment = (typeof SEND_MOMENTS)[number];

/**
 * What becomes of a request. `late`, `lost` and `error`: the message is taken, and the answer comes late, never, or is
 * not one. `lost_before`: the connection breaks and nobody has the message. `busy`: refused at first.
 */
export const ANSWERINGS = ["well", "late", "lost", "error", "lost_before", "busy"] as const;
export type Answering = (typeof ANSWERINGS)[number];

/** Long enough to strike into, short enough for a thousand of them. */
const DELAY_MS = 20;
const LATE_MS = 400;

type Chosen = {
  /** Names the scheduled message of a request's body, if it is one. */
  readonly markOf: (body: string) => string | undefined;
  readonly answeringOf: (mark: string) => Answering;
};

export async function startSlowTwilio(
  moments: Moments<SendMoment>,
  twilio: { readonly url: string },
  { markOf, answeringOf }: Chosen,
) {
  const asked = new Set<string>();
  return startLoopbackServer(async (request, response) => {
    const { authorization = "", "content-type": contentType = "" } = request.headers;
    const body = await readRequestBody(request);
    const words = decodeURIComponent(body);
    const mark = markOf(words);
    const answering = mark === undefined ? "well" : answeringOf(mark);
    const isFirst = mark !== undefined && !asked.has(mark);
    asked.add(mark ?? "");
    moments.pass("send_asked", words);
    await pause(DELAY_MS);
    if (answering === "lost_before") {
      response.destroy();
      return;
    }
    if (answering === "busy" && isFirst) {
      return answerJson(response, 429, { code: 20_429, message: "Too many requests", status: 429 });
    }
    const headers = { authorization, "content-type": contentType };
    const taken = await fetch(twilio.url + request.url, { method: "POST", headers, body });
    const answer = await taken.json();
    moments.pass("message_taken", words);
    await pause(answering === "late" ? LATE_MS : DELAY_MS);
    if (answering === "lost") {
      response.destroy();
      return;
    }
    if (answering === "error") {
      response.writeHead(500, { "content-type": "text/html" }).end("<h1>Internal Server Error</h1>");
      return;
    }
    answerJson(response, taken.status, answer);
    moments.pass("answer_given", words);
  });
}

/**
 * Stands between the platform and Daraja's stand-in, in both directions: hands everything on, takes its time over it,
 * and says where a payment is, so that a test can strike just then.
 */
import { setTimeout as pause } from "node:timers/promises";
import { answerJson, readRequestBody, startLoopbackServer } from "../../support/loopback-server.ts";
import type { Moments } from "./moments.ts";

/** Where a payment can be outside of the platform, in the order of a good day. */
export const PAYMENT_MOMENTS = [
  "token_asked",
  "prompt_asked",
  "prompt_made",
  "answer_given",
  "callback_sent",
  "callback_taken",
] as const;
export type PaymentMoment = (typeof PAYMENT_MOMENTS)[number];

/** Long enough to strike into, short enough for hundreds of them. */
const DELAY_MS = 15;

const PUSH_PATH = "/mpesa/stkpush/v1/processrequest";
const CALLBACK_PATH = "/-/callback";

export async function startSlowDaraja(moments: Moments<PaymentMoment>, daraja: { readonly url: string }) {
  const server = await startLoopbackServer(async (request, response) => {
    const url = new URL(request.url ?? "/", server.url);
    const { authorization = "", "content-type": contentType = "application/json" } = request.headers;
    const method = request.method ?? "GET";
    const body = await readRequestBody(request);
    const forward = async (to: string, sent: string) => {
      const answer = await fetch(to, {
        method,
        headers: { authorization, "content-type": contentType },
        ...(method === "POST" && { body: sent }),
      });
      return { status: answer.status, text: await answer.text() };
    };
    const handOver = ({ status, text }: { status: number; text: string }) => {
      response.writeHead(status, { "content-type": text.startsWith("<") ? "text/html" : "application/json" });
      response.end(text);
    };

    if (url.pathname === CALLBACK_PATH) {
      const payer = url.searchParams.get("payer") ?? "";
      moments.pass("callback_sent", payer);
      await pause(DELAY_MS);
      // Nobody there: the connection breaks here as well.
      const taken = await forward(url.searchParams.get("to") ?? "", body);
      moments.pass("callback_taken", payer);
      return answerJson(response, taken.status, {});
    }
    if (url.pathname !== PUSH_PATH) {
      moments.pass("token_asked", "");
      await pause(DELAY_MS);
      return handOver(await forward(daraja.url + request.url, body));
    }
    const push = JSON.parse(body) as { PhoneNumber: string; CallBackURL: string };
    const payer = String(push.PhoneNumber);
    const callback = new URL(CALLBACK_PATH, server.url);
    callback.search = new URLSearchParams({ payer, to: push.CallBackURL }).toString();
    moments.pass("prompt_asked", payer);
    await pause(DELAY_MS);
    const answer = await forward(
      daraja.url + PUSH_PATH,
      JSON.stringify({ ...push, CallBackURL: callback.href }),
    );
    moments.pass("prompt_made", payer);
    await pause(DELAY_MS);
    handOver(answer);
    moments.pass("answer_given", payer);
  });
  return server;
}

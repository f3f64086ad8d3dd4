/**
 * A model, a plugin and a provider in the test's own process, which live on while the platform is killed. Each takes
 * its time, and says so when it is about to do something or has done it, so that a test can strike just then.
 */
import { setTimeout as pause } from "node:timers/promises";
import { createPlugin, defineManifest } from "../../../src/sdk/index.ts";
import { servePlugin } from "../../../src/sdk/node.ts";
import { answerJson, readRequestBody, startLoopbackServer } from "../../support/loopback-server.ts";
import { MODEL_KEY } from "../../support/model-stand-in.ts";
import { findOpenAiFault, writeOpenAiAnswer } from "../../support/model-stand-in-openai.ts";
import type { SentText } from "../../support/stand-in.ts";
import type { Moments } from "./moments.ts";

/** What happens outside of the platform in a turn, in order. */
export const MOMENTS = [
  "model_asked",
  "calls_wanted",
  "tool_called",
  "tool_done",
  "results_told",
  "reply_given",
  "message_taken",
] as const;
export type Moment = (typeof MOMENTS)[number];

/** Long enough to strike into, short enough for fifty of them. */
const DELAY_MS = 25;

type Message = { readonly role: string; readonly content: unknown };

/**
 * A model that opens a ticket for what the customer wrote last, and then repeats what the ticket is about. As a real
 * one does, it chooses other words each time that it is asked the same.
 */
export async function startTicketModel(moments: Moments<Moment>, toolName: string) {
  let asked = 0;
  const answered: string[] = [];
  const { url, close } = await startLoopbackServer(async (request, response) => {
    const body = JSON.parse(await readRequestBody(request));
    const fault = findOpenAiFault(request.url ?? "", request.headers, body, MODEL_KEY);
    if (fault !== null) {
      return answerJson(response, fault.status, fault.body);
    }
    const messages = body.messages as readonly Message[];
    const wish = String(messages.findLast(({ role }) => role === "user")?.content);
    const hasTicket = messages.at(-1)?.role === "tool";
    asked += 1;
    const summary = `${wish} (asked ${asked})`;
    const call = { name: toolName, arguments: JSON.stringify({ summary }) };
    moments.pass(hasTicket ? "results_told" : "model_asked", wish);
    await pause(DELAY_MS);
    await writeOpenAiAnswer(
      response,
      body,
      hasTicket ? { text: `A ticket is open for: ${wish}` } : { toolCalls: [call] },
    );
    if (hasTicket) {
      answered.push(wish);
    }
    moments.pass(hasTicket ? "reply_given" : "calls_wanted", wish);
  });
  /** `answered`: what it gave a reply for, oldest first. */
  return { url, close, answered: answered as readonly string[] };
}

const manifest = (baseUrl: string) =>
  defineManifest({
    slug: "TICKETS",
    version: "1.0.0",
    name: "Tickets",
    baseUrl,
    auth: { type: "secret" },
    tools: [
      {
        name: "open_ticket",
        description: "Opens a ticket for what the customer reports.",
        sideEffects: true,
        inputSchema: {
          type: "object",
          properties: { summary: { type: "string", description: "What is wrong." } },
          required: ["summary"],
        },
      },
    ],
  });

/**
 * A plugin that honours the `Idempotency-Key`, which is the call's id: it makes one ticket for one key, and answers
 * whoever asks again with the same ticket, also while it is still being made.
 */
export async function startTicketPlugin(moments: Moments<Moment>) {
  let secret: string | undefined;
  const requests: string[] = [];
  const made: { readonly callId: string; readonly summary: string }[] = [];
  const byKey = new Map<string, Promise<{ ticketId: string }>>();
  const make = async (callId: string, summary: string) => {
    moments.pass("tool_called", summary);
    await pause(DELAY_MS);
    made.push({ callId, summary });
    const ticketId = `T-${made.length}`;
    moments.pass("tool_done", summary);
    await pause(DELAY_MS);
    return { ticketId };
  };
  const server = await servePlugin(
    (url) =>
      createPlugin({
        secret: () => secret,
        manifest: manifest(url),
        tools: {
          open_ticket: ({ summary }, { callId }) => {
            requests.push(callId);
            const ticket = byKey.get(callId) ?? make(callId, summary);
            byKey.set(callId, ticket);
            return ticket;
          },
        },
      }),
    { port: 0 },
  );
  return {
    manifestUrl: `${server.url}/manifest.json`,
    /** Ids of the calls as they came in. */
    requests: requests as readonly string[],
    /** What came of them. */
    made: made as readonly { readonly callId: string; readonly summary: string }[],
    acceptSecret: (value: string) => {
      secret = value;
    },
    close: server.close,
  };
}

/** Stands before a provider's stand-in: hands everything on, and answers a while after the message was taken. */
export async function startSlowProvider(moments: Moments<Moment>, provider: { readonly url: string }) {
  const { url, close } = await startLoopbackServer(async (request, response) => {
    const { authorization = "", "content-type": contentType = "" } = request.headers;
    const body = await readRequestBody(request);
    const headers = { authorization, "content-type": contentType };
    const taken = await fetch(provider.url + request.url, { method: "POST", headers, body });
    moments.pass("message_taken", decodeURIComponent(body));
    await pause(DELAY_MS);
    answerJson(response, taken.status, await taken.json());
  });
  const texts = async () => (await (await fetch(`${provider.url}/-/messages`)).json()) as SentText[];
  return { url, close, texts };
}

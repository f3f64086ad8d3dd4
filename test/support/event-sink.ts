/**
 * Receivers of events on loopback. `POST <url>/<name>/…` answers with the statuses that `PUT <url>/<name>` was told to,
 * one after the other and the last one for ever (200 when nothing was told), and remembers what came; `GET <url>/<name>`
 * lists it. `GET <url>/<name>/manifest.json` is a plugin whose tool takes payment events, served by the same receiver;
 * `…/obligations.json` is one that lists what is due and hears what became of it.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { answerJson, type LoopbackServer, readRequestBody, startLoopbackServer } from "./loopback-server.ts";
import type { SinkAnswers, SunkEvent } from "./stand-in.ts";

type Sink = { answers: SinkAnswers; readonly events: SunkEvent[]; polls: unknown[] };

export async function startEventSink(): Promise<LoopbackServer> {
  const sinks = new Map<string, Sink>();
  const server: LoopbackServer = await startLoopbackServer(async (request, response) => {
    const [name = "", rest = ""] = new URL(request.url ?? "/", "http://sink").pathname.slice(1).split("/");
    const sink = sinks.get(name) ?? { answers: { statuses: [200] }, events: [], polls: [] };
    sinks.set(name, sink);
    const describe = (what: string): unknown => {
      switch (what) {
        case "manifest.json":
          return manifestOf(server.url, name);
        case "obligations.json":
          return obligationManifestOf(server.url, name);
        default:
          return { data: sink.events, polls: sink.polls };
      }
    };
    switch (request.method) {
      case "PUT":
        sink.answers = JSON.parse(await readRequestBody(request)) as SinkAnswers;
        sink.polls = [];
        return answerJson(response, 200, {});
      case "POST":
        return take(sink, request, response);
      default:
        return answerJson(response, 200, describe(rest));
    }
  });
  return server;
}

async function take(sink: Sink, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readRequestBody(request);
  if (body.includes('"tool":"list_due"')) {
    listDue(sink, body, response);
    return;
  }
  const { statuses, retryAfter } = sink.answers;
  const status = statuses[Math.min(sink.events.length, statuses.length - 1)] ?? 200;
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  sink.events.push({ headers, body, status });
  if (retryAfter !== undefined) {
    response.setHeader("retry-after", retryAfter);
  }
  answerJson(response, status, status < 300 ? { received: true } : { error: "not_now" });
}

function listDue(sink: Sink, body: string, response: ServerResponse): void {
  const { due = [{ obligations: [] }] } = sink.answers;
  const answer = due[Math.min(sink.polls.length, due.length - 1)];
  sink.polls.push((JSON.parse(body) as { input: unknown }).input);
  if (typeof answer === "number") {
    answerJson(response, answer, { error: "not_now" });
    return;
  }
  answerJson(response, 200, answer);
}

/** Every permission that reminding and escalating may take, and that of messages for later. */
const OBLIGATION_PERMISSIONS = [
  "plugin:obligations:request",
  "plugin:messages:schedule:external_recipient",
  "plugin:messages:send:current_chat",
  "plugin:messages:send:known_contact",
  "plugin:messages:send:external_recipient",
  "plugin:escalations:create:current_chat",
  "plugin:escalations:create:known_contact",
];

function obligationManifestOf(url: string, name: string) {
  const object = (properties: object) => ({ type: "object", properties });
  return {
    slug: `DUES_${name.toUpperCase().replaceAll("-", "_")}`,
    version: "1.0.0",
    name: "A cash book",
    description: "Lists what customers owe, for tests.",
    baseUrl: `${url}/${name}`,
    auth: { type: "secret" },
    tools: [
      { name: "look_up", description: "Looks something up for the customer.", inputSchema: object({}) },
      {
        name: "list_due",
        description: "Lists what is due.",
        inputSchema: object({ now: { type: "number" }, limit: { type: "number" } }),
        metadata: { capability: "obligations.list_due" },
      },
      {
        name: "record_event",
        description: "Hears what became of it.",
        inputSchema: {
          ...object({
            obligationId: { type: "string" },
            eventType: { type: "string" },
            occurredAt: { type: "number" },
          }),
          required: ["obligationId", "eventType"],
        },
        metadata: { capability: "obligations.record_event" },
      },
    ],
    permissions: OBLIGATION_PERMISSIONS.map((key) => ({ key, label: key, description: "To follow up." })),
  };
}

function manifestOf(url: string, name: string) {
  const schema = { type: "object", properties: {}, additionalProperties: true };
  return {
    slug: `SINK_${name.toUpperCase().replaceAll("-", "_")}`,
    version: "1.0.0",
    name: "A receiver",
    description: "Takes payment events for tests.",
    baseUrl: `${url}/${name}`,
    auth: { type: "secret" },
    tools: [
      { name: "look_up", description: "Looks something up for the customer.", inputSchema: schema },
      {
        name: "on_payment",
        description: "Hears of payments.",
        inputSchema: schema,
        metadata: { capability: "payments.event" },
      },
    ],
    permissions: [
      {
        key: "plugin:payments:status:any",
        label: "Read all payments",
        description: "To hear of all payments.",
      },
    ],
  };
}

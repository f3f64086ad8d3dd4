/**
 * Receivers of events on loopback. `POST <url>/<name>/…` answers with the statuses that `PUT <url>/<name>` was told to,
 * one after the other and the last one for ever (200 when nothing was told), and remembers what came; `GET <url>/<name>`
 * lists it. `GET <url>/<name>/manifest.json` is a plugin whose tool takes payment events, served by the same receiver.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { answerJson, type LoopbackServer, readRequestBody, startLoopbackServer } from "./loopback-server.ts";
import type { SinkAnswers, SunkEvent } from "./stand-in.ts";

type Sink = { answers: SinkAnswers; readonly events: SunkEvent[] };

export async function startEventSink(): Promise<LoopbackServer> {
  const sinks = new Map<string, Sink>();
  const server: LoopbackServer = await startLoopbackServer(async (request, response) => {
    const [name = "", rest = ""] = new URL(request.url ?? "/", "http://sink").pathname.slice(1).split("/");
    const sink = sinks.get(name) ?? { answers: { statuses: [200] }, events: [] };
    sinks.set(name, sink);
    switch (request.method) {
      case "PUT":
        sink.answers = JSON.parse(await readRequestBody(request)) as SinkAnswers;
        return answerJson(response, 200, {});
      case "POST":
        return take(sink, request, response);
      default:
        return answerJson(
          response,
          200,
          rest === "manifest.json" ? manifestOf(server.url, name) : { data: sink.events },
        );
    }
  });
  return server;
}

async function take(sink: Sink, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { statuses, retryAfter } = sink.answers;
  const status = statuses[Math.min(sink.events.length, statuses.length - 1)] ?? 200;
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  sink.events.push({ headers, body: await readRequestBody(request), status });
  if (retryAfter !== undefined) {
    response.setHeader("retry-after", retryAfter);
  }
  answerJson(response, status, status < 300 ? { received: true } : { error: "not_now" });
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

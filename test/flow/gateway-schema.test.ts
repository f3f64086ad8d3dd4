/** What leaves the gateway, byte by byte, held against OpenAI's published schema. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readEvents } from "../../src/kernel/server-sent-events.ts";
import type { ScriptedAnswer } from "../support/model-stand-in.ts";
import { readOpenAiSchema } from "../support/openai-schema.ts";
import { type GatewayStage, setGatewayStage } from "./support/gateway.ts";

const schema = readOpenAiSchema();
let stage: GatewayStage;
beforeAll(async () => {
  stage = await setGatewayStage();
});
afterAll(() => stage.clear());

const DAMAGED = [{ role: "user", content: "My order arrived damaged." }];
const OWN_TOOLS = [{ type: "function", function: { name: "look_up", parameters: { type: "object" } } }];

function post(key: string, body: object): Promise<Response> {
  return fetch(`${stage.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ messages: DAMAGED, ...body }),
  });
}

type Streamed = { readonly chunks: unknown[]; readonly last: string };

/** The events of a stream: what was sent as JSON, and the text of the last event. */
async function readStream(response: Response): Promise<Streamed> {
  expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
  const texts: string[] = [];
  for await (const { data } of readEvents(response.body as ReadableStream<Uint8Array>)) {
    texts.push(data);
  }
  const last = texts.at(-1) ?? "";
  return { chunks: texts.filter((text) => text !== "[DONE]").map((text) => JSON.parse(text)), last };
}

/** The text and the finish reasons of each choice, by its index. */
function choicesOf(chunks: readonly unknown[]): Record<number, { text: string; ends: string[] }> {
  const found: Record<number, { text: string; ends: string[] }> = {};
  type Chunk = { choices: { index: number; delta: { content?: string }; finish_reason: string | null }[] };
  for (const { choices } of chunks as Chunk[]) {
    for (const { index, delta, finish_reason: end } of choices) {
      found[index] ??= { text: "", ends: [] };
      found[index].text += delta.content ?? "";
      found[index].ends.push(...(end === null ? [] : [end]));
    }
  }
  return found;
}

const CALL: ScriptedAnswer = {
  text: "Let me see.",
  toolCalls: [{ name: "look_up", arguments: '{"order":7}' }],
};

describe("[GATEWAY-01] every answer is what OpenAI's schema says", () => {
  const PROVIDERS = ["openai-compatible", "anthropic", "demo"] as const;
  const KINDS = ["with plugins", "with the client's own tools", "passed through"] as const;

  const ask = async (provider: (typeof PROVIDERS)[number], kind: (typeof KINDS)[number]) => {
    const ticket = { name: stage.ticketTool, arguments: '{"summary":"It arrived damaged."}' };
    const answers: Record<typeof kind, ScriptedAnswer[]> = {
      "with plugins": [{ text: "Let me see.", toolCalls: [ticket] }, { text: "Your ticket is SUP-10421." }],
      "with the client's own tools": [CALL],
      "passed through": [{ text: "Hello there.", finishReason: "length" }],
    };
    const newModel = async () =>
      provider === "demo" ? "kivuko-demo" : stage.newModel(provider, ...answers[kind]);
    const key = kind === "with plugins" ? stage.boundKey : stage.freeKey;
    const tools = kind === "with the client's own tools" ? { tools: OWN_TOOLS } : {};
    return {
      whole: await post(key, { model: await newModel(), ...tools }),
      streamed: await post(key, { model: await newModel(), ...tools, stream: true }),
    };
  };

  test.for(PROVIDERS.flatMap((provider) => KINDS.map((kind) => [provider, kind] as const)))(
    "%s, %s",
    async ([provider, kind]) => {
      const { whole, streamed } = await ask(provider, kind);
      expect(whole.status).toBe(200);
      expect(schema.completion(await whole.json())).toEqual([]);

      const { chunks, last } = await readStream(streamed);
      expect(chunks.length).toBeGreaterThan(3);
      expect(chunks.flatMap((chunk) => schema.chunk(chunk))).toEqual([]);
      expect(last).toBe("[DONE]");
      const [{ ends } = { ends: [] }] = Object.values(choicesOf(chunks));
      expect(ends).toHaveLength(1);
      expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
    },
  );

  test("several choices go through, each with its own index and end", async () => {
    const model = await stage.newModel("openai-compatible", { text: "Hello there." });
    const whole = await (await post(stage.freeKey, { model, n: 3 })).json();
    expect(schema.completion(whole)).toEqual([]);
    expect((whole as { choices: unknown[] }).choices).toHaveLength(3);

    const { chunks } = await readStream(await post(stage.freeKey, { model, n: 3, stream: true }));
    expect(chunks.flatMap((chunk) => schema.chunk(chunk))).toEqual([]);
    const one = { text: "Hello there.", ends: ["stop"] };
    expect(choicesOf(chunks)).toEqual({ 0: one, 1: one, 2: one });
  });

  test("the models, in a list and one by one", async () => {
    const alias = await stage.newModel("anthropic", { text: "Hello." });
    const get = async (path: string) => {
      const response = await fetch(`${stage.baseUrl}${path}`, {
        headers: { authorization: `Bearer ${stage.freeKey}` },
      });
      return { status: response.status, body: (await response.json()) as { data: { id: string }[] } };
    };
    const { body } = await get("/models");
    expect(body.data.flatMap((model) => schema.model(model))).toEqual([]);
    const one = await get(`/models/${alias}`);
    expect(one.body).toEqual(body.data.find(({ id }) => id === alias));
    const none = await get("/models/nobody%2Fknows");
    expect(none).toMatchObject({ status: 404, body: { error: { code: "model_not_found" } } });
    expect(schema.error(none.body)).toEqual([]);
  });
});

describe("[GATEWAY-02] every failure is OpenAI's error object", () => {
  test.for(["openai-compatible", "anthropic"] as const)(
    "in the middle of a stream, at %s",
    async (provider) => {
      for (const key of [stage.boundKey, stage.freeKey]) {
        const model = await stage.newModel(provider, { text: "Your ticket is", stall: "break" });
        const { chunks, last } = await readStream(await post(key, { model, stream: true }));
        const failure = chunks.pop();
        expect(chunks.length).toBeGreaterThan(0);
        expect(chunks.flatMap((chunk) => schema.chunk(chunk))).toEqual([]);
        expect(JSON.parse(last)).toEqual(failure);
        expect(schema.error(failure)).toEqual([]);
      }
    },
  );

  test("before anything was said, with the status and type that its reason has", async () => {
    const refusing = await stage.newModel("openai-compatible", {
      status: 400,
      body: { error: { message: "Too long.", code: "context_length_exceeded" } },
    });
    const busy = await stage.newModel("openai-compatible", { status: 429 });
    const broken = await stage.newModel("openai-compatible", { status: 500, body: "<html>" });
    const capped = await stage.newKey({ requestsPerMinute: 1 });
    await post(capped, { model: "kivuko-demo" });
    const cases = [
      [post("kvk_nobody", { model: "kivuko-demo" }), 401, "invalid_request_error", "invalid_api_key"],
      [post(stage.freeKey, { model: "nope" }), 404, "invalid_request_error", "model_not_found"],
      [post(stage.freeKey, { model: "nope", messages: [] }), 400, "invalid_request_error", "invalid_request"],
      [post(stage.freeKey, { model: refusing }), 400, "invalid_request_error", "context_length_exceeded"],
      [post(stage.freeKey, { model: busy }), 429, "requests", "rate_limit_exceeded"],
      [post(capped, { model: "kivuko-demo" }), 429, "requests", "rate_limit_exceeded"],
      [post(stage.freeKey, { model: broken }), 502, "server_error", "provider_failed"],
    ] as const;
    for (const [asking, status, type, code] of cases) {
      const response = await asking;
      const body = await response.json();
      expect({ status: response.status, body }).toMatchObject({ status, body: { error: { type, code } } });
      expect(schema.error(body)).toEqual([]);
    }
  });
});

/** Workers AI through the gateway's own door, with a stand-in of the binding: both shapes that its models answer in. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { withActor } from "../../src/access/context.ts";
import { postChatCompletion } from "../../src/agent/gateway/routes.ts";
import { createModel } from "../../src/agent/models/create-model.ts";
import { createBase } from "../../src/context.ts";
import type { AiBinding } from "../../src/contract/ai-binding.ts";
import { readEvents } from "../../src/kernel/server-sent-events.ts";
import { call } from "./support/call.ts";
import { createOrganization } from "./support/organization.ts";

const LLAMA = "@cf/meta/llama-3.3-70b-instruct-fp8-fast";
const GPT_OSS = "@cf/openai/gpt-oss-120b";
const USAGE = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };
const TOOLS = [{ type: "function", function: { name: "look_up", parameters: { type: "object" } } }];
const HI = [
  { role: "developer", content: [{ type: "text", text: "Be kind." }] },
  { role: "user", content: "Where is order 7?" },
];

type Run = { readonly model: string; readonly inputs: Readonly<Record<string, unknown>> };

/** The binding as Cloudflare describes it: a value, or bytes of server-sent events when `stream` is asked for. */
function createBinding(answer: (inputs: Run["inputs"]) => unknown): AiBinding & { readonly runs: Run[] } {
  const runs: Run[] = [];
  return {
    runs,
    run: async (model, inputs, options) => {
      options?.signal?.throwIfAborted();
      runs.push({ model, inputs });
      return answer(inputs);
    },
  };
}

function eventsOf(...events: readonly (object | string)[]): ReadableStream<Uint8Array> {
  const text = events.map(
    (event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`,
  );
  return new Response(text.join("")).body as ReadableStream<Uint8Array>;
}

/** An organisation whose model stands at Workers AI, and a way to ask it. */
async function setUp(ai: AiBinding, providerModel = LLAMA) {
  const { id, gatewayKey } = await createOrganization();
  const execution = createExecutionContext();
  const newBase = () => createBase({ ...env, AI: ai } as Env, execution);
  const ctx = withActor(newBase(), {
    kind: "api_token",
    id: "tok_test",
    organizationId: id,
    permissions: new Set(["models:manage"]),
  });
  await createModel({ ctx, input: { alias: "small", provider: "workers-ai", providerModel } });
  return async (body: object, base = newBase()) => {
    const request = new Request("https://kivuko.test/v1/chat/completions", {
      method: "POST",
      headers: { authorization: `Bearer ${gatewayKey}` },
      body: JSON.stringify({ model: "small", messages: HI, ...body }),
    });
    const response = await postChatCompletion(request, base);
    const read = response.headers.get("content-type")?.startsWith("text/event-stream")
      ? await readAll(response)
      : await response.json();
    await waitOnExecutionContext(execution);
    return { status: response.status, body: read };
  };
}

async function readAll(response: Response): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const { data } of readEvents(response.body as ReadableStream<Uint8Array>)) {
    events.push(data === "[DONE]" ? data : JSON.parse(data));
  }
  return events;
}

type Chunk = { choices: { delta: Record<string, unknown>; finish_reason: string | null }[]; usage?: unknown };
const deltasOf = (events: unknown) =>
  (events as Chunk[]).slice(0, -1).flatMap(({ choices }) => choices.map(({ delta }) => delta));

describe("[GATEWAY-04] Workers AI", () => {
  it("answers whole, in its own shape and in OpenAI's", async () => {
    const binding = createBinding(() => ({ response: "On its way.", usage: USAGE }));
    const ask = await setUp(binding);
    const answer = await ask({ max_completion_tokens: 50, temperature: 0.5, logit_bias: { 1: 1 } });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        object: "chat.completion",
        model: "small",
        choices: [{ message: { role: "assistant", content: "On its way." }, finish_reason: "stop" }],
        usage: USAGE,
      },
    });
    expect(binding.runs).toEqual([
      {
        model: LLAMA,
        inputs: {
          messages: [
            { role: "system", content: "Be kind." },
            { role: "user", content: "Where is order 7?" },
          ],
          temperature: 0.5,
          max_tokens: 50,
        },
      },
    ]);

    const choices = [{ message: { content: "On its", reasoning_content: "Hm." }, finish_reason: "length" }];
    const other = await setUp(
      createBinding(() => ({ choices, usage: USAGE })),
      GPT_OSS,
    );
    expect((await other({})).body).toMatchObject({
      choices: [{ message: { content: "On its" }, finish_reason: "length" }],
    });
  });

  it("calls tools: arguments as an object or as text, with an id of ours where it gives none", async () => {
    const binding = createBinding(() => ({ tool_calls: [{ name: "look_up", arguments: { order: 7 } }] }));
    const ask = await setUp(binding);
    const { body } = await ask({ tools: TOOLS, tool_choice: "required" });
    expect(body).toMatchObject({
      choices: [
        {
          message: {
            content: null,
            tool_calls: [
              {
                id: expect.stringMatching(/^chatcmpl_/),
                type: "function",
                function: { name: "look_up", arguments: '{"order":7}' },
              },
            ],
          },
          finish_reason: "tool_calls",
        },
      ],
    });
    expect(binding.runs[0]?.inputs).toMatchObject({ tools: TOOLS, tool_choice: "required" });

    // What the client sends back is what the binding takes: no null, results by their calls' ids.
    const calls = [
      { id: "call_1", type: "function", function: { name: "look_up", arguments: '{"order":7}' } },
    ];
    const messages = [
      ...HI,
      { role: "assistant", content: null, tool_calls: calls },
      { role: "tool", tool_call_id: "call_1", content: "sent" },
    ];
    await ask({ messages, tools: TOOLS, tool_choice: "none" });
    expect(binding.runs[1]?.inputs).not.toHaveProperty("tools");
    expect(binding.runs[1]?.inputs).toMatchObject({
      messages: [{}, {}, { role: "assistant", content: "", tool_calls: calls }, { tool_call_id: "call_1" }],
    });
  });

  it("streams, in its own shape: words, a whole call, usage at the end", async () => {
    const ask = await setUp(
      createBinding(() =>
        eventsOf(
          { response: "On its", p: "abcd" },
          { response: " way." },
          { response: "", tool_calls: [{ name: "look_up", arguments: { order: 7 } }] },
          { response: "", usage: USAGE },
          "[DONE]",
        ),
      ),
    );
    const { body } = await ask({ stream: true, tools: TOOLS });
    const events = body as Chunk[];
    expect(deltasOf(events)).toEqual([
      { role: "assistant", content: "" },
      { content: "On its" },
      { content: " way." },
      {
        tool_calls: [
          {
            index: 0,
            id: expect.stringMatching(/^chatcmpl_/),
            type: "function",
            function: { name: "look_up", arguments: '{"order":7}' },
          },
        ],
      },
      {},
    ]);
    expect(events.at(-3)?.choices[0]?.finish_reason).toBe("tool_calls");
    expect(events.at(-2)).toMatchObject({ choices: [], usage: USAGE });
    expect(events.at(-1)).toBe("[DONE]");
  });

  it("streams, in OpenAI's shape: calls in parts, side by side, and the empty part at their end", async () => {
    const event = (delta: object, finish: string | null = null) => ({
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
    const part = (index: number, fields: object, args: string | null) =>
      event({ tool_calls: [{ index, ...fields, function: { ...fields, arguments: args } }] });
    const ask = await setUp(
      createBinding(() =>
        eventsOf(
          event({ role: "assistant", reasoning_content: "Hm." }),
          part(0, { id: "a", name: "look_up" }, ""),
          part(0, {}, '{"order":'),
          part(0, {}, "7}"),
          part(1, { id: "b", name: "look_up" }, "{}"),
          event({
            tool_calls: [{ id: null, type: null, index: 1, function: { name: null, arguments: "" } }],
          }),
          event({}, "tool_calls"),
          { choices: [], usage: USAGE },
          "[DONE]",
        ),
      ),
      GPT_OSS,
    );
    const { body } = await ask({ stream: true, tools: TOOLS });
    expect(deltasOf(body).flatMap(({ tool_calls: calls }) => calls ?? [])).toEqual([
      { index: 0, id: "a", type: "function", function: { name: "look_up", arguments: "" } },
      { index: 0, function: { arguments: '{"order":' } },
      { index: 0, function: { arguments: "7}" } },
      { index: 1, id: "b", type: "function", function: { name: "look_up", arguments: "{}" } },
    ]);
  });

  it("fails in words that its table of errors has, and hides the rest", async () => {
    const cases = [
      ["5007: No such model @cf/nobody/knows or task", 400, "invalid_request_error"],
      ["InferenceUpstreamError: 3040: Capacity temporarily exceeded", 429, "requests"],
      ["5016: User has not agreed to Llama3.2 model terms", 502, "server_error"],
      ["at Object.run (/srv/ai.js:12)", 502, "server_error"],
    ] as const;
    for (const [message, status, type] of cases) {
      const ask = await setUp(
        createBinding(() => {
          throw new Error(message);
        }),
      );
      const answer = await ask({});
      expect(answer).toMatchObject({ status, body: { error: { type } } });
      expect(JSON.stringify(answer.body)).not.toContain("/srv");
    }
    const broken = await setUp(createBinding(() => eventsOf({ response: "On" })));
    const { body } = await broken({ stream: true });
    expect((body as unknown[]).at(-1)).toMatchObject({ error: { type: "server_error" } });
    const strange = await setUp(createBinding(() => ({ description: "a cat" })));
    expect(await strange({})).toMatchObject({
      status: 502,
      body: { error: { code: "provider_answer_invalid" } },
    });
  });

  it("is refused where the platform has none: when a model is added, and when one is asked", async () => {
    const { apiToken: token } = await createOrganization();
    const body = { alias: "small", provider: "workers-ai", providerModel: LLAMA };
    expect(await call("POST", "/v1/models-catalog", { token, body })).toMatchObject({
      status: 422,
      body: { code: "workers_ai_not_bound" },
    });
    const withAddress = { ...body, baseUrl: "https://api.example.com" };
    expect((await call("POST", "/v1/models-catalog", { token, body: withAddress })).body.code).toBe(
      "base_url_refused",
    );
    const key = { provider: "workers-ai", name: "None", key: "not-a-key-at-all" };
    expect((await call("POST", "/v1/provider-keys", { token, body: key })).status).toBe(422);

    const ask = await setUp(createBinding(() => ({ response: "Hello." })));
    const unbound = createBase(env, createExecutionContext());
    expect(await ask({}, unbound)).toMatchObject({
      status: 503,
      body: { error: { type: "server_error", code: "workers_ai_not_bound" } },
    });
  });
});

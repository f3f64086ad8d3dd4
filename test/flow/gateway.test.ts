/** The official OpenAI client against the gateway: with the number's plugins, with tools of its own, and in trouble. */
import { request as httpRequest } from "node:http";
import OpenAI, { type APIError } from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readUntil } from "../../src/local/demo/poll.ts";
import {
  MODEL_KEY,
  type ModelStandIn,
  startModelStandIn,
  USAGE_PER_CALL,
} from "../support/model-stand-in.ts";
import { createGrantedInstance, installPlugin, type Stage, setStage } from "./support/stage.ts";

let stage: Stage;
let models: ModelStandIn;
let supportId: string;
/** A client whose key serves one number. */
let bound: OpenAI;
/** A client whose key serves the organisation: no number, so no plugins. */
let free: OpenAI;

type UsagePage = {
  data: {
    key: string;
    currency: string | null;
    modelCalls: number;
    toolCalls: number;
    failedCalls: number;
  }[];
};

const TICKET = "SUPPORT_DESK__create_support_ticket";
const DAMAGED = [{ role: "user" as const, content: "My order arrived damaged." }];
const clientOf = (apiKey: string, options: object = {}) =>
  new OpenAI({ apiKey, baseURL: `${stage.platform.url}/v1`, maxRetries: 0, ...options });

beforeAll(async () => {
  [stage, models] = await Promise.all([setStage(), startModelStandIn()]);
  const installation = await installPlugin(stage.api, stage.standIn.manifestUrl("well"), {
    defaultQueue: "customer-care",
  });
  supportId = await createGrantedInstance(stage.api, [installation]);
  await stage.api.send("POST", "/v1/provider-keys", {
    provider: "openai-compatible",
    name: "OpenAI",
    baseUrl: `${models.url}/v1`,
    key: MODEL_KEY,
  });
  await stage.api.send("POST", "/v1/provider-keys", {
    provider: "anthropic",
    name: "Anthropic",
    baseUrl: models.url,
    key: MODEL_KEY,
  });
  const newKey = async (fields: object) =>
    (await stage.api.send<{ key: string }>("POST", "/v1/gateway-keys", { name: "App", ...fields })).key;
  bound = clientOf(await newKey({ instanceId: supportId }));
  free = clientOf(await newKey({}));
});
afterAll(async () => {
  await stage.clear();
  await models.close();
});

let made = 0;
/** A model of its own for each test, at either provider. */
async function newModel(provider: "openai-compatible" | "anthropic" = "openai-compatible"): Promise<string> {
  const alias = `model-${made++}`;
  await stage.api.send("POST", "/v1/models-catalog", {
    alias,
    provider,
    providerModel: alias,
    baseUrl: provider === "anthropic" ? models.url : `${models.url}/v1`,
    prices: { currency: "USD", inputPrice: 15, outputPrice: 60 },
  });
  return alias;
}
const ticketCall = (summary = "It arrived damaged.") => ({
  name: TICKET,
  arguments: JSON.stringify({ summary }),
});

describe.for(["openai-compatible", "anthropic"] as const)("with plugins, at %s", (provider) => {
  test("the tools are called here and one answer comes back, the usage summed", async () => {
    const model = await newModel(provider);
    models.script(
      model,
      { text: "Let me see.", toolCalls: [ticketCall()] },
      { text: "Your ticket is SUP-10421." },
    );
    const answer = await bound.chat.completions.create({ model, messages: DAMAGED });

    expect(answer).toMatchObject({
      object: "chat.completion",
      model,
      choices: [
        {
          index: 0,
          finish_reason: "stop",
          message: { role: "assistant", content: "Let me see.\n\nYour ticket is SUP-10421." },
        },
      ],
      usage: { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 },
    });
    expect(answer.choices[0]?.message.tool_calls).toBeUndefined();
    const [first, second] = models.requestsFor(model);
    expect(JSON.stringify(first?.body.tools)).toContain(TICKET);
    expect(JSON.stringify(second?.body.messages)).toContain("SUP-10421");
  });

  test("a stream is one assistant's turn: no inner tool calls, one finish reason, usage at the end", async () => {
    const model = await newModel(provider);
    models.script(
      model,
      { text: "Let me see.", toolCalls: [ticketCall()] },
      { text: "Your ticket is SUP-10421." },
    );
    const chunks = [];
    const stream = await bound.chat.completions.create({ model, messages: DAMAGED, stream: true });
    for await (const chunk of stream) {
      chunks.push(chunk);
    }
    const choices = chunks.flatMap((chunk) => chunk.choices);
    expect(choices.map(({ delta }) => delta.content ?? "").join("")).toBe(
      "Let me see.\n\nYour ticket is SUP-10421.",
    );
    expect(choices.filter(({ delta }) => delta.tool_calls)).toEqual([]);
    expect(choices.filter(({ delta }) => delta.role === "assistant")).toHaveLength(1);
    expect(choices.map((one) => one.finish_reason).filter((reason) => reason !== null)).toEqual(["stop"]);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 30 } });
    expect(chunks.length).toBeGreaterThan(6);
  });

  test("the client's own tools go through and are not executed", async () => {
    const model = await newModel(provider);
    const before = stage.standIn.calls.length;
    models.script(model, { toolCalls: [{ name: "look_up", arguments: '{"order": 7}' }] });
    const tools = [
      { type: "function" as const, function: { name: "look_up", parameters: { type: "object" } } },
    ];
    const answer = await bound.chat.completions.create({ model, messages: DAMAGED, tools });
    const [choice] = answer.choices;
    expect(choice?.finish_reason).toBe("tool_calls");
    const [call] = choice?.message.tool_calls ?? [];
    expect(call).toMatchObject({ type: "function", function: { name: "look_up" } });
    expect(JSON.parse(call?.type === "function" ? call.function.arguments : "")).toEqual({ order: 7 });

    models.script(model, { toolCalls: [{ name: "look_up", arguments: '{"order": 7}' }] });
    const streamed = bound.chat.completions.stream({ model, messages: DAMAGED, tools });
    const final = await streamed.finalChatCompletion();
    expect(final.choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { name: "look_up" } });
    expect(final.usage).toMatchObject(USAGE_PER_CALL);

    const id = call?.id ?? "";
    models.script(model, { text: "Order 7 is on its way." });
    const next = await bound.chat.completions.create({
      model,
      tools,
      messages: [
        ...DAMAGED,
        { role: "assistant", content: null, tool_calls: choice?.message.tool_calls ?? [] },
        { role: "tool", tool_call_id: id, content: '{"status":"sent"}' },
      ],
    });
    expect(next.choices[0]?.message.content).toBe("Order 7 is on its way.");
    expect(stage.standIn.calls).toHaveLength(before);
  });

  test("a client that leaves ends the model's call, streamed or not", async () => {
    const model = await newModel(provider);
    models.script(model, { isEndless: true });
    const coming = models.nextRequest(model);
    const stream = await bound.chat.completions.create({ model, messages: DAMAGED, stream: true });
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) {
        break; // the client closes the connection
      }
    }
    await (await coming).aborted;

    // A connection that is only closed may still be read from; that nobody does shows in its being reset.
    models.script(model, { stall: "head" });
    const waiting = models.nextRequest(model);
    const asking = httpRequest(`${stage.platform.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${bound.apiKey}`, "content-type": "application/json" },
    });
    const ended = new Promise((resolve) => asking.once("error", resolve));
    asking.end(JSON.stringify({ model, messages: DAMAGED }));
    const request = await waiting;
    asking.socket?.resetAndDestroy();
    await Promise.all([ended, request.aborted]);
    await readUntil(
      () => stage.api.get<UsagePage>("/v1/usage?groupBy=model"),
      ({ data }) => data.some((row) => row.key === model && row["failedCalls"] === 2),
      10_000,
    );
  });
});

describe("what a model does wrong", () => {
  const ask = async (model: string) => {
    const answer = await bound.chat.completions.create({ model, messages: DAMAGED });
    return { answer, requests: models.requestsFor(model) };
  };
  // biome-ignore lint/suspicious/noExplicitAny: messages as they went out
  const results = (request: any) =>
    request.body.messages
      .filter(({ role }: { role: string }) => role === "tool")
      .map((one: { content: string }) => JSON.parse(one.content));

  test("malformed arguments, an unknown tool and a wrong input are answered so that it can mend them", async () => {
    const model = await newModel();
    const before = stage.standIn.calls.length;
    models.script(
      model,
      {
        toolCalls: [
          { name: TICKET, arguments: '{"summary": "dam' },
          { name: "DESK__no_such_tool", arguments: "{}" },
          { name: TICKET, arguments: "{}" },
        ],
      },
      { text: "Sorry." },
    );
    const { answer, requests } = await ask(model);
    expect(answer.choices[0]?.message.content).toBe("Sorry.");
    expect(results(requests[1])).toEqual([
      { error: "invalid_arguments", message: expect.stringContaining("Fallback suggestions:") },
      { error: expect.any(String), message: expect.stringContaining("Fallback suggestions:") },
      { error: "invalid_input", message: expect.stringContaining("summary") },
    ]);
    expect(stage.standIn.calls).toHaveLength(before);
  });

  test("the same side-effect call is made once, whatever order its arguments have", async () => {
    const model = await newModel();
    const before = stage.standIn.calls.length;
    const first = { name: TICKET, arguments: '{"summary":"Damaged","priority":"high"}' };
    const again = { name: TICKET, arguments: '{ "priority": "high", "summary": "Damaged" }' };
    models.script(model, { toolCalls: [first, again] }, { toolCalls: [first] }, { text: "Done." });
    const { requests } = await ask(model);
    expect(stage.standIn.calls).toHaveLength(before + 1);
    expect(results(requests[2])).toEqual(Array(3).fill(expect.objectContaining({ ticketId: "SUP-10421" })));
  });

  test("a model that never stops calling is stopped after eight rounds", async () => {
    const model = await newModel();
    models.script(model, { toolCalls: [ticketCall()] });
    const { answer, requests } = await ask(model);
    expect(requests).toHaveLength(8);
    expect(requests.at(-1)?.body.tool_choice).toBe("none");
    expect(answer.choices[0]).toMatchObject({ finish_reason: "length", message: { role: "assistant" } });
    expect(answer.choices[0]?.message.content).toMatch(/could not finish/);
    expect(answer.usage?.total_tokens).toBe(8 * 15);
  });

  test("429 and 500 in the middle of a turn are tried again, and the tool is not", async () => {
    const model = await newModel();
    const before = stage.standIn.calls.length;
    models.script(
      model,
      { toolCalls: [ticketCall("One ticket.")] },
      { status: 429, headers: { "retry-after": "0" } },
      { status: 500 },
      { text: "Your ticket is SUP-10421." },
    );
    const { answer } = await ask(model);
    expect(answer.choices[0]?.message.content).toBe("Your ticket is SUP-10421.");
    expect(stage.standIn.calls).toHaveLength(before + 1);
  });

  test("a stream that breaks in the middle is an error to the client, not an end", async () => {
    for (const client of [bound, free]) {
      const model = await newModel();
      models.script(model, { text: "Your ticket is", stall: "break" });
      const stream = await client.chat.completions.create({ model, messages: DAMAGED, stream: true });
      const read = async () => {
        let text = "";
        for await (const chunk of stream) {
          text += chunk.choices[0]?.delta.content ?? "";
        }
        return text;
      };
      await expect(read()).rejects.toThrow(/provider/i);
    }
  });
});

describe("passed through", () => {
  test("unknown parameters are kept, the model's name is the provider's, the answer is untouched", async () => {
    const model = await newModel();
    models.script(model, { text: "Hello there." });
    const answer = await free.chat.completions.create({
      model,
      messages: DAMAGED,
      temperature: 1.5,
      metadata: { shop: "Duka" },
      ...{ x_newer_than_this: { deep: [1, 2] } },
    });
    expect(answer).toMatchObject({ id: "chatcmpl-upstream", system_fingerprint: "fp_stand_in" });
    const [request] = models.requestsFor(model);
    expect(request?.body).toEqual({
      model,
      messages: DAMAGED,
      temperature: 1.5,
      metadata: { shop: "Duka" },
      x_newer_than_this: { deep: [1, 2] },
    });
  });

  test("a stream brings its usage though nobody asked for it", async () => {
    const model = await newModel();
    models.script(model, { text: "Hello there." });
    const stream = await free.chat.completions.create({ model, messages: DAMAGED, stream: true });
    const chunks = [];
    for await (const chunk of stream) {
      chunks.push(chunk);
    }
    expect(chunks.at(-1)?.usage).toEqual(USAGE_PER_CALL);
    expect(models.requestsFor(model)[0]?.body.stream_options).toEqual({ include_usage: true });
  });

  test("no plugins without a number, with an empty choice of plugins, or with tools of one's own", async () => {
    const model = await newModel();
    models.script(model, { text: "Hello." });
    await free.chat.completions.create({ model, messages: DAMAGED });
    await bound.chat.completions.create({ model, messages: DAMAGED, ...{ enabledPluginIds: [] } });
    await free.chat.completions.create(
      { model, messages: DAMAGED },
      { headers: { "X-Kivuko-Instance": supportId } },
    );
    expect(models.requestsFor(model).map(({ body }) => body.tools !== undefined)).toEqual([
      false,
      false,
      true,
    ]);
    expect(models.requestsFor(model)[1]?.body).not.toHaveProperty("enabledPluginIds");
  });
});

describe("errors", () => {
  const failure = async (work: Promise<unknown>) => {
    const error = (await work.then(
      () => null,
      (reason: unknown) => reason,
    )) as APIError | null;
    return { status: error?.status, code: error?.code, type: error?.type, message: error?.message ?? "" };
  };

  test("a wrong key, an unknown model, an unknown number, a wrong body", async () => {
    const create = (client: OpenAI, fields: object = {}, headers: Record<string, string> = {}) =>
      failure(client.chat.completions.create({ model: "nope", messages: DAMAGED, ...fields }, { headers }));
    expect(await create(clientOf(`kvk_${"x".repeat(43)}`))).toMatchObject({
      status: 401,
      code: "invalid_api_key",
    });
    expect(await create(bound)).toMatchObject({
      status: 404,
      code: "model_not_found",
      message: expect.stringContaining("The model `nope` does not exist or you do not have access to it."),
    });
    expect(await create(free, {}, { "x-kivuko-instance": "inst_nope" })).toMatchObject({ status: 404 });
    expect(await create(bound, {}, { "x-kivuko-instance": "inst_nope" })).toMatchObject({ status: 404 });
    expect(await create(bound, { messages: [] })).toMatchObject({
      status: 400,
      type: "invalid_request_error",
    });
    expect(
      await create(bound, { messages: [{ role: "user", content: "x".repeat(4_200_000) }] }),
    ).toMatchObject({
      status: 413,
    });
  });

  test("the provider's refusals keep their words, its faults and its key do not come out", async () => {
    const ask = async (answer: Parameters<ModelStandIn["script"]>[1]) => {
      const model = await newModel();
      models.script(model, answer);
      return failure(free.chat.completions.create({ model, messages: DAMAGED }));
    };
    const refused = {
      error: {
        message: "Too long.",
        type: "invalid_request_error",
        param: "messages",
        code: "context_length_exceeded",
      },
    };
    expect(await ask({ status: 400, body: refused })).toMatchObject({
      status: 400,
      code: "context_length_exceeded",
      message: expect.stringContaining("Too long."),
    });
    const leaking = { error: { message: `Incorrect API key provided: ${MODEL_KEY}` } };
    const keyRefused = await ask({ status: 401, body: leaking });
    expect(keyRefused).toMatchObject({ status: 502, code: "provider_key_refused" });
    expect(keyRefused.message).not.toContain(MODEL_KEY);
    expect(await ask({ status: 500, body: { error: { message: "at /srv/model.py:12" } } })).toMatchObject({
      status: 502,
      code: "provider_failed",
      message: expect.not.stringContaining("/srv"),
    });
    expect(await ask({ status: 429, headers: { "retry-after": "7" } })).toMatchObject({
      status: 429,
      code: "rate_limit_exceeded",
    });
  });
});

test("usage is summed by model, tool, plugin and day, with what it cost", async () => {
  const model = await newModel();
  models.script(model, { toolCalls: [ticketCall()] }, { text: "Done." });
  await bound.chat.completions.create({ model, messages: DAMAGED, user: "+254711223344" });
  const usageBy = (dimension: string) => stage.api.get<UsagePage>(`/v1/usage?groupBy=${dimension}`);
  const { data } = await readUntil(
    () => usageBy("model"),
    (page) =>
      page.data.some(
        ({ key, modelCalls, toolCalls }) => key === model && modelCalls === 2 && toolCalls === 1,
      ),
    10_000,
  );
  expect(data.find(({ key, currency }) => key === model && currency !== null)).toMatchObject({
    currency: "USD",
    modelCalls: 2,
    inputTokens: 20,
    outputTokens: 10,
    // 20 tokens at 15 cents a million and 10 at 60.
    cost: 0.0009,
  });
  expect((await usageBy("tool")).data.map(({ key }) => key)).toContain(TICKET);
  expect((await usageBy("plugin")).data.map(({ key }) => key)).toEqual(["SUPPORT_DESK"]);
  const [day] = (await usageBy("day")).data;
  expect(day?.key).toMatch(/^\d{4}-\d\d-\d\d$/);
  const { results } = await (await stage.platform.getD1()).prepare("select * from usage_event").all();
  expect(JSON.stringify(results)).not.toContain("711223344");
});

test("the newest key counts, and a key goes only where it was stored for", async () => {
  const elsewhere = models.url.replace("127.0.0.1", "localhost");
  const alias = "rotated";
  await stage.api.send("POST", "/v1/models-catalog", {
    alias,
    provider: "openai-compatible",
    providerModel: alias,
    baseUrl: `${elsewhere}/v1/`,
  });
  const addKey = (key: string) =>
    stage.api.send<{ id: string; hint: string }>("POST", "/v1/provider-keys", {
      provider: "openai-compatible",
      name: "Rotated",
      baseUrl: `${elsewhere}/v1`,
      key,
    });
  const ask = async () => {
    const answer = free.chat.completions.create({ model: alias, messages: DAMAGED });
    return answer.then(
      () => "answered",
      (error: APIError) => error.code,
    );
  };
  expect(await ask()).toBe("provider_key_refused");
  await addKey(MODEL_KEY);
  expect(await ask()).toBe("answered");
  const wrong = await addKey("sk-wrong-0123456789");
  expect(wrong).toMatchObject({ hint: "6789" });
  expect(await ask()).toBe("provider_key_refused");
  await stage.api.send("DELETE", `/v1/provider-keys/${wrong.id}`);
  expect(await ask()).toBe("answered");
});

test("the models are listed, the demo model among them, and it needs nobody", async () => {
  const alias = await newModel();
  const listed = [];
  for await (const { id } of bound.models.list()) {
    listed.push(id);
  }
  expect(listed).toEqual(expect.arrayContaining([alias, "kivuko-demo"]));
  const answer = await bound.chat.completions.create({ model: "kivuko-demo", messages: DAMAGED });
  expect(answer.choices[0]?.message.content).toBe("Ticket SUP-10421 was created in the customer-care queue.");
});

/** The Vercel AI SDK against the gateway, as its documentation uses it. */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateText, isStepCount, jsonSchema, streamText, tool } from "ai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type GatewayStage, setGatewayStage } from "./support/gateway.ts";

let stage: GatewayStage;
beforeAll(async () => {
  stage = await setGatewayStage();
});
afterAll(() => stage.clear());

const PROMPT = "My order arrived damaged.";

/** A model of the gateway as the SDK knows it; `key` chooses whether there are plugins. */
function modelOf(key: string, alias: string) {
  const provider = createOpenAICompatible({
    name: "kivuko",
    baseURL: stage.baseUrl,
    apiKey: key,
    includeUsage: true,
  });
  return provider.chatModel(alias);
}

const ticketCall = () => ({ name: stage.ticketTool, arguments: '{"summary":"It arrived damaged."}' });

const lookUp = (seen: unknown[]) =>
  tool({
    description: "Looks an order up.",
    inputSchema: jsonSchema<{ order: number }>({
      type: "object",
      properties: { order: { type: "integer" } },
      required: ["order"],
    }),
    execute: async (input) => {
      seen.push(input);
      return { status: "sent" };
    },
  });

describe.for(["openai-compatible", "anthropic"] as const)("[GATEWAY-03] the AI SDK, at %s", (provider) => {
  test("generates text with plugins that ran on the server", async () => {
    const alias = await stage.newModel(
      provider,
      { text: "Let me see.", toolCalls: [ticketCall()] },
      { text: "Your ticket is SUP-10421." },
    );
    const { text, finishReason, usage, toolCalls } = await generateText({
      model: modelOf(stage.boundKey, alias),
      prompt: PROMPT,
    });
    expect({ text, finishReason, toolCalls }).toEqual({
      text: "Let me see.\n\nYour ticket is SUP-10421.",
      finishReason: "stop",
      toolCalls: [],
    });
    expect(usage).toMatchObject({ inputTokens: 20, outputTokens: 10 });
  });

  test("streams the same as one step", async () => {
    const alias = await stage.newModel(
      provider,
      { text: "Let me see.", toolCalls: [ticketCall()] },
      { text: "Your ticket is SUP-10421." },
    );
    const result = streamText({ model: modelOf(stage.boundKey, alias), prompt: PROMPT });
    const pieces: string[] = [];
    for await (const piece of result.textStream) {
      pieces.push(piece);
    }
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join("")).toBe("Let me see.\n\nYour ticket is SUP-10421.");
    expect(await result.steps).toHaveLength(1);
    expect(await result.finishReason).toBe("stop");
    expect(await result.usage).toMatchObject({ inputTokens: 20, outputTokens: 10 });
  });

  test("runs the client's own tools at the client, streamed or not, and nothing on the server", async () => {
    const before = stage.standIn.calls.length;
    const script = [
      { text: "One moment.", toolCalls: [{ name: "lookUp", arguments: '{"order": 7}' }] },
      { text: "Order 7 is on its way." },
    ];
    const seen: unknown[] = [];
    const settings = { prompt: PROMPT, tools: { lookUp: lookUp(seen) }, stopWhen: isStepCount(3) };
    const generated = await generateText({
      ...settings,
      model: modelOf(stage.boundKey, await stage.newModel(provider, ...script)),
    });
    expect(generated.text).toBe("Order 7 is on its way.");
    expect(generated.steps.map(({ finishReason }) => finishReason)).toEqual(["tool-calls", "stop"]);

    const streamed = streamText({
      ...settings,
      model: modelOf(stage.boundKey, await stage.newModel(provider, ...script)),
    });
    expect(await streamed.text).toBe("Order 7 is on its way.");
    expect(await streamed.steps).toHaveLength(2);
    expect(seen).toEqual([{ order: 7 }, { order: 7 }]);
    expect(stage.standIn.calls).toHaveLength(before);
  });

  test("ends the model's call when it is aborted", async () => {
    const alias = await stage.newModel(provider, { isEndless: true });
    const coming = stage.models.nextRequest(alias);
    const leaving = new AbortController();
    const result = streamText({
      model: modelOf(stage.boundKey, alias),
      prompt: PROMPT,
      abortSignal: leaving.signal,
    });
    const parts: string[] = [];
    for await (const part of result.stream) {
      parts.push(part.type);
      if (part.type === "text-delta") {
        leaving.abort();
      }
    }
    expect(parts).toContain("abort");
    await (await coming).aborted;
  });

  test("gets failures as its own errors: before the first word with a status, after it in the stream", async () => {
    const refusing = await stage.newModel(provider, {
      status: 400,
      body: { error: { message: "Too long.", type: "invalid_request_error" } },
    });
    const failed = await generateText({ model: modelOf(stage.freeKey, refusing), prompt: PROMPT }).catch(
      (error: unknown) => error,
    );
    expect(APICallError.isInstance(failed)).toBe(true);
    expect(failed).toMatchObject({ statusCode: 400, message: "Too long.", isRetryable: false });

    const breaking = await stage.newModel(provider, { text: "Your ticket is", stall: "break" });
    const errors: unknown[] = [];
    const result = streamText({
      model: modelOf(stage.boundKey, breaking),
      prompt: PROMPT,
      maxRetries: 0,
      onError: ({ error }) => {
        errors.push(error);
      },
    });
    const types: string[] = [];
    for await (const { type } of result.stream) {
      types.push(type);
    }
    expect(types).toContain("text-delta");
    expect(types).toContain("error");
    expect(errors).toHaveLength(1);
    expect(JSON.stringify(errors[0]) + String(errors[0])).toMatch(/provider/i);
  });
});

test("[GATEWAY-03] the AI SDK tries again what may pass, as the status says, and gives up what will not", async () => {
  const passing = await stage.newModel("openai-compatible", { status: 500 }, { text: "Hello." });
  const asking = { model: modelOf(stage.freeKey, passing), prompt: PROMPT, maxRetries: 1 };
  expect((await generateText(asking)).text).toBe("Hello.");

  const unknown = { model: modelOf(stage.freeKey, "nope"), prompt: PROMPT, maxRetries: 1 };
  await expect(generateText(unknown)).rejects.toMatchObject({
    statusCode: 404,
    message: "The model `nope` does not exist or you do not have access to it.",
  });
  await expect(
    generateText({ ...unknown, model: modelOf("kvk_nobody", "kivuko-demo") }),
  ).rejects.toMatchObject({ statusCode: 401 });
});

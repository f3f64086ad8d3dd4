/** Models and plugins that misbehave within a turn: what the client gets, what the model is told, and what is tried again. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ScriptedAnswer } from "../support/model-stand-in.ts";
import type { PluginBehaviour } from "../support/stand-in.ts";
import { type GatewayStage, setGatewayStage } from "./support/gateway.ts";
import { createGrantedInstance, installPlugin } from "./support/stage.ts";

let stage: GatewayStage;
beforeAll(async () => {
  stage = await setGatewayStage();
});
afterAll(() => stage.clear());

type Body = {
  choices?: { message: { content: string | null }; finish_reason: string }[];
  error?: { type: string; code: string; message: string };
};

async function ask(
  model: string,
  { key = stage.boundKey, ...fields }: { key?: string; stream?: boolean } = {},
): Promise<{ status: number; text: string; body: Body }> {
  const response = await fetch(`${stage.baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "It arrived damaged." }], ...fields }),
  });
  const text = await response.text();
  return { status: response.status, text, body: fields.stream === true ? {} : JSON.parse(text) };
}

/** A number with a plugin of that behaviour; its key, and its tool as models know it. */
async function installBadPlugin(behaviour: PluginBehaviour) {
  const slug = behaviour.toUpperCase().replaceAll("-", "_");
  const manifestUrl = stage.standIn.manifestUrl(behaviour, slug);
  const installation = await installPlugin(stage.api, manifestUrl, { defaultQueue: "customer-care" });
  const instanceId = await createGrantedInstance(stage.api, [installation]);
  return { key: await stage.newKey({ instanceId }), tool: `${slug}__create_support_ticket` };
}

/** What the model read of its calls in its newest request. */
function resultsIn(model: string): string[] {
  const messages: { role: string; content: string }[] = stage.models.requestsFor(model).at(-1)?.body.messages;
  return messages.filter(({ role }) => role === "tool").map(({ content }) => content);
}

const newModel = (...answers: ScriptedAnswer[]) => stage.newModel("openai-compatible", ...answers);
const calling = (name: string, args = '{"summary":"It arrived damaged."}'): ScriptedAnswer => ({
  toolCalls: [{ name, arguments: args }],
});

describe("[GATEWAY-05] a model that misbehaves", () => {
  test("is asked three times in a turn and then fails with its reason", async () => {
    for (const [answer, status, code] of [
      [{ status: 500 }, 502, "provider_failed"],
      [{ status: 429, headers: { "retry-after": "0" } }, 429, "rate_limit_exceeded"],
    ] as const) {
      const model = await newModel(answer);
      expect(await ask(model)).toMatchObject({ status, body: { error: { code } } });
      expect(stage.models.requestsFor(model)).toHaveLength(3);
    }
  });

  test("stalls in a stream: what it said until then is with the client, whoever asks", async () => {
    for (const key of [stage.boundKey, stage.freeKey]) {
      const model = await newModel({ text: "Your ticket is", stall: "first_piece" });
      const leaving = new AbortController();
      const response = await fetch(`${stage.baseUrl}/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}` },
        body: JSON.stringify({ model, messages: [{ role: "user", content: "Hi" }], stream: true }),
        signal: leaving.signal,
      });
      let text = "";
      for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
        text += Buffer.from(piece).toString();
        if (text.includes("Your ")) {
          break;
        }
      }
      leaving.abort();
    }
  });

  test("is not waited for when it asks for longer than a customer would wait", async () => {
    const model = await newModel({ status: 429, headers: { "retry-after": "60" } });
    expect(await ask(model)).toMatchObject({ status: 429 });
    expect(stage.models.requestsFor(model)).toHaveLength(1);
  });

  test("is not asked again what it refuses", async () => {
    const model = await newModel({ status: 400, body: { error: { message: "Too long." } } });
    expect(await ask(model)).toMatchObject({ status: 400, body: { error: { message: "Too long." } } });
    expect(stage.models.requestsFor(model)).toHaveLength(1);
  });

  test("answers what is no answer: the failure says so, with plugins, streamed or not", async () => {
    for (const body of ["<html>", { choices: [] }, { choices: [null] }, [], null]) {
      const model = await newModel({ status: 200, body });
      expect(await ask(model)).toMatchObject({
        status: 502,
        body: { error: { type: "server_error", code: "provider_answer_invalid" } },
      });
      const streamed = await ask(model, { stream: true });
      expect(streamed.status).toBe(502);
      expect(streamed.text).toContain("provider_failed");
    }
  });

  test("calls with arguments that are no object, or too deep: it is told, and nothing is called", async () => {
    const before = stage.standIn.calls.length;
    const deep = `{"summary":${"[".repeat(5_000)}${"]".repeat(5_000)}}`;
    const bad = ["[]", '"text"', "null", "{", '{"summary":"x"} trailing', deep];
    const model = await newModel(
      { toolCalls: bad.map((args) => ({ name: stage.ticketTool, arguments: args })) },
      { text: "Sorry." },
    );
    expect((await ask(model)).body.choices?.[0]?.message.content).toBe("Sorry.");
    const errors = resultsIn(model).map((text) => JSON.parse(text).error);
    expect(errors.slice(0, 5)).toEqual(Array(5).fill("invalid_arguments"));
    expect(errors[5]).toMatch(/^invalid_/);
    expect(stage.standIn.calls).toHaveLength(before);
  });

  test("calls more tools at once than any honest model: the first 32 are made, it is told of the rest", async () => {
    const before = stage.standIn.calls.length;
    const many = Array.from({ length: 40 }, (_, index) => ({
      name: stage.ticketTool,
      arguments: JSON.stringify({ summary: `Ticket ${index}` }),
    }));
    const model = await newModel({ toolCalls: many }, { text: "Done." });
    await ask(model);
    expect(stage.standIn.calls).toHaveLength(before + 32);
    const refused = resultsIn(model).filter((text) => text.includes("too_many_calls"));
    expect(refused).toHaveLength(8);
  });
});

describe("[GATEWAY-05] a plugin that misbehaves within a turn", () => {
  test.for([
    ["hang", "plugin_timed_out"],
    ["oversize", "plugin_answer_too_large"],
    ["server-error", "plugin_failed"],
  ] as const)("%s: the model reads %s and what to do, and still answers", async ([behaviour, code]) => {
    const { key, tool } = await installBadPlugin(behaviour);
    const model = await newModel(calling(tool), { text: "I could not do that." });
    expect(await ask(model, { key })).toMatchObject({
      status: 200,
      body: { choices: [{ message: { content: "I could not do that." } }] },
    });
    const [result = ""] = resultsIn(model);
    expect(JSON.parse(result)).toEqual({
      error: code,
      message: expect.stringContaining("Fallback suggestions:"),
    });
  });

  test("a result that is too long for a model is cut, and says so", async () => {
    const { key, tool } = await installBadPlugin("echo");
    const summary = "é".repeat(20_000);
    const model = await newModel(calling(tool, JSON.stringify({ summary })), { text: "Done." });
    await ask(model, { key });
    const [result = ""] = resultsIn(model);
    expect(Buffer.byteLength(result)).toBeLessThanOrEqual(16 * 1024);
    expect(result).toMatch(/\[cut: the first part of \d+ bytes\]$/);
    expect(result).not.toContain("\uFFFD");
  });
});

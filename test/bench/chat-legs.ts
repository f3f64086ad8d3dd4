import assert from "node:assert/strict";
import { builtinModules } from "node:module";
import { fileURLToPath } from "node:url";
import { pluginAnswer } from "./bench-desk.ts";
import type { Kivuko } from "./kivuko-leg.ts";
import type { Leg } from "./leg.ts";
import { CHAT_PATH, chatRequest, checkChatAnswer, MODEL, MODEL_KEY } from "./model-words.ts";
import { bundleWorker, type Runtime, type WorkerOptions } from "./runtime.ts";

/** Legs that are held against each other. */
export type ChatGroup = { readonly isStreamed: boolean; readonly legs: readonly Leg[] };

/** The Workers that the pass-through is measured against. `modelOrigin` is the loopback model's. */
export async function chatWorkers(modelOrigin: string): Promise<WorkerOptions[]> {
  const server = fileURLToPath(new URL("chat-peer-server.ts", import.meta.url));
  return [
    await bundleWorker("proxy", "proxy.worker.ts", { PLUGIN_URL: modelOrigin + CHAT_PATH }),
    await bundleWorker(
      "chat-peer",
      "chat-peer.worker.ts",
      {},
      {
        ...Object.fromEntries(builtinModules.map((name) => [name, `node:${name}`])),
        "@hono/node-server": server,
        "@hono/node-ws": server,
      },
    ),
  ];
}

/** Makes the loopback model the organisation's default one, so that chats use it too. */
export async function addModel({ api }: Kivuko, modelOrigin: string): Promise<void> {
  const baseUrl = `${modelOrigin}/v1`;
  const provider = "openai-compatible";
  await api.send("POST", "/v1/provider-keys", { provider, name: "Bench", baseUrl, key: MODEL_KEY });
  await api.send("POST", "/v1/models-catalog", {
    alias: MODEL,
    provider,
    providerModel: MODEL,
    baseUrl,
    isDefault: true,
  });
}

/** Pass-through, whole and streamed. Kivuko's key names no number, so no plugin is put in. */
export async function passThroughGroups(
  kivuko: Kivuko,
  runtime: Runtime,
  modelOrigin: string,
): Promise<ChatGroup[]> {
  const { key } = await kivuko.api.send<{ key: string }>("POST", "/v1/gateway-keys", { name: "Bench app" });
  const [proxy, peer] = await Promise.all([runtime.urlOf("proxy"), runtime.urlOf("chat-peer")]);
  return [false, true].map((isStreamed) => {
    const how = isStreamed ? "chat, streamed" : "chat";
    const common = {
      body: chatRequest(isStreamed),
      isCallingPlugin: true,
      checkAnswer: (text: string) => checkChatAnswer(text, isStreamed),
    };
    return {
      isStreamed,
      legs: [
        {
          ...common,
          id: "proxy",
          title: `${how}: bare Hono proxy`,
          url: new URL("/call", proxy),
          headers: { Authorization: `Bearer ${MODEL_KEY}` },
          runtimeProcessId: runtime.processId,
        },
        {
          ...common,
          id: "kivuko",
          title: `${how}: Kivuko gateway`,
          url: new URL(CHAT_PATH, kivuko.leg.url),
          headers: { Authorization: `Bearer ${key}` },
          runtimeProcessId: kivuko.leg.runtimeProcessId,
        },
        {
          ...common,
          id: "peer",
          title: `${how}: Portkey gateway`,
          url: new URL(CHAT_PATH, peer),
          headers: {
            Authorization: `Bearer ${MODEL_KEY}`,
            "x-portkey-provider": "openai",
            "x-portkey-custom-host": `${modelOrigin}/v1`,
          },
          runtimeProcessId: runtime.processId,
        },
      ],
    };
  });
}

/** A turn with one tool call: two rounds of the model and the plugin between them. */
export function turnLeg({ leg }: Kivuko): Leg {
  return {
    ...leg,
    id: "turn",
    title: "chat: Kivuko, turn with one tool call",
    url: new URL(CHAT_PATH, leg.url),
    body: chatRequest(false),
    checkAnswer: (text) => {
      checkChatAnswer(text, false);
      assert(!text.includes(pluginAnswer.ticketId), "the tool's answer is not the client's");
    },
  };
}

/** A model that answers as a test says, at an address of its own, so that everything on the way to it is real. */
import { vi } from "vitest";
import type { ChatAssistantMessage, ChatMessage, ChatTool } from "../../../src/contract/chat-completions.ts";
import type { Desk } from "./desk.ts";

export type ModelRequest = {
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly ChatTool[];
};
export type ScriptedModel = { readonly requests: ModelRequest[] };

const BASE_URL = "https://model.example/v1";

/** The desk's agent thinks with it from now on. Call `vi.restoreAllMocks` afterwards. */
export async function useScriptedModel(
  desk: Desk,
  answer: (request: ModelRequest) => string | Pick<ChatAssistantMessage, "tool_calls">,
): Promise<ScriptedModel> {
  const key = { provider: "openai-compatible", name: "Script", key: "sk-for-tests-only", baseUrl: BASE_URL };
  const { body } = await desk.control<{ id: string }>("POST", "/v1/provider-keys", key);
  await desk.control("POST", "/v1/models-catalog", {
    alias: "script",
    provider: "openai-compatible",
    providerModel: "script",
    baseUrl: BASE_URL,
    keyId: body.id,
    isDefault: true,
  });
  const requests: ModelRequest[] = [];
  const real = globalThis.fetch;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    if (!String(input).startsWith(BASE_URL)) {
      return real(input, init);
    }
    const request = JSON.parse(String(init?.body)) as ModelRequest;
    requests.push(request);
    const said = answer(request);
    const message =
      typeof said === "string"
        ? { role: "assistant", content: said }
        : { role: "assistant", content: null, ...said };
    return Response.json({
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 1,
      model: "script",
      choices: [{ index: 0, message, finish_reason: typeof said === "string" ? "stop" : "tool_calls" }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    });
  });
  return { requests };
}

/** One call of a tool, as a model asks for it. */
export function toolCall(name: string, input: object): Pick<ChatAssistantMessage, "tool_calls"> {
  return {
    tool_calls: [
      {
        id: `call-${crypto.randomUUID()}`,
        type: "function",
        function: { name, arguments: JSON.stringify(input) },
      },
    ],
  };
}

/** What the model read last of a tool, or undefined when it read nothing of one. */
export function lastResult({ messages }: ModelRequest): string | undefined {
  const last = messages.at(-1);
  return last?.role === "tool" ? String(last.content) : undefined;
}

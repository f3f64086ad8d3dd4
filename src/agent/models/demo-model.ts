/**
 * The offline demo model: no network, no learning, a few rules. It exists so that the whole story runs on a fresh
 * machine, and it says what it is. The same request always gets the same answer.
 */
import type {
  ChatAssistantMessage,
  ChatCompletion,
  ChatCompletionChunk,
  ChatMessage,
  ChatRequest,
  ChatTool,
  ChatUsage,
} from "../../contract/chat-completions.ts";
import { ok } from "../../kernel/result.ts";
import { phraseNotes, phraseResults } from "./demo-reply.ts";
import { labelOf, meaningOf, quoteFor, wordsOf } from "./demo-words.ts";
import type { ModelCall, Provider } from "./provider.ts";

/** The name under which every organisation has it. */
export const DEMO_MODEL = "kivuko-demo";

/** A word of the tool's name counts double: a description talks about other things too. */
const NAME_WEIGHT = 2;
/** One shared word of a description is chance. */
const SCORE_MIN = 2;

/** A line of the platform among what the customer said. */
const NOTE = /^\[Note from the platform: (.*)\]$/gm;

const INTRODUCTION =
  "Thank you for your message. I am Kivuko's offline demo model: I follow a few fixed rules and do not really understand. Tell me what went wrong or what you need, and I will use a tool if one fits.";

export const demo: Provider = {
  complete: async (call) => ok(toCompletion(call, decide(call.request))),
  stream: async (call) => ok(toChunks(call, decide(call.request))),
  forward: null,
};

/** What the demo model says next. */
export function decide(request: ChatRequest): ChatAssistantMessage {
  const { messages } = request;
  const results = trailingResults(messages);
  if (results.length > 0) {
    return { role: "assistant", content: phraseResults(results) };
  }
  const said = lastWordsOfUser(messages);
  const news = phraseNotes([...said.matchAll(NOTE)].map(([, note = ""]) => note));
  const text = said.replaceAll(NOTE, "").trim();
  if (news !== "" && text === "") {
    return { role: "assistant", content: news };
  }
  const tools = (request["tools"] as readonly ChatTool[] | null | undefined) ?? [];
  const tool = request["tool_choice"] === "none" ? undefined : pickTool(tools, text);
  if (tool === undefined) {
    return { role: "assistant", content: news === "" ? INTRODUCTION : news };
  }
  const filled = fillInput(tool, text);
  if ("missing" in filled) {
    return { role: "assistant", content: `I can help with that. Please tell me the ${filled.missing}.` };
  }
  const { name } = tool.function;
  return {
    role: "assistant",
    content: news === "" ? null : news,
    tool_calls: [
      {
        id: `call_demo_${messages.length}`,
        type: "function",
        function: { name, arguments: JSON.stringify(filled.input) },
      },
    ],
  };
}

function trailingResults(messages: readonly ChatMessage[]): string[] {
  const from = messages.findLastIndex(({ role }) => role !== "tool") + 1;
  return messages.slice(from).map(({ content }) => (typeof content === "string" ? content : ""));
}

function lastWordsOfUser(messages: readonly ChatMessage[]): string {
  const content = messages.findLast(({ role }) => role === "user")?.content ?? "";
  return typeof content === "string"
    ? content
    : content.map((part) => (part.type === "text" ? part.text : "")).join(" ");
}

/** The tool that shares most with what the customer means; of equals, the first. */
function pickTool(tools: readonly ChatTool[], text: string): ChatTool | undefined {
  const meaning = meaningOf(text);
  let best: ChatTool | undefined;
  let bestScore = SCORE_MIN - 1;
  for (const tool of tools) {
    const nameWords = wordsOf(tool.function.name.replaceAll("_", " "));
    const otherWords = wordsOf(tool.function.description ?? "");
    let score = 0;
    for (const word of meaning) {
      score += nameWords.has(word) ? NAME_WEIGHT : otherWords.has(word) ? 1 : 0;
    }
    if (score > bestScore) {
      best = tool;
      bestScore = score;
    }
  }
  return best;
}

type Property = { readonly type?: unknown; readonly enum?: readonly unknown[]; readonly default?: unknown };

/** The required fields, as far as a message can fill them; else the first that it cannot. */
function fillInput(
  tool: ChatTool,
  text: string,
): { readonly input: Record<string, unknown> } | { readonly missing: string } {
  const schema = (tool.function.parameters ?? {}) as {
    readonly properties?: Readonly<Record<string, Property>>;
    readonly required?: readonly string[];
  };
  const input: Record<string, unknown> = {};
  for (const name of schema.required ?? []) {
    const value = fillField(name, schema.properties?.[name] ?? {}, text);
    if (value === undefined) {
      return { missing: labelOf(name) };
    }
    input[name] = value;
  }
  return { input };
}

function fillField(name: string, property: Property, text: string): unknown {
  if (property.enum !== undefined) {
    const said = property.enum.find(
      (value) => typeof value === "string" && text.toLowerCase().includes(value.toLowerCase()),
    );
    return said ?? property.default ?? property.enum[0];
  }
  if (property.default !== undefined) {
    return property.default;
  }
  if (property.type === "string") {
    return quoteFor(name, text);
  }
  if (property.type === "number" || property.type === "integer") {
    const [number] = /\d+/.exec(text) ?? [];
    return number === undefined ? undefined : Number(number);
  }
  return undefined;
}

function toCompletion({ model, request, now }: ModelCall, message: ChatAssistantMessage): ChatCompletion {
  return {
    id: idOf(request),
    object: "chat.completion",
    created: Math.floor(now / 1_000),
    model: model.alias,
    choices: [
      {
        index: 0,
        message: { ...message, refusal: null },
        finish_reason: message.tool_calls ? "tool_calls" : "stop",
        logprobs: null,
      },
    ],
    usage: countUsage(request, message),
  };
}

/** Word by word, as a model does it. */
async function* toChunks(
  { model, request, now }: ModelCall,
  message: ChatAssistantMessage,
): AsyncGenerator<ChatCompletionChunk> {
  const base = {
    id: idOf(request),
    object: "chat.completion.chunk" as const,
    created: Math.floor(now / 1_000),
    model: model.alias,
  };
  const { tool_calls: calls = [], content } = message;
  yield { ...base, choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }] };
  for (const word of content?.match(/\S+\s*/g) ?? []) {
    yield { ...base, choices: [{ index: 0, delta: { content: word }, finish_reason: null }] };
  }
  for (const [index, call] of calls.entries()) {
    yield {
      ...base,
      choices: [{ index: 0, delta: { tool_calls: [{ index, ...call }] }, finish_reason: null }],
    };
  }
  const finish = calls.length > 0 ? "tool_calls" : "stop";
  yield { ...base, choices: [{ index: 0, delta: {}, finish_reason: finish }] };
  yield { ...base, choices: [], usage: countUsage(request, message) };
}

function idOf({ messages }: ChatRequest): string {
  return `chatcmpl-demo-${messages.length}`;
}

/** English has about four characters a token. */
const CHARACTERS_PER_TOKEN = 4;

function countUsage(request: ChatRequest, message: ChatAssistantMessage): ChatUsage {
  const tokensOf = (value: unknown) => Math.ceil(JSON.stringify(value).length / CHARACTERS_PER_TOKEN);
  const input = tokensOf(request.messages);
  const output = tokensOf(message.content ?? message.tool_calls);
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

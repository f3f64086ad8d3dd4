/** What the loopback model of the benchmark is asked and says: a short conversation, in whole or as a stream. */
import { modelToolName, toolInput } from "./bench-desk.ts";

/** The key that the gateways send on. Nobody checks it. */
export const MODEL_KEY = "sk-for-the-bench-only-0123456789abcdef";
export const MODEL = "bench-model";
export const CHAT_PATH = "/v1/chat/completions";

/** The request of every pass-through leg, of the size of an ordinary turn. */
export function chatRequest(isStreamed: boolean): string {
  return JSON.stringify({
    model: MODEL,
    stream: isStreamed,
    temperature: 0.2,
    messages: [
      {
        role: "system",
        content: "You answer the customers of a shop. Be brief, be kind, and never invent an order.",
      },
      { role: "user", content: "My order DUK-20261120 arrived open, and the charger is missing." },
      { role: "assistant", content: "I am sorry to hear that. Is the box itself damaged as well?" },
      { role: "user", content: "It is torn on one side. Everything else is there." },
    ],
  });
}

const TEXT =
  "Thank you. I have noted that the box is torn and that the charger is missing from order DUK-20261120.";
const WORDS = TEXT.match(/\S+\s*/g) ?? [];
const HEAD = { id: "chatcmpl-bench", created: 1_763_000_000, model: MODEL };
const USAGE = { prompt_tokens: 81, completion_tokens: 21, total_tokens: 102 };

function completion(message: object, finishReason: string): string {
  return JSON.stringify({
    ...HEAD,
    object: "chat.completion",
    choices: [{ index: 0, message, finish_reason: finishReason, logprobs: null }],
    usage: USAGE,
  });
}

export const wholeAnswer = completion({ role: "assistant", content: TEXT, refusal: null }, "stop");

/** The answer to a request that offers tools: one call of the plugin's. */
export const callingAnswer = completion(
  {
    role: "assistant",
    content: null,
    refusal: null,
    tool_calls: [
      {
        id: "call_bench",
        type: "function",
        function: { name: modelToolName, arguments: JSON.stringify(toolInput) },
      },
    ],
  },
  "tool_calls",
);

/** The events of a streamed answer: a head, a word each, an end, and the usage when it was asked for. */
export function streamedEvents(hasUsage: boolean): string[] {
  const chunk = (choices: readonly object[], rest: object = {}) =>
    `data: ${JSON.stringify({ ...HEAD, object: "chat.completion.chunk", choices, ...rest })}\n\n`;
  const choice = (delta: object, finishReason: string | null = null) => [
    { index: 0, delta, logprobs: null, finish_reason: finishReason },
  ];
  return [
    chunk(choice({ role: "assistant", content: "" })),
    ...WORDS.map((content) => chunk(choice({ content }))),
    chunk(choice({}, "stop")),
    ...(hasUsage ? [chunk([], { usage: USAGE })] : []),
    "data: [DONE]\n\n",
  ];
}

/** Throws unless `body` is the whole text of the model, in the form that was asked for. */
export function checkChatAnswer(body: string, isStreamed: boolean): void {
  const said = isStreamed ? readStream(body) : JSON.parse(body).choices[0].message.content;
  if (said !== TEXT) {
    throw new Error(`the model's words came out as: ${body.slice(0, 500)}`);
  }
}

function readStream(body: string): string {
  return body
    .split("\n\n")
    .filter((event) => event.startsWith("data: {"))
    .map((event) => JSON.parse(event.slice("data: ".length)).choices[0]?.delta.content ?? "")
    .join("");
}

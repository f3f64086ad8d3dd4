/** Anthropic's answers in OpenAI's form, whole and streamed. Pure. */
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatFinishReason,
  ChatToolCall,
  ChatUsage,
} from "../../contract/chat-completions.ts";
import { ModelFailed } from "./provider.ts";
import { PROVIDER_FAILED } from "./read-failure.ts";

type AnthropicUsage = {
  readonly input_tokens?: number;
  readonly cache_creation_input_tokens?: number | null;
  readonly cache_read_input_tokens?: number | null;
  readonly output_tokens?: number;
};

type ContentBlock = {
  readonly type: string;
  readonly text?: string;
  readonly id?: string;
  readonly name?: string;
  readonly input?: unknown;
};

export type AnthropicMessage = {
  readonly id: string;
  readonly content: readonly ContentBlock[];
  readonly stop_reason: string | null;
  readonly usage?: AnthropicUsage;
};

/** An event of a streamed answer, as far as it matters here. */
export type AnthropicEvent = {
  readonly type: string;
  readonly index?: number;
  readonly message?: { readonly id?: string; readonly usage?: AnthropicUsage };
  readonly content_block?: ContentBlock;
  readonly delta?: {
    readonly type?: string;
    readonly text?: string;
    readonly partial_json?: string;
    readonly stop_reason?: string | null;
  };
  readonly usage?: AnthropicUsage;
};

/** `model` is the name that the client asked for; `now` in epoch milliseconds. */
export function toCompletion(answer: AnthropicMessage, model: string, now: number): ChatCompletion {
  const text = answer.content.map((block) => (block.type === "text" ? (block.text ?? "") : "")).join("");
  const calls: ChatToolCall[] = answer.content
    .filter(({ type }) => type === "tool_use")
    .map(({ id = "", name = "", input }) => ({
      id,
      type: "function",
      function: { name, arguments: JSON.stringify(input ?? {}) },
    }));
  return {
    id: answer.id,
    object: "chat.completion",
    created: Math.floor(now / 1_000),
    model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: text === "" && calls.length > 0 ? null : text,
          refusal: null,
          ...(calls.length > 0 && { tool_calls: calls }),
        },
        finish_reason: toFinishReason(answer.stop_reason),
        logprobs: null,
      },
    ],
    usage: toUsage(answer.usage ?? {}),
  };
}

/** The events of a streamed answer as OpenAI's chunks. Throws `ModelFailed` for an error among them. */
export async function* toChunks(
  events: AsyncIterable<AnthropicEvent>,
  model: string,
  now: number,
): AsyncGenerator<ChatCompletionChunk> {
  let id = "";
  let usage: AnthropicUsage = {};
  let stopReason: string | null = null;
  /** Anthropic numbers blocks of all kinds together, OpenAI the tool calls alone. */
  const callIndexes = new Map<number, number>();
  const chunk = (
    delta: ChatCompletionChunk["choices"][number]["delta"],
    finish: ChatFinishReason | null = null,
  ): ChatCompletionChunk => ({
    id,
    object: "chat.completion.chunk",
    created: Math.floor(now / 1_000),
    model,
    choices: [{ index: 0, delta, finish_reason: finish }],
  });

  for await (const event of events) {
    switch (event.type) {
      case "message_start":
        id = event.message?.id ?? "";
        usage = { ...event.message?.usage };
        yield chunk({ role: "assistant", content: "" });
        break;
      case "content_block_start":
        if (event.content_block?.type === "tool_use") {
          const index = callIndexes.size;
          callIndexes.set(event.index ?? 0, index);
          const { id: callId = "", name = "" } = event.content_block;
          yield chunk({
            tool_calls: [{ index, id: callId, type: "function", function: { name, arguments: "" } }],
          });
        }
        break;
      case "content_block_delta":
        if (event.delta?.type === "text_delta") {
          yield chunk({ content: event.delta.text ?? "" });
        } else if (event.delta?.type === "input_json_delta") {
          const index = callIndexes.get(event.index ?? 0) ?? 0;
          yield chunk({ tool_calls: [{ index, function: { arguments: event.delta.partial_json ?? "" } }] });
        }
        break;
      case "message_delta":
        stopReason = event.delta?.stop_reason ?? stopReason;
        usage = { ...usage, ...event.usage };
        break;
      case "message_stop":
        yield chunk({}, toFinishReason(stopReason));
        yield { ...chunk({}), choices: [], usage: toUsage(usage) };
        return;
      case "error":
        throw new ModelFailed(PROVIDER_FAILED);
      default: // `ping`, ends of blocks, and kinds that are newer than this
    }
  }
}

function toFinishReason(stopReason: string | null): ChatFinishReason {
  switch (stopReason) {
    case "max_tokens":
    case "model_context_window_exceeded":
      return "length";
    case "tool_use":
      return "tool_calls";
    case "refusal":
      return "content_filter";
    default:
      return "stop";
  }
}

/** What was read from a cache was read all the same: OpenAI counts it among the prompt's tokens. */
function toUsage(usage: AnthropicUsage): ChatUsage {
  const input =
    (usage.input_tokens ?? 0) +
    (usage.cache_creation_input_tokens ?? 0) +
    (usage.cache_read_input_tokens ?? 0);
  const output = usage.output_tokens ?? 0;
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

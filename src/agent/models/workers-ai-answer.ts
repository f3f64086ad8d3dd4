/**
 * Workers AI's answers in OpenAI's form, whole and streamed. Pure. Its models answer in one of two shapes: its own
 * (`response`, `tool_calls`) or OpenAI's (`choices`), and both may leave out what OpenAI's clients need.
 */
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatFinishReason,
  ChatToolCall,
  ChatToolCallDelta,
  ChatUsage,
} from "../../contract/chat-completions.ts";
import { ModelFailed } from "./provider.ts";
import { PROVIDER_FAILED } from "./read-failure.ts";

type RawCall = {
  readonly index?: unknown;
  readonly id?: unknown;
  readonly name?: unknown;
  readonly arguments?: unknown;
  readonly function?: { readonly name?: unknown; readonly arguments?: unknown };
};

/** A whole answer, or one event of a streamed one. */
type RawAnswer = {
  readonly response?: unknown;
  readonly tool_calls?: unknown;
  readonly finish_reason?: unknown;
  readonly usage?: unknown;
  readonly choices?: unknown;
  readonly error?: unknown;
  readonly errors?: unknown;
};

type Said = {
  readonly text: string;
  readonly calls: readonly RawCall[];
  readonly finish: string | null;
  readonly usage: ChatUsage | null;
};

/** What all answers to one request have in common; `model` is the name that the client asked for. */
export type AnswerHead = { readonly id: string; readonly created: number; readonly model: string };

/** Null for what is no answer of a text model. */
export function toCompletion(output: unknown, head: AnswerHead): ChatCompletion | null {
  const said = readAnswer(output);
  if (said === null) {
    return null;
  }
  const { text, usage } = said;
  const calls: ChatToolCall[] = said.calls.map((call, index) => ({
    id: idOf(call, index, head),
    type: "function",
    function: { name: nameOf(call), arguments: argumentsOf(call) },
  }));
  return {
    ...head,
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: text === "" && calls.length > 0 ? null : text,
          refusal: null,
          ...(calls.length > 0 && { tool_calls: calls }),
        },
        finish_reason: toFinishReason(said.finish, calls.length > 0),
        logprobs: null,
      },
    ],
    ...(usage !== null && { usage }),
  };
}

/** The events as OpenAI's chunks. Throws `ModelFailed` for an error among them, and for a stream that breaks off. */
export async function* toChunks(
  events: AsyncIterable<unknown>,
  head: AnswerHead,
): AsyncGenerator<ChatCompletionChunk> {
  const begun = new Set<number>();
  let usage: ChatUsage | null = null;
  let finish: string | null = null;
  let isComplete = false;
  const chunk = (
    delta: ChatCompletionChunk["choices"][number]["delta"],
    end: ChatFinishReason | null = null,
  ): ChatCompletionChunk => ({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: end }],
  });

  yield chunk({ role: "assistant", content: "" });
  for await (const event of events) {
    if (event === END) {
      isComplete = true;
      break;
    }
    const said = readAnswer(event);
    if (said === null) {
      continue;
    }
    usage = said.usage ?? usage;
    finish = said.finish ?? finish;
    if (said.text !== "") {
      yield chunk({ content: said.text });
    }
    for (const call of said.calls) {
      const delta = toDelta(call, begun, head);
      if (delta !== null) {
        yield chunk({ tool_calls: [delta] });
      }
    }
  }
  if (!isComplete && finish === null) {
    throw new ModelFailed(PROVIDER_FAILED);
  }
  yield chunk({}, toFinishReason(finish, begun.size > 0));
  if (usage !== null) {
    yield { ...chunk({}), choices: [], usage };
  }
}

/** What stands for `[DONE]` among the events. */
export const END = Symbol("end");

/** Throws `ModelFailed` for an error in the place of an answer. */
function readAnswer(value: unknown): Said | null {
  if (typeof value !== "object" || value === null) {
    return null;
  }
  const raw = value as RawAnswer;
  if ((raw.error ?? raw.errors ?? null) !== null) {
    throw new ModelFailed(PROVIDER_FAILED);
  }
  const usage = readUsage(raw.usage);
  if (Array.isArray(raw.choices)) {
    const [choice] = raw.choices as readonly {
      readonly message?: { readonly content?: unknown; readonly tool_calls?: unknown };
      readonly delta?: { readonly content?: unknown; readonly tool_calls?: unknown };
      readonly finish_reason?: unknown;
    }[];
    const part = choice?.message ?? choice?.delta;
    return {
      text: textOf(part?.content),
      calls: callsOf(part?.tool_calls),
      finish: textOf(choice?.finish_reason) || null,
      usage,
    };
  }
  if (!("response" in raw) && !("tool_calls" in raw) && usage === null) {
    return null;
  }
  const finish = textOf(raw.finish_reason) || null;
  return { text: textOf(raw.response), calls: callsOf(raw.tool_calls), finish, usage };
}

/** JSON mode answers with the value itself. */
function textOf(value: unknown): string {
  return typeof value === "string"
    ? value
    : value === null || value === undefined
      ? ""
      : JSON.stringify(value);
}

function callsOf(value: unknown): readonly RawCall[] {
  return Array.isArray(value) ? value.filter((call) => typeof call === "object" && call !== null) : [];
}

const nameOf = (call: RawCall): string => textOf(call.function?.name ?? call.name);
const argumentsOf = (call: RawCall): string => textOf(call.function?.arguments ?? call.arguments);

/** Some models give their calls no id, and without one no result finds its call. */
function idOf(call: RawCall, index: number, head: AnswerHead): string {
  return typeof call.id === "string" && call.id !== "" ? call.id : `${head.id}_${index}`;
}

/** A part of a call, or a whole one; null for the empty part that some models end a call with. */
function toDelta(call: RawCall, begun: Set<number>, head: AnswerHead): ChatToolCallDelta | null {
  const name = nameOf(call);
  const text = argumentsOf(call);
  if (name === "" && text === "") {
    return null;
  }
  const newest = Math.max(0, begun.size - 1);
  const index = typeof call.index === "number" ? call.index : name === "" ? newest : begun.size;
  if (begun.has(index)) {
    return { index, function: { arguments: text } };
  }
  begun.add(index);
  return { index, id: idOf(call, index, head), type: "function", function: { name, arguments: text } };
}

function toFinishReason(reason: string | null, hasCalls: boolean): ChatFinishReason {
  switch (reason) {
    case "length":
    case "model_length":
      return "length";
    case "content_filter":
      return "content_filter";
    default:
      return hasCalls ? "tool_calls" : "stop";
  }
}

function readUsage(value: unknown): ChatUsage | null {
  const usage = value as Partial<ChatUsage> | null | undefined;
  const { prompt_tokens: input, completion_tokens: output } = usage ?? {};
  return typeof input === "number" && typeof output === "number"
    ? { prompt_tokens: input, completion_tokens: output, total_tokens: input + output }
    : null;
}

/** A model's answer out of its chunks. Pure. */
import type {
  ChatAssistantMessage,
  ChatCompletion,
  ChatCompletionChunk,
  ChatFinishReason,
  ChatToolCall,
  ChatUsage,
} from "../../contract/chat-completions.ts";

export type ModelAnswer = {
  readonly message: ChatAssistantMessage;
  readonly finishReason: ChatFinishReason;
  /** Null when the provider did not say. */
  readonly usage: ChatUsage | null;
};

export type Gathering = {
  /** Takes a chunk over; returns the text that it brought. */
  add(chunk: ChatCompletionChunk): string;
  /** The whole answer, or null when it ended without a reason: the connection broke. */
  end(): ModelAnswer | null;
};

type OpenCall = { id: string; name: string; text: string };

export function gatherAnswer(): Gathering {
  let text = "";
  let finishReason: ChatFinishReason | null = null;
  let usage: ChatUsage | null = null;
  const calls = new Map<number, OpenCall>();
  return {
    add(chunk) {
      usage = chunk.usage ?? usage;
      const choice = chunk.choices[0];
      if (choice === undefined) {
        return "";
      }
      finishReason = choice.finish_reason ?? finishReason;
      for (const delta of choice.delta?.tool_calls ?? []) {
        const open = calls.get(delta.index) ?? { id: "", name: "", text: "" };
        open.id ||= delta.id ?? "";
        open.name += delta.function?.name ?? "";
        open.text += delta.function?.arguments ?? "";
        calls.set(delta.index, open);
      }
      const added = choice.delta?.content ?? "";
      text += added;
      return added;
    },
    end() {
      if (finishReason === null) {
        return null;
      }
      return { message: toMessage(text, [...calls.values()]), finishReason, usage };
    },
  };
}

/** The same out of an answer that came whole. */
export function readAnswer(completion: ChatCompletion): ModelAnswer {
  const choice = completion.choices[0];
  const calls = choice?.message.tool_calls ?? [];
  return {
    message: toMessage(
      choice?.message.content ?? "",
      calls.map((call) => ({
        id: call.id,
        name: call.function?.name ?? "",
        text: call.function?.arguments ?? "",
      })),
    ),
    finishReason: choice?.finish_reason ?? "stop",
    usage: completion.usage ?? null,
  };
}

function toMessage(text: string, calls: readonly OpenCall[]): ChatAssistantMessage {
  const toolCalls: ChatToolCall[] = calls.map(({ id, name, text: args }, index) => ({
    // Some servers leave the id out, and then nothing else ties a result to its call.
    id: id === "" ? `call_${index}` : id,
    type: "function",
    function: { name, arguments: args },
  }));
  return toolCalls.length === 0
    ? { role: "assistant", content: text }
    : { role: "assistant", content: text === "" ? null : text, tool_calls: toolCalls };
}

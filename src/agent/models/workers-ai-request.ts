/** OpenAI's request as Workers AI's text generation takes it. Pure. */
import type { ChatContentPart, ChatMessage, ChatRequest } from "../../contract/chat-completions.ts";

type Inputs = Readonly<Record<string, unknown>>;

/** Parameters of the same name and meaning. Others are left out: the binding checks what it is given. */
const SHARED_PARAMETERS = [
  "temperature",
  "top_p",
  "seed",
  "frequency_penalty",
  "presence_penalty",
  "response_format",
] as const;

export function toWorkersAiInputs(request: ChatRequest, isStreamed: boolean): Inputs {
  const { messages, tools, tool_choice: choice } = request;
  const maxTokens = request["max_completion_tokens"] ?? request["max_tokens"];
  const shared = SHARED_PARAMETERS.filter((name) => (request[name] ?? null) !== null);
  return {
    messages: messages.map(toMessage),
    ...Object.fromEntries(shared.map((name) => [name, request[name]])),
    ...(typeof maxTokens === "number" && { max_tokens: maxTokens }),
    // There is no "none": a model that must not call is shown nothing to call.
    ...(Array.isArray(tools) &&
      tools.length > 0 &&
      choice !== "none" && { tools, ...((choice ?? null) !== null && { tool_choice: choice }) }),
    ...(isStreamed && { stream: true }),
  };
}

/** The binding takes no null for what an assistant said, and has no developer. */
function toMessage(message: ChatMessage): Inputs {
  const role = message.role === "developer" ? "system" : message.role;
  return { ...message, role, content: toContent(message.content) };
}

/** Text models take texts alone; parts stay parts where there is more than text. */
function toContent(content: string | readonly ChatContentPart[] | null | undefined): unknown {
  if (typeof content === "string" || content === null || content === undefined) {
    return content ?? "";
  }
  const texts = content.flatMap((part) => (part.type === "text" ? [part.text] : []));
  return texts.length === content.length ? texts.join("\n") : content;
}

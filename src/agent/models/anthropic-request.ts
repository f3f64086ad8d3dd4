/** OpenAI's request as Anthropic's Messages API wants it. Pure. */
import type {
  ChatAssistantMessage,
  ChatContentPart,
  ChatMessage,
  ChatRequest,
  ChatTool,
} from "../../contract/chat-completions.ts";
import { ANTHROPIC_DEFAULT_MAX_TOKENS } from "./limits.ts";

type Block = Readonly<Record<string, unknown>>;
type Turn = { readonly role: "user" | "assistant"; readonly content: Block[] };

/** OpenAI's temperatures go to 2, Anthropic's to 1. */
const MAX_TEMPERATURE = 1;

/** Parameters that Anthropic has no word for are left out: it refuses unknown ones. */
export function toAnthropicRequest(request: ChatRequest, providerModel: string, isStreamed: boolean): Block {
  const { messages } = request;
  const system = messages
    .filter(({ role }) => role === "system" || role === "developer")
    .map(({ content }) => textOf(content))
    .filter((text) => text !== "")
    .join("\n\n");
  const tools = request["tools"] as readonly ChatTool[] | undefined;
  const stop = request["stop"];
  const user = request["user"];
  return {
    model: providerModel,
    max_tokens: request["max_completion_tokens"] ?? request["max_tokens"] ?? ANTHROPIC_DEFAULT_MAX_TOKENS,
    messages: toTurns(messages),
    ...(system !== "" && { system }),
    ...(typeof request["temperature"] === "number" && {
      temperature: Math.min(request["temperature"], MAX_TEMPERATURE),
    }),
    ...(typeof request["top_p"] === "number" && { top_p: request["top_p"] }),
    ...(typeof stop === "string" && { stop_sequences: [stop] }),
    ...(Array.isArray(stop) && { stop_sequences: stop }),
    ...(typeof user === "string" && { metadata: { user_id: user } }),
    ...(tools !== undefined &&
      tools.length > 0 && {
        tools: tools.map(({ function: { name, description, parameters } }) => ({
          name,
          ...(description !== undefined && { description }),
          input_schema: parameters ?? { type: "object" },
        })),
        tool_choice: toToolChoice(request["tool_choice"], request["parallel_tool_calls"]),
      }),
    ...(isStreamed && { stream: true }),
  };
}

function toToolChoice(choice: unknown, isParallel: unknown): Block {
  if (choice === "none") {
    return { type: "none" };
  }
  const serial = isParallel === false ? { disable_parallel_tool_use: true } : {};
  if (choice === "required") {
    return { type: "any", ...serial };
  }
  const name = (choice as { function?: { name?: unknown } } | null | undefined)?.function?.name;
  return typeof name === "string" ? { type: "tool", name, ...serial } : { type: "auto", ...serial };
}

/** Anthropic's turns alternate: neighbours of one role become one turn, results of tools belong to the user's. */
function toTurns(messages: readonly ChatMessage[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const content = toBlocks(message);
    const role = message.role === "assistant" ? "assistant" : "user";
    const last = turns.at(-1);
    if (content.length === 0) {
      continue;
    }
    if (last?.role === role) {
      last.content.push(...content);
    } else {
      turns.push({ role, content });
    }
  }
  return turns;
}

function toBlocks(message: ChatMessage): Block[] {
  switch (message.role) {
    case "system":
    case "developer":
      return [];
    case "user":
      return typeof message.content === "string"
        ? textBlocks(message.content)
        : message.content.flatMap(toBlock);
    case "assistant":
      return [...textBlocks(textOf(message.content)), ...toolUses(message)];
    case "tool":
      return [{ type: "tool_result", tool_use_id: message.tool_call_id, content: textOf(message.content) }];
  }
}

function toolUses({ tool_calls = [] }: ChatAssistantMessage): Block[] {
  return tool_calls.map(({ id, function: { name, arguments: text } }) => ({
    type: "tool_use",
    id,
    name,
    input: parseInput(text),
  }));
}

/** Arguments that a model wrote malformed cannot be said in this form; their tool's answer says what was wrong. */
function parseInput(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}

const DATA_URL = /^data:([^;,]+);base64,(.*)$/s;

function toBlock(part: ChatContentPart): Block[] {
  if (part.type === "text") {
    return textBlocks(part.text);
  }
  if (part.type !== "image_url") {
    return [];
  }
  const { url } = part.image_url;
  const [, mediaType, data] = DATA_URL.exec(url) ?? [];
  return [
    {
      type: "image",
      source:
        mediaType === undefined ? { type: "url", url } : { type: "base64", media_type: mediaType, data },
    },
  ];
}

/** Anthropic refuses empty texts. */
function textBlocks(text: string): Block[] {
  return text === "" ? [] : [{ type: "text", text }];
}

/** Clients leave the content of a message out that only calls tools, or send null. */
function textOf(content: string | readonly ChatContentPart[] | null | undefined): string {
  if (content === null || content === undefined || typeof content === "string") {
    return content ?? "";
  }
  return content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/** The body of a chat completion. Pure. What is not looked at here is passed on as it is. */
import type { ChatRequest } from "../../contract/chat-completions.ts";
import { AppError, type Issue } from "../../kernel/errors.ts";

export type ChatInput = {
  readonly request: ChatRequest;
  /** Our own parameter: the only plugins to consider. Never passed on. */
  readonly enabledPluginIds: readonly string[] | null;
  readonly characters: number;
  /** The body as it came; left out where our own parameter is in it. */
  readonly text?: string;
};

/** Throws `malformed_json` and `invalid_request`, with every problem. */
export function readChatRequest(text: string): ChatInput {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new AppError(
      "malformed",
      "malformed_json",
      "We could not parse the JSON body of your request. Send one JSON object.",
    );
  }
  if (!isObject(body)) {
    throw invalid([{ pointer: "", code: "type", message: "must be an object" }]);
  }
  const { enabledPluginIds = null, ...request } = body;
  const issues: Issue[] = [];
  const { model, messages, stream } = request;
  if (typeof model !== "string" || model === "") {
    issues.push({ pointer: "/model", code: "type", message: "must name a model" });
  }
  if (!Array.isArray(messages) || messages.length === 0) {
    issues.push({ pointer: "/messages", code: "type", message: "must be a list of at least one message" });
  } else {
    for (const [index, message] of messages.entries()) {
      if (!isObject(message) || typeof message["role"] !== "string") {
        issues.push({
          pointer: `/messages/${index}`,
          code: "type",
          message: "must be a message with a role",
        });
      }
    }
  }
  if (stream !== undefined && stream !== null && typeof stream !== "boolean") {
    issues.push({ pointer: "/stream", code: "type", message: "must be true or false" });
  }
  if (enabledPluginIds !== null && !isListOfTexts(enabledPluginIds)) {
    issues.push({ pointer: "/enabledPluginIds", code: "type", message: "must be a list of plugin ids" });
  }
  if (issues.length > 0) {
    throw invalid(issues);
  }
  return {
    request: request as unknown as ChatRequest,
    enabledPluginIds: enabledPluginIds as readonly string[] | null,
    characters: text.length,
    ...(!("enabledPluginIds" in body) && { text }),
  };
}

const ROLES = new Set(["system", "developer", "user", "assistant", "tool"]);

/** Problems of what we have to understand ourselves, because it is translated and not passed on. */
export function checkTranslatable({ messages, tools, n }: ChatRequest): void {
  const issues: Issue[] = [];
  if (n !== undefined && n !== null && n !== 1) {
    issues.push({ pointer: "/n", code: "unsupported_value", message: "must be 1 for this model" });
  }
  if (tools !== undefined && tools !== null && !isListOfTools(tools)) {
    issues.push({ pointer: "/tools", code: "type", message: "must be a list of functions" });
  }
  for (const [index, message] of (messages as readonly unknown[]).entries()) {
    const pointer = `/messages/${index}`;
    const { role, content, tool_calls: calls, tool_call_id: callId } = message as Record<string, unknown>;
    if (!ROLES.has(String(role))) {
      issues.push({ pointer: `${pointer}/role`, code: "enum", message: `must be ${[...ROLES].join(", ")}` });
    }
    const mayBeEmpty = role === "assistant" && (content === null || content === undefined);
    if (!mayBeEmpty && typeof content !== "string" && !isListOfParts(content)) {
      issues.push({
        pointer: `${pointer}/content`,
        code: "type",
        message: "must be a text or a list of parts",
      });
    }
    if (role === "tool" && typeof callId !== "string") {
      issues.push({ pointer: `${pointer}/tool_call_id`, code: "type", message: "must be a text" });
    }
    if (calls !== undefined && calls !== null && !isListOfCalls(calls)) {
      issues.push({
        pointer: `${pointer}/tool_calls`,
        code: "type",
        message: "must be a list of tool calls",
      });
    }
  }
  if (issues.length > 0) {
    throw invalid(issues);
  }
}

/** Enough to mend a request by; a body of millions of wrong messages gets no answer of its own size. */
const ISSUES_MAX = 20;

function invalid(all: readonly Issue[]): AppError {
  const issues = all.slice(0, ISSUES_MAX);
  const sentence = issues.map(({ pointer, message }) => `${pointer || "the body"} ${message}`).join("; ");
  return new AppError("invalid", "invalid_request", `Invalid request: ${sentence}.`, { issues });
}

function isListOfParts(content: unknown): boolean {
  return (
    Array.isArray(content) &&
    content.every(
      (part) =>
        isObject(part) &&
        typeof part["type"] === "string" &&
        (part["type"] !== "text" || typeof part["text"] === "string") &&
        (part["type"] !== "image_url" ||
          (isObject(part["image_url"]) && typeof part["image_url"]["url"] === "string")),
    )
  );
}

function isListOfCalls(calls: unknown): boolean {
  return (
    Array.isArray(calls) &&
    calls.every(
      (call) =>
        isObject(call) &&
        typeof call["id"] === "string" &&
        isObject(call["function"]) &&
        typeof call["function"]["name"] === "string" &&
        typeof call["function"]["arguments"] === "string",
    )
  );
}

function isListOfTools(tools: unknown): boolean {
  return (
    Array.isArray(tools) &&
    tools.every(
      (tool) => isObject(tool) && isObject(tool["function"]) && typeof tool["function"]["name"] === "string",
    )
  );
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

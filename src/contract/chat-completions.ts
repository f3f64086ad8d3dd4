/**
 * OpenAI's chat completions as they cross our wires, in both directions: field names are OpenAI's. Types only: what
 * a client sends besides is kept and passed on, so nothing here strips a field.
 */

/** A call of a function that the model asks for; `arguments` is the model's own JSON text and may be malformed. */
export type ChatToolCall = {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
};

/** A part of a message: text, an image, or something newer that is passed on as it is. */
export type ChatContentPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image_url"; readonly image_url: { readonly url: string; readonly detail?: string } }
  | { readonly type: "input_audio" | "file"; readonly [field: string]: unknown };

export type ChatMessage =
  | { readonly role: "system" | "developer" | "user"; readonly content: string | readonly ChatContentPart[] }
  | ChatAssistantMessage
  | ChatToolMessage;

export type ChatAssistantMessage = {
  readonly role: "assistant";
  /** Null when the model only calls tools. */
  readonly content: string | null;
  readonly tool_calls?: readonly ChatToolCall[];
};

export type ChatToolMessage = {
  readonly role: "tool";
  readonly tool_call_id: string;
  readonly content: string;
};

/** A function as a model is told about it. */
export type ChatTool = {
  readonly type: "function";
  readonly function: {
    readonly name: string;
    readonly description?: string;
    /** JSON Schema of the arguments. */
    readonly parameters?: unknown;
  };
};

/** The body of `POST /v1/chat/completions`. Everything that is not named here travels along. */
export type ChatRequest = {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream?: boolean | null;
  readonly [parameter: string]: unknown;
};

export type ChatFinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "function_call";

export type ChatUsage = {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
};

/** The whole answer to a request without `stream`. */
export type ChatCompletion = {
  readonly id: string;
  readonly object: "chat.completion";
  /** Epoch seconds. */
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly index: number;
    readonly message: ChatAssistantMessage & { readonly refusal: string | null };
    readonly finish_reason: ChatFinishReason;
    readonly logprobs: null;
  }[];
  readonly usage?: ChatUsage;
};

/** The part of a tool call that one chunk brings; the name comes once, the arguments piece by piece. */
export type ChatToolCallDelta = {
  readonly index: number;
  readonly id?: string;
  readonly type?: "function";
  readonly function?: { readonly name?: string; readonly arguments?: string };
};

/** One event of a streamed answer; the last one before `[DONE]` has no choices and the usage. */
export type ChatCompletionChunk = {
  readonly id: string;
  readonly object: "chat.completion.chunk";
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly index: number;
    readonly delta: {
      readonly role?: "assistant";
      readonly content?: string | null;
      readonly tool_calls?: readonly ChatToolCallDelta[];
    };
    readonly finish_reason: ChatFinishReason | null;
  }[];
  readonly usage?: ChatUsage | null;
};

/** What a refused or failed request is answered with. */
export type ChatError = {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
};

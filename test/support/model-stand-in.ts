/**
 * Model providers on loopback that speak OpenAI's chat completions (`<url>/v1`) and Anthropic's messages (`<url>`) and
 * refuse what the real ones refuse. What a model answers is a script: one answer for each call, the last one repeated.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { answerJson, readRequestBody, startLoopbackServer } from "./loopback-server.ts";
import { findAnthropicFault, writeAnthropicAnswer } from "./model-stand-in-anthropic.ts";
import { findOpenAiFault, writeOpenAiAnswer } from "./model-stand-in-openai.ts";

/** The key that both providers accept. It protects nothing. */
export const MODEL_KEY = "sk-for-tests-only-0123456789abcdef";

export type ScriptedAnswer = {
  readonly text?: string;
  /** `arguments` goes out as it is, however malformed. */
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: string }[];
  readonly finishReason?: "stop" | "length" | "content_filter";
  /** Any other answer than 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Where the answer stops: before its head, after its first piece, or with the connection broken there. */
  readonly stall?: "head" | "first_piece" | "break";
  /** A stream of words without an end. */
  readonly isEndless?: boolean;
};

export type ModelRequest = {
  readonly protocol: "openai" | "anthropic";
  readonly model: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it at will
  readonly body: any;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Resolves when the caller has gone before the answer was whole. */
  readonly aborted: Promise<void>;
};

export type ModelStandIn = {
  /** Origin, no trailing slash. */
  readonly url: string;
  /** What a model answers from now on. */
  readonly script: (model: string, ...answers: readonly ScriptedAnswer[]) => void;
  /** What came in for a model, oldest first. */
  readonly requestsFor: (model: string) => readonly ModelRequest[];
  /** The next request for a model, when it comes. */
  readonly nextRequest: (model: string) => Promise<ModelRequest>;
  readonly close: () => Promise<void>;
};

/** What an answer of one token a word uses; small numbers that add up visibly. */
export const USAGE_PER_CALL = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } as const;

export async function startModelStandIn(): Promise<ModelStandIn> {
  const scripts = new Map<string, { answers: readonly ScriptedAnswer[]; calls: number }>();
  const requests: ModelRequest[] = [];
  const waiting = new Map<string, (request: ModelRequest) => void>();

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const text = await readRequestBody(request);
    const protocol = request.url === "/v1/messages" ? "anthropic" : "openai";
    const body = JSON.parse(text);
    const fault =
      protocol === "anthropic"
        ? findAnthropicFault(request.headers, body, MODEL_KEY)
        : findOpenAiFault(request.url ?? "", request.headers, body, MODEL_KEY);
    if (fault) {
      answerJson(response, fault.status, fault.body);
      return;
    }
    const model: string = body.model;
    const aborted = new Promise<void>((resolve) => {
      response.on("close", () => {
        if (!response.writableFinished) {
          resolve();
        }
      });
    });
    const received: ModelRequest = { protocol, model, body, headers: request.headers, aborted };
    requests.push(received);
    waiting.get(model)?.(received);
    const script = scripts.get(model) ?? { answers: [{ text: "Hello." }], calls: 0 };
    const answer = script.answers[Math.min(script.calls, script.answers.length - 1)] ?? {};
    script.calls += 1;
    if (answer.stall === "head") {
      return;
    }
    if (answer.status !== undefined) {
      for (const [name, value] of Object.entries(answer.headers ?? {})) {
        response.setHeader(name, value);
      }
      answerJson(response, answer.status, answer.body ?? { error: { message: "no", type: "server_error" } });
      return;
    }
    await (protocol === "anthropic" ? writeAnthropicAnswer : writeOpenAiAnswer)(response, body, answer);
  };

  const server = await startLoopbackServer(handle);
  return {
    ...server,
    script: (model, ...answers) => scripts.set(model, { answers, calls: 0 }),
    requestsFor: (model) => requests.filter((request) => request.model === model),
    nextRequest: (model) => new Promise((resolve) => waiting.set(model, resolve)),
  };
}

/** What a model provider is: a table of functions that speak OpenAI's shapes, whatever the wire behind them. */
import type { AiBinding } from "../../contract/ai-binding.ts";
import type { ChatCompletion, ChatCompletionChunk, ChatRequest } from "../../contract/chat-completions.ts";
import type { OutboundStream } from "../../kernel/outbound-stream.ts";
import type { Result } from "../../kernel/result.ts";

/** Providers at an address of the internet, which want a key. */
export const KEYED_PROVIDERS = ["openai-compatible", "anthropic"] as const;
export type KeyedProvider = (typeof KEYED_PROVIDERS)[number];

/** Providers that a model of the catalog can stand at; the demo model is always there by itself. */
export const CATALOG_PROVIDERS = [...KEYED_PROVIDERS, "workers-ai"] as const;
export type CatalogProvider = (typeof CATALOG_PROVIDERS)[number];
export type ProviderId = CatalogProvider | "demo";

/** A model of the catalog, ready to be called. */
export type ResolvedModel = {
  /** What clients call it. */
  readonly alias: string;
  readonly provider: ProviderId;
  readonly providerModel: string;
  /** No trailing slash; empty for a provider that has none. */
  readonly baseUrl: string;
  /** In the clear; null when the organisation has none for this address. */
  readonly apiKey: string | null;
  readonly prices: ModelPrices | null;
};

/** In the currency's minor unit, for a million tokens. */
export type ModelPrices = {
  readonly currency: string;
  readonly inputPrice: number;
  readonly outputPrice: number;
};

export type ModelCall = {
  readonly model: ResolvedModel;
  /** The request in OpenAI's form; its `model` and `stream` are the adapter's to set. */
  readonly request: ChatRequest;
  /** The request as its client wrote it, where it goes on as it is. */
  readonly text?: string;
  readonly allowLoopbackHttp: boolean;
  /** Null for a deployment without one. */
  readonly ai: AiBinding | null;
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  readonly now: number;
};

/** How a model call failed. `message` is safe to show: it names no key and no address. */
export type ModelFailure = {
  readonly reason:
    | "request_refused" // the provider says the request is wrong; the client can mend it
    | "key_missing"
    | "not_bound" // the deployment lacks what the provider is reached by
    | "key_refused"
    | "rate_limited"
    | "provider_failed"
    | "unreachable"
    | "timed_out"
    | "answer_invalid"
    | "aborted";
  readonly message: string;
  /** Of the provider's answer, for a request that it refused. */
  readonly status?: number;
  readonly type?: string;
  readonly param?: string;
  readonly code?: string;
  readonly retryAfterSeconds?: number;
};

/**
 * Thrown where a failure cannot be a result: while an answer is being read, and where there is none to give. Not an
 * `AppError`: a provider's refusal keeps its own status and words.
 */
export class ModelFailed extends Error {
  readonly failure: ModelFailure;

  constructor(failure: ModelFailure) {
    super(failure.message);
    this.name = "ModelFailed";
    this.failure = failure;
  }
}

/** An answer as the provider sent it: nothing in it was read or changed. */
export type ForwardedAnswer = {
  readonly contentType: string;
  readonly answer: OutboundStream;
};

export type Provider = {
  /** The whole answer at once. */
  readonly complete: (call: ModelCall) => Promise<Result<ChatCompletion, ModelFailure>>;
  /** The answer piece by piece, the usage in the last one. Leaving the loop early ends the call. */
  readonly stream: (call: ModelCall) => Promise<Result<AsyncIterable<ChatCompletionChunk>, ModelFailure>>;
  /** The answer untouched, for a provider that speaks OpenAI's wire itself; null for one that is translated. */
  readonly forward: ((call: ModelCall) => Promise<Result<ForwardedAnswer, ModelFailure>>) | null;
};

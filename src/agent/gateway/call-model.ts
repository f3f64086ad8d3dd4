import type { OrgCtx } from "../../access/context.ts";
import type { ChatRequest } from "../../contract/chat-completions.ts";
import { err, ok, type Result } from "../../kernel/result.ts";
import { type ModelFailure, PROVIDERS, type ResolvedModel, toFailure } from "../models/index.ts";
import { gatherAnswer, type ModelAnswer, readAnswer } from "./gather-answer.ts";
import { MODEL_RETRIES, RETRY_AFTER_MAX_SECONDS, RETRY_DELAY_MS } from "./limits.ts";

export type ModelRound = {
  readonly model: ResolvedModel;
  readonly request: ChatRequest;
  readonly isStreamed: boolean;
  readonly signal: AbortSignal;
};

/** Failures that a further try may not meet again. */
const PASSING: ReadonlySet<ModelFailure["reason"]> = new Set([
  "rate_limited",
  "provider_failed",
  "unreachable",
]);

/**
 * One round of a turn: yields the answer's text as it comes (first "" once the model has begun), returns it whole.
 * A call that fails in passing before it said anything is tried again, since the round before may have done
 * something that must not be done twice.
 */
export async function* callModel(
  ctx: OrgCtx,
  round: ModelRound,
): AsyncGenerator<string, Result<ModelAnswer, ModelFailure>> {
  for (let attempt = 0; ; attempt++) {
    const answer = yield* tryOnce(ctx, round);
    if (answer.ok || answer.error.hasBegun || !PASSING.has(answer.error.failure.reason)) {
      return answer.ok ? answer : err(answer.error.failure);
    }
    const { failure } = answer.error;
    const waitSeconds = failure.retryAfterSeconds ?? 0;
    if (attempt >= MODEL_RETRIES || waitSeconds > RETRY_AFTER_MAX_SECONDS) {
      return err(failure);
    }
    await pause(Math.max(waitSeconds * 1_000, RETRY_DELAY_MS * 2 ** attempt), round.signal);
    if (round.signal.aborted) {
      return err({ reason: "aborted", message: "The request was given up." });
    }
  }
}

type TryFailure = { readonly failure: ModelFailure; readonly hasBegun: boolean };

async function* tryOnce(
  ctx: OrgCtx,
  { model, request, isStreamed, signal }: ModelRound,
): AsyncGenerator<string, Result<ModelAnswer, TryFailure>> {
  const provider = PROVIDERS[model.provider];
  const call = {
    model,
    request,
    signal,
    allowLoopbackHttp: ctx.config.allowInsecurePluginUrls,
    ai: ctx.ai,
    now: ctx.clock.now(),
  };
  if (!isStreamed) {
    const whole = await provider.complete(call);
    if (!whole.ok) {
      return err({ failure: whole.error, hasBegun: false });
    }
    const answer = readAnswer(whole.value);
    yield "";
    yield answer.message.content ?? "";
    return ok(answer);
  }
  const opened = await provider.stream(call);
  if (!opened.ok) {
    return err({ failure: opened.error, hasBegun: false });
  }
  const gathering = gatherAnswer();
  let hasBegun = false;
  try {
    for await (const chunk of opened.value) {
      if (!hasBegun) {
        hasBegun = true;
        yield "";
      }
      const text = gathering.add(chunk);
      if (text !== "") {
        yield text;
      }
    }
  } catch (error) {
    return err({ failure: toFailure(error), hasBegun });
  }
  const answer = gathering.end();
  return answer === null
    ? err({
        failure: { reason: "provider_failed", message: "The model provider broke off its answer." },
        hasBegun,
      })
    : ok(answer);
}

/** Waits, or stops waiting when the request is given up. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}

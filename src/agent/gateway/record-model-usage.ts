import type { OrgCtx } from "../../access/context.ts";
import type { ChatUsage } from "../../contract/chat-completions.ts";
import { newId } from "../../kernel/ids.ts";
import { recordUsage } from "../../plugins/records/index.ts";
import type { ResolvedModel } from "../models/index.ts";

type ModelUsage = {
  readonly model: ResolvedModel;
  readonly instanceId: string | null;
  readonly externalUser: string | null;
  /** `ok`, or why it failed. */
  readonly status: string;
  /** Null when the provider did not say, and then nothing is counted. */
  readonly usage: ChatUsage | null;
  /** Epoch milliseconds. */
  readonly startedAt: number;
};

/** Notes a model call for the bill, priced when the model has prices. */
export function recordModelUsage(ctx: OrgCtx, facts: ModelUsage): void {
  const { model, usage } = facts;
  const inputTokens = usage?.prompt_tokens ?? 0;
  const outputTokens = usage?.completion_tokens ?? 0;
  recordUsage(ctx, {
    id: newId("usageEvent"),
    instanceId: facts.instanceId,
    kind: "model",
    model: model.alias,
    pluginSlug: null,
    tool: null,
    status: facts.status,
    externalUser: facts.externalUser,
    inputTokens,
    outputTokens,
    latencyMs: ctx.clock.now() - facts.startedAt,
    currency: model.prices?.currency ?? null,
    costMillionths:
      model.prices === null
        ? null
        : inputTokens * model.prices.inputPrice + outputTokens * model.prices.outputPrice,
    createdAt: facts.startedAt,
  });
}

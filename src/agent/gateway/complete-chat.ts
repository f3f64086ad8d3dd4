import type { OrgCtx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { redactText } from "../../kernel/redact-text.ts";
import type { InstanceCatalog } from "../../plugins/catalog/index.ts";
import type { KnownGatewayKey } from "../../tenancy/keys/index.ts";
import { findModel } from "../models/index.ts";
import { answerWithPlugins } from "./answer-with-plugins.ts";
import type { ChatAnswer } from "./chat-answer.ts";
import { holdCaps } from "./hold-caps.ts";
import { EXTERNAL_USER_MAX_CHARACTERS, ROUNDS_DEFAULT } from "./limits.ts";
import { modelNotFound } from "./model-not-found.ts";
import { usesPlugins } from "./offered-tools.ts";
import { passThrough } from "./pass-through.ts";
import type { ChatInput } from "./read-chat-request.ts";
import { recordModelUsage } from "./record-model-usage.ts";

export type CompleteChatInput = ChatInput & {
  /** The key that asks, for its caps; null for an API token. */
  readonly key: KnownGatewayKey | null;
  /** The number whose tools are meant; null when none is. */
  readonly catalog: InstanceCatalog | null;
  /** Aborted when the client leaves; ends the model call and keeps further tools from being called. */
  readonly abort: AbortController;
};

/**
 * One chat completion, by the decision table:
 *
 * - the client brings tools of its own: passed through, nothing is executed
 * - no number is meant, or nothing is granted to it (of the plugins named, when some are): passed through
 * - else: the number's tools are put in and the turn is run here
 *
 * Throws `model_not_found`, `requests_per_minute`, `tokens_per_day`, `invalid_request`, and `ModelFailed`.
 */
export async function completeChat({
  ctx,
  input,
}: {
  ctx: OrgCtx;
  input: CompleteChatInput;
}): Promise<ChatAnswer> {
  const organizationId = requirePermission(ctx, "tools:call");
  const { request, catalog, enabledPluginIds, abort } = input;
  const model = await findModel(ctx, organizationId, request.model);
  if (model === undefined) {
    throw modelNotFound(request.model);
  }
  const settle = await holdCaps(ctx, input.key, request, input.characters);
  const externalUser = externalUserOf(request["safety_identifier"] ?? request["user"]);
  try {
    if (catalog !== null && !hasOwnTools(request) && usesPlugins(catalog, enabledPluginIds)) {
      const turn = {
        catalog,
        model,
        request,
        customerPhone: null,
        maxRounds: ROUNDS_DEFAULT,
        enabledPluginIds,
        externalUser,
        abort,
      };
      return await answerWithPlugins(ctx, turn, (outcome) => settle(outcome?.usage.total_tokens ?? null));
    }
    const startedAt = ctx.clock.now();
    const instanceId = catalog?.instanceId ?? null;
    const passing = { model, request, abort, ...(input.text !== undefined && { text: input.text }) };
    return await passThrough(ctx, passing, (usage, failure) => {
      const status = failure?.reason ?? "ok";
      recordModelUsage(ctx, { model, instanceId, externalUser, status, usage, startedAt });
      settle(usage?.total_tokens ?? (failure === null || failure.reason === "aborted" ? null : 0));
    });
  } catch (error) {
    settle(0);
    throw error;
  }
}

/** Functions are what tools were called before. Null is how clients leave a parameter out. */
function hasOwnTools(request: Readonly<Record<string, unknown>>): boolean {
  return (request["tools"] ?? request["functions"] ?? null) !== null;
}

/** A label that somebody else chose: people put phone numbers in, and those are not kept. */
function externalUserOf(label: unknown): string | null {
  return typeof label === "string" && label !== ""
    ? redactText(label.slice(0, EXTERNAL_USER_MAX_CHARACTERS))
    : null;
}

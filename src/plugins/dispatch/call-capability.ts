import type { Ctx } from "../../access/context.ts";
import { type Capability, capabilityOf } from "../../contract/capabilities.ts";
import { newId } from "../../kernel/ids.ts";
import { type InstanceCatalog, loadCatalog } from "../catalog/index.ts";
import { recordCall } from "../records/index.ts";
import { callPlugin, type PluginAnswer } from "./call-plugin.ts";
import { RECORD_TEXT_MAX_BYTES } from "./limits.ts";
import { openInstallation } from "./opened-installation.ts";
import { invalidInput, type Outcome } from "./outcome.ts";
import { continueTrace } from "./trace-context.ts";

export type CapabilityCall = {
  readonly organizationId: string;
  readonly instanceId: string;
  readonly installationId: string;
  readonly capability: Capability;
  readonly input: unknown;
  /** The same in every try, so that the plugin can tell a repetition. */
  readonly callId: string;
};

/** `unavailable`: the plugin is not there for this number any more: uninstalled, switched off, revoked, or without such a tool. */
export type CapabilityAnswer =
  | { readonly status: "unavailable" }
  | {
      readonly status: "called";
      readonly outcome: Outcome;
      readonly httpStatus: number | null;
      /** The answer's `Retry-After`, as it came. */
      readonly retryAfter: string | null;
    };

/**
 * The platform's own call of a tool with a reserved capability, which no agent can call: installation and grant are
 * checked, the call is signed and recorded like any other. Never throws for what a plugin does.
 */
export async function callCapability({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: CapabilityCall;
}): Promise<CapabilityAnswer> {
  const { catalog } = await loadCatalog(ctx, input.instanceId);
  const found = catalog?.organizationId === input.organizationId ? find(catalog, input) : undefined;
  if (found === undefined) {
    return { status: "unavailable" };
  }
  const { installation, tool } = found;
  const startedAt = ctx.clock.now();
  const issues = tool.input.validate(input.input);
  const answer: PluginAnswer =
    issues.length > 0
      ? { outcome: invalidInput(issues), httpStatus: null, attempts: 0 }
      : await callPlugin(ctx, {
          callId: input.callId,
          organizationId: input.organizationId,
          instanceId: input.instanceId,
          installation,
          opened: await openInstallation(ctx, installation),
          tool: tool.definition,
          input: input.input,
          userId: null,
          currentChat: null,
          traceparent: continueTrace(null),
        });
  const { outcome } = answer;
  const error = "error" in outcome ? outcome.error : null;
  const actor = { kind: ctx.actor.kind, id: ctx.actor.id, organizationId: input.organizationId };
  recordCall(
    { actor, requestId: ctx.requestId, records: ctx.records, background: ctx.background, log: ctx.log },
    {
      // A record for each try, under one call id.
      id: newId("call"),
      instanceId: input.instanceId,
      installationId: installation.id,
      pluginSlug: installation.slug,
      tool: tool.definition.name,
      status: outcome.status,
      gate: null,
      errorCode: error?.code ?? null,
      httpStatus: answer.httpStatus,
      latencyMs: ctx.clock.now() - startedAt,
      attempts: answer.attempts,
      createdAt: startedAt,
      input: { value: input.input, schema: tool.definition.inputSchema },
      output: {
        value: outcome.status === "ok" ? outcome.result : error,
        schema: tool.definition.outputSchema,
      },
      maxBytes: RECORD_TEXT_MAX_BYTES,
    },
  );
  const { httpStatus, retryAfter = null } = answer;
  return { status: "called", outcome, httpStatus, retryAfter };
}

/** That the tool is the platform's is the only thing that may stand in its way. */
function find({ entries }: InstanceCatalog, { installationId, capability }: CapabilityCall) {
  for (const { installation, toolName, decision } of entries.values()) {
    const tool = installation.id === installationId ? installation.version.tool(toolName) : undefined;
    const isForPlatform = !decision.allowed && decision.code === "platform_only_tool";
    if (tool !== undefined && isForPlatform && capabilityOf(tool.definition) === capability) {
      return { installation, tool };
    }
  }
  return undefined;
}

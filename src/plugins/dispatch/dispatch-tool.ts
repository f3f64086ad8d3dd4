import type { OrgCtx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import type { CallChat } from "../../contract/approvals.ts";
import type { ManifestTool } from "../../contract/manifest.ts";
import { newId } from "../../kernel/ids.ts";
import { takeFromBudget } from "../../tenancy/budgets/index.ts";
import { type CatalogEntry, decideCall, type InstanceCatalog } from "../catalog/index.ts";
import { type ApprovalNeed, askedByTool, needsApproval } from "../grants/index.ts";
import { recordCall } from "../records/index.ts";
import { callPlugin, type PluginAnswer } from "./call-plugin.ts";
import { hashCustomer } from "./customer-hash.ts";
import { RECORD_TEXT_MAX_BYTES } from "./limits.ts";
import { loadApprovals, loadInProcessCall } from "./on-demand.ts";
import { openInstallation } from "./opened-installation.ts";
import { invalidInput, type Outcome, pluginFailure } from "./outcome.ts";
import { mintCurrentChat, rememberContact } from "./reach-customer.ts";
import type { StageTimes } from "./stage-times.ts";
import { continueTrace } from "./trace-context.ts";

export type DispatchInput = {
  readonly catalog: InstanceCatalog;
  readonly toolName: string;
  readonly input: unknown;
  /** The customer's number in E.164, when the call is for one. */
  readonly customerPhone: string | null;
  readonly traceparent: string | null;
  readonly times: StageTimes;
  /** Names a call that may have been made before: the plugin sees the same id, and the record is the same one. */
  readonly callId?: string;
  /** The conversation that the call comes from; left out when it comes from none. */
  readonly chat?: CallChat | null;
  /** Set for a call that has waited and was approved: it waits no more, and was counted when it was asked for. */
  readonly isApproved?: boolean;
};

export type Dispatched = { readonly callId: string; readonly outcome: Outcome };

/**
 * One tool call, from name to answer:
 *
 * 1. gates: installation, instance grant, tool grant, permission
 * 2. rate limit, where the grant sets one
 * 3. input against the tool's schema, before anything leaves
 * 4. approval, where the call needs one: it waits, and nothing is opened
 * 5. open secret and configuration, hash the customer, mint the current-chat token where the grant reaches so far
 * 6. call: signed and sent, or run in process
 * 7. output against the tool's schema, noted but not withheld
 * 8. record
 *
 * `resolve`, the step before, is `loadCatalog`. Never throws for what a plugin does; the outcome says it.
 */
export async function dispatchTool({
  ctx,
  input,
}: {
  ctx: OrgCtx;
  input: DispatchInput;
}): Promise<Dispatched> {
  requirePermission(ctx, "tools:call");
  const startedAt = ctx.clock.now();
  let callId = input.callId ?? newId("call");
  const { entry, decision } = decideCall(input.catalog, input.toolName);
  const finish = (outcome: Outcome, answer?: PluginAnswer, note?: string): Dispatched => {
    record(ctx, input, { callId, startedAt, entry, outcome, answer, note });
    return { callId, outcome };
  };

  const wait = async (held: CatalogEntry, need: ApprovalNeed): Promise<Dispatched> => {
    const { input: payload, customerPhone, chat = null } = input;
    const { instanceId } = input.catalog;
    const call = { callId, instanceId, entry: held, need, payload, customerPhone, chat };
    const { requestApproval } = await loadApprovals();
    const waiting = await requestApproval(ctx, call);
    // A call that waits already keeps its id: one call, one record.
    callId = waiting.callId;
    return finish(waiting.outcome);
  };

  if (!decision.allowed || entry === undefined) {
    return finish(refusedByGate(decision));
  }
  const limited = input.isApproved ? null : await takeFromRateLimit(ctx, input.catalog, entry);
  if (limited) {
    return finish(limited);
  }
  const tool = entry.installation.version.tool(entry.toolName);
  if (tool === undefined) {
    return finish(pluginFailure("plugin_failed"));
  }
  const inputIssues = tool.input.validate(input.input);
  if (inputIssues.length > 0) {
    return finish(invalidInput(inputIssues));
  }
  input.times.mark("check");

  const need = input.isApproved ? null : approvalNeedOf(entry, tool.definition, input.chat);
  if (need !== null) {
    return wait(entry, need);
  }

  const opened = await openInstallation(ctx, entry.installation);
  const { customerPhone: phone } = input;
  const facts = {
    callId,
    organizationId: input.catalog.organizationId,
    instanceId: input.catalog.instanceId,
    installation: entry.installation,
    userId: hashCustomer(opened, phone),
  };
  const currentChat = phone === null ? null : await mintCurrentChat(ctx, { ...facts, phone });
  const call = {
    ...facts,
    currentChat,
    opened,
    tool: tool.definition,
    input: input.input,
    traceparent: continueTrace(input.traceparent),
  };
  input.times.mark("open");

  const { firstParty } = entry.installation;
  const answer = firstParty
    ? await (await loadInProcessCall()).callInProcess(ctx, firstParty, {
        ...call,
        customerPhone: input.customerPhone,
        isApproved: input.isApproved ?? false,
      })
    : await callPlugin(ctx, call);
  input.times.mark("plugin");
  if (phone !== null) {
    rememberContact(ctx, { ...facts, phone });
  }
  if (answer === "approval_required") {
    const { grant } = entry.installation;
    return grant === null
      ? finish(pluginFailure("plugin_failed"))
      : wait(entry, askedByTool({ tool: tool.definition, grant }));
  }

  const outputIssues =
    answer.outcome.status === "ok" && tool.output !== null && !firstParty
      ? tool.output.validate(answer.outcome.result)
      : [];
  return finish(answer.outcome, answer, outputIssues.length > 0 ? "output_schema_mismatch" : answer.note);
}

function approvalNeedOf(
  { installation: { grant } }: CatalogEntry,
  tool: ManifestTool,
  chat: CallChat | null | undefined,
): ApprovalNeed | null {
  return grant === null ? null : needsApproval({ tool, grant, isMultiUserChat: chat?.isMultiUser === true });
}

function refusedByGate(decision: ReturnType<typeof decideCall>["decision"]): Outcome {
  if (decision.allowed) {
    return pluginFailure("plugin_failed");
  }
  const { gate, code, message, hint } = decision;
  return { status: "refused", gate, error: { code, message, hint } };
}

async function takeFromRateLimit(
  ctx: OrgCtx,
  catalog: InstanceCatalog,
  entry: CatalogEntry,
): Promise<Outcome | null> {
  const limitPerMinute = entry.installation.grant?.callsPerMinute ?? null;
  if (limitPerMinute === null) {
    return null;
  }
  const answer = await takeFromBudget({
    namespace: ctx.budgets,
    name: `tool:${catalog.instanceId}:${entry.modelName}`,
    limitPerMinute,
    now: ctx.clock.now(),
  });
  if (answer.allowed) {
    return null;
  }
  return {
    status: "refused",
    gate: "rate_limit",
    error: {
      code: "rate_limited",
      message: `The tool may be called ${limitPerMinute} times a minute on this number.`,
      hint: `Try again in ${answer.retryAfterSeconds} seconds.`,
    },
    retryAfterSeconds: answer.retryAfterSeconds,
  };
}

function record(
  ctx: OrgCtx,
  input: DispatchInput,
  facts: {
    callId: string;
    startedAt: number;
    entry: CatalogEntry | undefined;
    outcome: Outcome;
    answer: PluginAnswer | undefined;
    note: string | undefined;
  },
): void {
  const { entry, outcome, answer } = facts;
  const definition = entry?.installation.version.tool(entry.toolName)?.definition;
  recordCall(ctx, {
    id: facts.callId,
    instanceId: input.catalog.instanceId,
    installationId: entry?.installation.id ?? null,
    pluginSlug: entry?.installation.slug ?? null,
    tool: entry?.toolName ?? input.toolName.slice(0, 128),
    status: outcome.status,
    gate: outcome.status === "refused" ? outcome.gate : null,
    errorCode: "error" in outcome ? outcome.error.code : (facts.note ?? null),
    httpStatus: answer?.httpStatus ?? null,
    latencyMs: ctx.clock.now() - facts.startedAt,
    attempts: answer?.attempts ?? 0,
    createdAt: facts.startedAt,
    input: { value: input.input, schema: definition?.inputSchema },
    output: {
      value: outputOf(outcome),
      schema: definition?.outputSchema,
    },
    maxBytes: RECORD_TEXT_MAX_BYTES,
  });
}

/** What the record keeps as the call's output; of one that waits there is none. */
function outputOf(outcome: Outcome): unknown {
  switch (outcome.status) {
    case "ok":
      return outcome.result;
    case "pending_approval":
      return undefined;
    default:
      return outcome.error;
  }
}

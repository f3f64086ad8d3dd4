/**
 * Tool-call, bridge-call, delivery and usage records on their way to the queue: gathered for a moment, then redacted
 * and sent as few messages, after the answer. The hot path pays for a push.
 */
import type { PluginActor } from "../../access/actor.ts";
import type { Ctx, OrgCtx } from "../../access/context.ts";
import type {
  BridgeCallRecord,
  DeliveryRecord,
  RecordMessage,
  ToolCallRecord,
  UsageRecord,
} from "../../contract/records.ts";
import type { JsonSchema } from "../../kernel/json-schema.ts";
import { FLUSH_GRACE_MS, GATHER_MS } from "./limits.ts";
import { packRecords } from "./pack-records.ts";

type Text = { readonly value: unknown; readonly schema: JsonSchema | undefined };

export type CallFacts = Omit<ToolCallRecord, "actorKind" | "actorId" | "requestId" | "input" | "output"> & {
  readonly input: Text;
  readonly output: Text;
  readonly maxBytes: number;
};

/** A bridge call as it ended. */
type BridgeCallFacts = Omit<
  BridgeCallRecord,
  "instanceId" | "installationId" | "pluginSlug" | "requestId" | "input" | "output"
> & {
  readonly input: unknown;
  readonly output: unknown;
  readonly maxBytes: number;
};

type SendingCtx = Pick<Ctx, "records" | "background" | "log">;

/** Who called, in which organisation: an actor, or the platform for an organisation. */
type RecordingCtx = SendingCtx &
  Pick<Ctx, "requestId"> & {
    readonly actor: { readonly kind: string; readonly id: string; readonly organizationId: string };
  };

/** Of `kernel/redact.ts`, which is loaded for the first batch: it knows every country's phone numbers. */
type Redact = typeof import("../../kernel/redact.ts").redactToText;

type Gathered<Record> = {
  readonly organizationId: string;
  readonly make: (redactToText: Redact) => Record;
};

let gatheredCalls: Gathered<ToolCallRecord>[] = [];
let gatheredBridgeCalls: Gathered<BridgeCallRecord>[] = [];
let gatheredDeliveries: Gathered<DeliveryRecord>[] = [];
let gatheredUsage: Gathered<UsageRecord>[] = [];

/** Notes a call. Redaction and sending happen after the answer; what the queue refuses is logged in full. */
export function recordCall(ctx: RecordingCtx, facts: CallFacts): void {
  flushAfterFirst(ctx);
  gatheredCalls.push({
    organizationId: ctx.actor.organizationId,
    make: (redactToText) => toRecord(ctx, facts, redactToText),
  });
}

/** Notes a bridge call, of the plugin that made it. */
export function recordBridgeCall(
  ctx: Ctx<PluginActor>,
  { input, output, maxBytes, ...facts }: BridgeCallFacts,
): void {
  flushAfterFirst(ctx);
  const { actor, requestId } = ctx;
  gatheredBridgeCalls.push({
    organizationId: actor.organizationId,
    make: (redactToText) => ({
      ...facts,
      instanceId: actor.instanceId,
      installationId: actor.id,
      pluginSlug: actor.slug,
      requestId,
      input: redact(redactToText, { value: input, schema: undefined }, maxBytes),
      output: redact(redactToText, { value: output, schema: undefined }, maxBytes),
    }),
  });
}

/** Notes what the delivery policy decided about a message that did not go out at once. */
export function recordDelivery(ctx: OrgCtx, facts: DeliveryRecord): void {
  flushAfterFirst(ctx);
  gatheredDeliveries.push({ organizationId: ctx.actor.organizationId, make: () => facts });
}

/** Notes what a model call or a tool call used. */
export function recordUsage(
  ctx: OrgCtx,
  facts: Omit<UsageRecord, "actorKind" | "actorId" | "requestId">,
): void {
  flushAfterFirst(ctx);
  const { actor, requestId } = ctx;
  gatheredUsage.push({
    organizationId: actor.organizationId,
    make: () => ({ ...facts, actorKind: actor.kind, actorId: actor.id, requestId }),
  });
}

/** When the batch under way should have been sent, in epoch ms. */
let flushDueAt = 0;

/**
 * The request that notes the first record of a batch sends the batch. Should that request be cut off before, the
 * next one after a grace takes over, so that an isolate never stops recording.
 */
function flushAfterFirst(ctx: SendingCtx): void {
  const now = Date.now();
  const gathered = [gatheredCalls, gatheredBridgeCalls, gatheredDeliveries, gatheredUsage];
  const isEmpty = gathered.every(({ length }) => length === 0);
  if (isEmpty || now > flushDueAt + FLUSH_GRACE_MS) {
    flushDueAt = now + GATHER_MS;
    ctx.background(flushSoon(ctx));
  }
}

async function flushSoon(ctx: SendingCtx): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
  const { redactToText } = await import("../../kernel/redact.ts");
  const [calls, bridgeCalls, usage] = [gatheredCalls, gatheredBridgeCalls, gatheredUsage];
  const deliveries = gatheredDeliveries;
  gatheredCalls = [];
  gatheredBridgeCalls = [];
  gatheredDeliveries = [];
  gatheredUsage = [];
  for (const pack of packRecords(byOrganization(calls, redactToText))) {
    await send(ctx, { type: "tool_calls", ...pack });
  }
  for (const pack of packRecords(byOrganization(bridgeCalls, redactToText))) {
    await send(ctx, { type: "bridge_calls", ...pack });
  }
  for (const pack of packRecords(byOrganization(deliveries, redactToText))) {
    await send(ctx, { type: "deliveries", ...pack });
  }
  for (const pack of packRecords(byOrganization(usage, redactToText))) {
    await send(ctx, { type: "usage", ...pack });
  }
}

function byOrganization<Record>(
  gathered: readonly Gathered<Record>[],
  redactToText: Redact,
): Map<string, Record[]> {
  const groups = new Map<string, Record[]>();
  for (const { organizationId, make } of gathered) {
    const group = groups.get(organizationId);
    if (group) {
      group.push(make(redactToText));
    } else {
      groups.set(organizationId, [make(redactToText)]);
    }
  }
  return groups;
}

async function send(ctx: SendingCtx, message: RecordMessage): Promise<void> {
  try {
    await ctx.records.send(message);
  } catch (error) {
    ctx.log.error("records_not_sent", { error, message });
  }
}

function toRecord(
  ctx: RecordingCtx,
  { input, output, maxBytes, ...facts }: CallFacts,
  redactToText: Redact,
): ToolCallRecord {
  return {
    ...facts,
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.id,
    requestId: ctx.requestId,
    input: redact(redactToText, input, maxBytes),
    output: redact(redactToText, output, maxBytes),
  };
}

function redact(redactToText: Redact, { value, schema }: Text, maxBytes: number): string | null {
  return value === undefined
    ? null
    : redactToText(value, schema === undefined ? { maxBytes } : { schema, maxBytes });
}

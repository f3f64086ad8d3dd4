/**
 * Tool-call records on their way to the queue: gathered for a moment, then redacted and sent as few messages,
 * after the answer. The hot path pays for a push.
 */
import type { OrgCtx } from "../../access/context.ts";
import type { RecordMessage, ToolCallRecord } from "../../contract/records.ts";
import type { JsonSchema } from "../../kernel/json-schema.ts";
import { redactToText } from "../../kernel/redact.ts";
import { GATHER_MS } from "./limits.ts";
import { packMessages } from "./pack-messages.ts";

type Text = { readonly value: unknown; readonly schema: JsonSchema | undefined };

export type CallFacts = Omit<ToolCallRecord, "actorKind" | "actorId" | "requestId" | "input" | "output"> & {
  readonly input: Text;
  readonly output: Text;
  readonly maxBytes: number;
};

type Gathered = { readonly ctx: OrgCtx; readonly facts: CallFacts };

let gathered: Gathered[] = [];

/** Notes a call. Redaction and sending happen after the answer; what the queue refuses is logged in full. */
export function recordCall(ctx: OrgCtx, facts: CallFacts): void {
  gathered.push({ ctx, facts });
  if (gathered.length === 1) {
    ctx.background(flushSoon(ctx));
  }
}

async function flushSoon(ctx: OrgCtx): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
  const batch = gathered;
  gathered = [];
  const calls = new Map<string, ToolCallRecord[]>();
  for (const one of batch) {
    const { organizationId } = one.ctx.actor;
    const known = calls.get(organizationId);
    if (known) {
      known.push(toRecord(one));
    } else {
      calls.set(organizationId, [toRecord(one)]);
    }
  }
  for (const message of packMessages(calls)) {
    await send(ctx, message);
  }
}

async function send(ctx: OrgCtx, message: RecordMessage): Promise<void> {
  try {
    await ctx.records.send(message);
  } catch (error) {
    ctx.log.error("records_not_sent", { error, message });
  }
}

function toRecord({ ctx, facts: { input, output, maxBytes, ...facts } }: Gathered): ToolCallRecord {
  return {
    ...facts,
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.id,
    requestId: ctx.requestId,
    input: redact(input, maxBytes),
    output: redact(output, maxBytes),
  };
}

function redact({ value, schema }: Text, maxBytes: number): string | null {
  return value === undefined
    ? null
    : redactToText(value, schema === undefined ? { maxBytes } : { schema, maxBytes });
}

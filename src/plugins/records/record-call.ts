/**
 * Tool-call and usage records on their way to the queue: redacted at once, gathered for a moment, sent in batches after
 * the answer. The hot path pays for the redaction and a push.
 */
import type { OrgCtx } from "../../access/context.ts";
import type { RecordMessage, ToolCallRecord, UsageRecord } from "../../contract/records.ts";
import type { JsonSchema } from "../../kernel/json-schema.ts";
import { redactToText } from "../../kernel/redact.ts";
import { GATHER_MS, SEND_BATCH_MESSAGES } from "./limits.ts";

type Text = { readonly value: unknown; readonly schema: JsonSchema | undefined };

export type CallFacts = Omit<
  ToolCallRecord,
  "type" | "actorKind" | "actorId" | "requestId" | "input" | "output"
> & {
  readonly input: Text;
  readonly output: Text;
  readonly maxBytes: number;
};

let gathered: (() => RecordMessage)[] = [];

/** Notes a call. Redaction and sending happen after the answer; what the queue refuses is logged in full. */
export function recordCall(ctx: OrgCtx, facts: CallFacts): void {
  gather(ctx, () => toMessage(ctx, facts));
}

/** Notes what a model call or a tool call used. */
export function recordUsage(
  ctx: OrgCtx,
  facts: Omit<UsageRecord, "type" | "actorKind" | "actorId" | "requestId">,
): void {
  gather(ctx, () => ({
    type: "usage",
    ...facts,
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.id,
    requestId: ctx.requestId,
  }));
}

function gather(ctx: OrgCtx, make: () => RecordMessage): void {
  const isFirst = gathered.length === 0;
  gathered.push(make);
  if (isFirst) {
    ctx.background(flushSoon(ctx));
  }
}

function toMessage(ctx: OrgCtx, { input, output, maxBytes, ...facts }: CallFacts): RecordMessage {
  return {
    type: "tool_call",
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

async function flushSoon(ctx: OrgCtx): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
  const batch = gathered.map((make) => ({ body: make() }));
  gathered = [];
  for (let start = 0; start < batch.length; start += SEND_BATCH_MESSAGES) {
    const messages = batch.slice(start, start + SEND_BATCH_MESSAGES);
    try {
      await ctx.records.sendBatch(messages);
    } catch (error) {
      ctx.log.error("records_not_sent", { error, records: messages.map(({ body }) => body) });
    }
  }
}

/** The tool calls of one round, side by side, each answered whatever became of it. */
import type { OrgCtx } from "../../access/context.ts";
import type { CallChat } from "../../contract/approvals.ts";
import type { ChatToolCall, ChatToolMessage } from "../../contract/chat-completions.ts";
import type { EffectLedger } from "../../contract/effect-ledger.ts";
import { canonicalJson } from "../../kernel/canonical-json.ts";
import { newId } from "../../kernel/ids.ts";
import type { CatalogEntry, InstanceCatalog } from "../../plugins/catalog/index.ts";
import { type Dispatched, dispatchTool, startStageTimes } from "../../plugins/dispatch/index.ts";
import { recordUsage } from "../../plugins/records/index.ts";
import type { ResolvedModel } from "../models/index.ts";
import { TOOL_CALLS_PER_ROUND, TOOL_CALLS_SIDE_BY_SIDE } from "./limits.ts";
import { errorText, toResultText } from "./tool-result.ts";

export type ToolRound = {
  readonly catalog: InstanceCatalog;
  /** What the model was offered; nothing else is called for it. */
  readonly offered: ReadonlySet<string>;
  readonly customerPhone: string | null;
  readonly chat: CallChat | null;
  /** Answers of side-effect calls of this run, by tool and canonical arguments: each happens once. */
  readonly ledger: Map<string, Promise<string>>;
  /** The same beyond this run, where a turn may be repeated. */
  readonly effects: EffectLedger | null;
  readonly signal: AbortSignal;
  /** For the usage event. */
  readonly model: ResolvedModel;
  readonly externalUser: string | null;
};

/** Answers every call, in order. Once the request is given up, those not begun are not begun. */
export async function callTools(
  ctx: OrgCtx,
  calls: readonly ChatToolCall[],
  round: ToolRound,
): Promise<ChatToolMessage[]> {
  const answers: string[] = [];
  let next = 0;
  const work = async () => {
    while (next < calls.length) {
      const index = next++;
      const call = calls[index];
      if (call) {
        answers[index] =
          index < TOOL_CALLS_PER_ROUND
            ? await answerCall(ctx, call, round)
            : errorText(
                "too_many_calls",
                `At most ${TOOL_CALLS_PER_ROUND} calls are made at once.\nFallback suggestions: call again with what is still needed.`,
              );
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(TOOL_CALLS_SIDE_BY_SIDE, calls.length) }, work));
  return calls.map(({ id }, index) => ({
    role: "tool",
    tool_call_id: id,
    content: answers[index] ?? "",
  }));
}

async function answerCall(ctx: OrgCtx, call: ChatToolCall, round: ToolRound): Promise<string> {
  if (round.signal.aborted) {
    return errorText("given_up", "The request was given up before this call.");
  }
  const { name, arguments: text } = call.function;
  const input = parseArguments(text);
  if (input === undefined) {
    return errorText(
      "invalid_arguments",
      "The arguments are not a valid JSON object.\nFallback suggestions: call again with one JSON object that fits the tool's parameters.",
    );
  }
  const entry = round.catalog.entries.get(name);
  if (entry?.decision.allowed && !round.offered.has(name)) {
    return errorText(
      "unknown_tool",
      `There is no tool "${name}" in this conversation.\nFallback suggestions: use one of the tools that you were given.`,
    );
  }
  const key = entry !== undefined && hasSideEffects(entry) ? ledgerKey(name, input) : null;
  const known = key === null ? undefined : round.ledger.get(key);
  if (known !== undefined) {
    return known;
  }
  const begun = key === null ? undefined : round.effects?.begin(key);
  if (begun?.status === "answered") {
    return begun.answer;
  }
  const dispatched = dispatch(ctx, name, input, entry, round, begun?.callId);
  if (key !== null) {
    round.ledger.set(
      key,
      dispatched.then(({ text: answer }) => answer),
    );
  }
  const { text: answer, wasSent } = await dispatched;
  if (key !== null && !wasSent) {
    round.ledger.delete(key); // nothing happened, so a later call may try
  }
  if (begun !== undefined && wasSent) {
    round.effects?.finish({ callId: begun.callId, answer });
  }
  return answer;
}

type Answered = { readonly text: string; readonly wasSent: boolean };

async function dispatch(
  ctx: OrgCtx,
  toolName: string,
  input: Readonly<Record<string, unknown>>,
  entry: CatalogEntry | undefined,
  round: ToolRound,
  callId: string | undefined,
): Promise<Answered> {
  const { catalog, customerPhone, chat } = round;
  const startedAt = ctx.clock.now();
  let dispatched: Dispatched;
  try {
    dispatched = await dispatchTool({
      ctx,
      input: {
        catalog,
        toolName,
        input,
        customerPhone,
        chat,
        traceparent: null,
        times: startStageTimes(),
        ...(callId !== undefined && { callId }),
      },
    });
  } catch (error) {
    ctx.log.error("tool_call_failed", { tool: toolName, error });
    const message =
      "The tool could not be called just now.\nFallback suggestions: tell the customer that this did not work, and offer to try again or to bring in a person.";
    return { text: errorText("tool_failed", message), wasSent: true };
  }
  const { outcome } = dispatched;
  recordUsage(ctx, {
    id: newId("usageEvent"),
    instanceId: catalog.instanceId,
    kind: "tool",
    model: round.model.alias,
    pluginSlug: entry?.installation.slug ?? null,
    tool: entry?.toolName ?? toolName.slice(0, 128),
    status: outcome.status,
    externalUser: round.externalUser,
    inputTokens: 0,
    outputTokens: 0,
    latencyMs: ctx.clock.now() - startedAt,
    // A tool costs nothing here; with its model's currency it stands in one sum with it.
    currency: round.model.prices?.currency ?? null,
    costMillionths: round.model.prices === null ? null : 0,
    createdAt: startedAt,
  });
  const neverLeft =
    outcome.status === "refused" || (outcome.status === "error" && outcome.error.code === "invalid_input");
  return { text: toResultText(outcome), wasSent: !neverLeft };
}

/** An empty text is how some models write a call without arguments. */
function parseArguments(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.trim() === "") {
    return {};
  }
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** What a manifest does not say is taken for an effect: a ticket too few is asked for again, two are a mess. */
function hasSideEffects({ installation, toolName }: CatalogEntry): boolean {
  const definition = installation.version.tool(toolName)?.definition;
  return (
    definition?.sideEffects ?? (definition?.idempotent !== true && definition?.endpoint?.method !== "GET")
  );
}

/** Null for arguments too deep to write down; the tool's schema refuses those. */
function ledgerKey(name: string, input: unknown): string | null {
  try {
    return `${name} ${canonicalJson(input)}`;
  } catch {
    return null;
  }
}

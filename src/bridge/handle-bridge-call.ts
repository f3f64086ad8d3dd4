/**
 * The one way through which every bridge call goes:
 *
 * 1. token: who signed this very body
 * 2. gates: installation, instance grant, permission
 * 3. ledger: a key that is known is answered from it
 * 4. gates: recipient, and the verb's own, policy
 * 5. ledger: the key is taken
 * 6. verb
 * 7. ledger: the answer is kept, byte for byte
 * 8. record
 *
 * One round trip to the database for 1 to 3, one for 5, one for 7.
 */
import { type CtxBase, withActor } from "../access/context.ts";
import type { DryRun } from "../contract/bridge.ts";
import type { BridgeCallRecord } from "../contract/records.ts";
import { toProblem } from "../http/problem.ts";
import { readBodyBytes } from "../http/read-body.ts";
import { sha256 } from "../kernel/crypto.ts";
import { AppError } from "../kernel/errors.ts";
import { newId } from "../kernel/ids.ts";
import { recordBridgeCall } from "../plugins/records/index.ts";
import type { BridgeCall, BridgeCtx, BridgeInput, CheckedCall, OpenedCall } from "./bridge-call.ts";
import { readBridgeToken } from "./bridge-token.ts";
import { type Ending, isFinal, isRefusal, toProblemText, toResponse, toText } from "./ending.ts";
import { type Caller, findCaller } from "./find-caller.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { passInstallation, passPermission, type Trace } from "./gates.ts";
import { readIdempotencyKey, requireIdempotencyKey } from "./idempotency-key.ts";
import { beginKey, finishKey, judgeKnownKey, type KeyedRun, releaseKey } from "./ledger.ts";
import { RECORD_TEXT_MAX_BYTES } from "./limits.ts";
import { type RawRequest, readDryRun, readInput } from "./read-input.ts";
import { resolveRecipient } from "./resolve-recipient.ts";

/** What the record needs, as far as the call came. */
type Progress = { input: BridgeInput<unknown, unknown> | null; callId: string | null };

/** Answers one bridge call. Never throws: what goes wrong is a problem. */
export async function handleBridgeCall({
  base,
  call,
  request,
  params,
}: {
  base: CtxBase;
  call: BridgeCall;
  request: Request;
  params: Readonly<Record<string, string>>;
}): Promise<Response> {
  const startedAt = base.clock.now();
  try {
    const body = await readBodyBytes(request, call.bodyMaxBytes);
    const raw = { headers: request.headers, url: new URL(request.url), params, body };
    const audience = base.config.publicBaseUrl;
    const token = await readBridgeToken(raw.headers.get("authorization"), { audience, body, now: startedAt });
    const key = readIdempotencyKey(raw.headers.get("idempotency-key"));
    const keyHash = key === null ? null : await sha256(key);
    const caller = await findCaller(base, token, keyHash);
    const ctx = withActor(base, caller.actor);
    const progress: Progress = { input: null, callId: null };
    const ending = await answerCaller({ ctx, call, raw, caller, key, keyHash, progress });
    record(ctx, call, { startedAt, keyHash, progress, ending });
    return toResponse(ending, base.requestId);
  } catch (error) {
    logUnknown(base, call, error);
    return toProblem(error, base.requestId);
  }
}

type Asked = {
  readonly ctx: BridgeCtx;
  readonly call: BridgeCall;
  readonly raw: RawRequest;
  readonly caller: Caller;
  readonly key: string | null;
  readonly keyHash: string | null;
  readonly progress: Progress;
};

/** Everything behind the signature. What is thrown in here becomes an ending, so that it is recorded. */
async function answerCaller(asked: Asked): Promise<Ending> {
  const { ctx, call } = asked;
  try {
    return await (readDryRun(asked.raw.url) ? rehearse(asked) : carryOut(asked));
  } catch (error) {
    logUnknown(ctx, call, error);
    return {
      ...(await toProblemText(error, ctx.requestId)),
      outcome: isRefusal(error) ? "refused" : "failed",
    };
  }
}

async function carryOut(asked: Asked): Promise<Ending> {
  const { ctx, call, caller, keyHash } = asked;
  const { opened, input } = passFirstGates(asked, []);
  if (call.method === "GET") {
    const checked = await passLastGates(asked, opened, null, []);
    return { ...toText(await checked.run("")), outcome: "ok" };
  }
  const key = requireIdempotencyKey(asked.key);
  const run: KeyedRun = {
    installationId: ctx.actor.id,
    organizationId: ctx.actor.organizationId,
    keyHash: keyHash ?? "",
    fingerprint: await fingerprintOf(ctx, {
      method: call.method,
      path: asked.raw.url.pathname,
      body: input.body,
      recipient: opened.recipient,
    }),
    isKeptForEver: call.keepsKeyForEver,
  };
  const known = judgeKnownKey(caller.knownKey, run.fingerprint, ctx.clock.now());
  if (known !== null) {
    return { ...known, outcome: "replayed" };
  }
  const checked = await passLastGates(asked, opened, key, []);
  const begun = await beginKey(ctx, run);
  if (begun.status === "known") {
    return answerFromOther(begun.key, run, ctx.clock.now());
  }
  return runOnce(ctx, run, begun.leaseId, () => checked.run(key));
}

/** Somebody took the key between our reading and our writing. */
function answerFromOther(key: NonNullable<Caller["knownKey"]>, run: KeyedRun, now: number): Ending {
  const answered = judgeKnownKey(key, run.fingerprint, now);
  if (answered === null) {
    throw new Error("A key that could not be taken is free.");
  }
  return { ...answered, outcome: "replayed" };
}

/** The verb under its lease. Its answer and its final refusals are kept; after anything else the key may run again. */
async function runOnce(
  ctx: BridgeCtx,
  run: KeyedRun,
  leaseId: string,
  verb: () => ReturnType<CheckedCall["run"]>,
): Promise<Ending> {
  let ending: Ending;
  try {
    ending = { ...toText(await verb()), outcome: "ok" };
  } catch (error) {
    if (!isFinal(error)) {
      await releaseKey(ctx, run, leaseId);
      throw error;
    }
    ending = {
      ...(await toProblemText(error, ctx.requestId)),
      outcome: isRefusal(error) ? "refused" : "failed",
    };
  }
  try {
    await finishKey(ctx, run, leaseId, ending);
  } catch (error) {
    // It is done, and the caller should know. Who asks again makes the verb find it again.
    ctx.log.error("bridge_answer_not_kept", { installationId: run.installationId, error });
  }
  return ending;
}

/** Every gate, and nothing else. */
async function rehearse(asked: Asked): Promise<Ending> {
  const trace: Trace = [];
  let answer: DryRun;
  try {
    const { opened } = passFirstGates(asked, trace);
    await passLastGates(asked, opened, null, trace);
    answer = { dryRun: true, allowed: true, trace };
  } catch (error) {
    if (!(error instanceof AppError) || !isSaidByGate(error, trace)) {
      throw error;
    }
    const { code, message, permission, hint } = error;
    const gate = error.gate ?? "policy";
    trace.push({ gate, passed: false, detail: message });
    answer = {
      dryRun: true,
      allowed: false,
      trace,
      gate,
      code,
      ...(permission !== undefined && { permission }),
      ...(hint !== undefined && { hint }),
    };
  }
  return { status: 200, text: JSON.stringify(answer), outcome: "dry_run" };
}

/** A gate's refusal, or any refusal once the permission has been seen to: that is the verb's. Not a failure of ours. */
function isSaidByGate(error: AppError, trace: Trace): boolean {
  const isVerb = trace.some(({ gate }) => gate === "permission");
  return error.kind !== "unavailable" && error.kind !== "upstream" && (error.gate !== undefined || isVerb);
}

function passFirstGates(
  { call, raw, caller, progress }: Asked,
  trace: Trace,
): { opened: OpenedCall; input: BridgeInput<unknown, unknown> } {
  passInstallation(caller, trace);
  const input = readInput(call, raw);
  progress.input = input;
  const opened = call.open(input);
  passPermission(caller, opened.permissions, trace);
  return { opened, input };
}

async function passLastGates(
  { ctx, progress }: Asked,
  opened: OpenedCall,
  key: string | null,
  trace: Trace,
): Promise<CheckedCall> {
  const recipient = opened.recipient === null ? null : await resolveRecipient(ctx, opened.recipient);
  if (recipient !== null) {
    progress.callId = recipient.callId;
    trace.push({ gate: "recipient", passed: true, detail: `The recipient is a ${recipient.scope}.` });
  }
  const checked = await opened.check(ctx, recipient, key);
  trace.push({ gate: "policy", passed: true, detail: "It may be done now." });
  return checked;
}

function record(
  ctx: BridgeCtx,
  call: BridgeCall,
  facts: {
    readonly startedAt: number;
    readonly keyHash: string | null;
    readonly progress: Progress;
    readonly ending: Ending;
  },
): void {
  const { startedAt, keyHash, progress, ending } = facts;
  const output = JSON.parse(ending.text) as {
    readonly code?: string;
    readonly gate?: BridgeCallRecord["gate"];
  };
  const isProblem = ending.status >= 400;
  recordBridgeCall(ctx, {
    id: newId("bridgeCall"),
    operation: call.operationId,
    status: ending.outcome,
    gate: isProblem || ending.outcome === "dry_run" ? (output.gate ?? null) : null,
    code: isProblem || ending.outcome === "dry_run" ? (output.code ?? null) : null,
    httpStatus: ending.status,
    latencyMs: ctx.clock.now() - startedAt,
    callId: progress.callId,
    keyHash,
    createdAt: startedAt,
    input: progress.input === null ? undefined : (progress.input.body ?? progress.input.params),
    output,
    maxBytes: RECORD_TEXT_MAX_BYTES,
  });
}

function logUnknown(base: Pick<CtxBase, "log">, { operationId }: BridgeCall, error: unknown): void {
  if (!(error instanceof AppError)) {
    base.log.error("bridge_call_failed", { operation: operationId, error });
  }
}

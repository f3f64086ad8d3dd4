/**
 * The door of a tool call. It stands apart from the other routes and without their middleware: it is the hot
 * path, and each thing that it does is here to see.
 */
import { type CtxBase, type OrgActor, withActor } from "../../access/context.ts";
import { toProblem } from "../../http/problem.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { authenticate, bearerText, toGatewayActor } from "../../tenancy/accounts/index.ts";
import {
  credentialPrefix,
  hashCredential,
  recallGatewayKey,
  rememberHash,
} from "../../tenancy/keys/index.ts";
import { type InstanceCatalog, loadCatalog } from "../catalog/index.ts";
import { type Dispatched, dispatchTool } from "./dispatch-tool.ts";
import { findCustomerPhone } from "./reach-customer.ts";
import { type Customer, readCallRequest } from "./read-call-request.ts";
import { type StageTimes, startStageTimes } from "./stage-times.ts";

/** Where tools are called, in Hono's notation. */
export const TOOL_CALL_PATH = "/v1/instances/:instanceId/tools/:toolName/calls";

/** Answers one tool call: 200 when it was carried to an end, 403 or 429 when a gate refused, else a problem. */
export async function callTool(
  request: Request,
  params: { readonly instanceId: string; readonly toolName: string },
  base: CtxBase,
): Promise<Response> {
  const times = startStageTimes();
  try {
    const [body, { actor, catalog }] = await Promise.all([
      readCallRequest(request),
      resolve(request, params.instanceId, base),
    ]);
    times.mark("resolve");
    const dispatched = await dispatchTool({
      ctx: withActor(base, actor),
      input: {
        catalog,
        toolName: params.toolName,
        input: body.input,
        customerPhone: await phoneOf(body.customer, catalog, base),
        traceparent: request.headers.get("traceparent"),
        times,
      },
    });
    return toResponse(dispatched, base.requestId, times);
  } catch (error) {
    if (!(error instanceof AppError)) {
      base.log.error("tool_call_failed", { error });
    }
    return toProblem(error, base.requestId);
  }
}

/** Who calls, and the number's catalog: from memory, or both in one database round trip. */
async function resolve(
  request: Request,
  instanceId: string,
  base: CtxBase,
): Promise<{ actor: OrgActor; catalog: InstanceCatalog }> {
  const text = bearerText(request.headers.get("authorization"));
  let actor: OrgActor;
  let catalog: InstanceCatalog | undefined;
  if (credentialPrefix(text) === "kvk") {
    const hash = hashCredential(text);
    const known = recallGatewayKey(hash, base.clock.now());
    const answer = await loadCatalog(base, instanceId, known ? undefined : hash);
    actor = toGatewayActor(known ?? answer.key, base);
    rememberHash(text, hash);
    catalog = answer.catalog;
  } else {
    actor = await authenticate({ request, base });
    ({ catalog } = await loadCatalog(base, instanceId));
  }
  const isBoundElsewhere =
    actor.kind === "gateway_key" && actor.instanceId !== null && actor.instanceId !== instanceId;
  if (catalog === undefined || catalog.organizationId !== actor.organizationId || isBoundElsewhere) {
    throw notFound("instance", instanceId);
  }
  return { actor, catalog };
}

/** A chat costs a database read; a number is what it is. */
async function phoneOf(
  customer: Customer | null,
  { organizationId, instanceId }: InstanceCatalog,
  base: CtxBase,
): Promise<string | null> {
  if (customer === null || "phone" in customer) {
    return customer?.phone ?? null;
  }
  return findCustomerPhone(base, { chatId: customer.chatId, organizationId, instanceId });
}

function toResponse({ callId, outcome }: Dispatched, requestId: string, times: StageTimes): Response {
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "server-timing": times.toString(),
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
  };
  let status = 200;
  let body: unknown = { callId, ...outcome };
  if (outcome.status === "refused") {
    const { retryAfterSeconds, ...shown } = outcome;
    status = outcome.gate === "rate_limit" ? 429 : 403;
    body = { callId, ...shown };
    if (retryAfterSeconds !== undefined) {
      headers["retry-after"] = String(retryAfterSeconds);
    }
  }
  return new Response(JSON.stringify(body), { status, headers });
}

/** The outgoing call: one signed request, at most two tries, one deadline. */
import { createHash } from "node:crypto";
import type { Ctx } from "../../access/context.ts";
import { type ManifestTool, TOOL_TIMEOUT_DEFAULT_MS } from "../../contract/manifest.ts";
import { CONTEXT_HEADER, DEFAULT_TOOL_ENDPOINT, TOOL_CALL_MAX_BYTES } from "../../contract/tool-call-http.ts";
import { base64url, utf8 } from "../../kernel/encoding.ts";
import { fetchOutside, type OutboundFailure, type OutboundRequest } from "../../kernel/outbound.ts";
import type { CatalogInstallation } from "../catalog/index.ts";
import { type Breaker, createBreaker } from "./breaker.ts";
import { RETRY_MIN_REMAINING_MS } from "./limits.ts";
import type { OpenedInstallation } from "./opened-installation.ts";
import { type Outcome, type PluginFailure, pluginFailure } from "./outcome.ts";
import type { CurrentChat } from "./reach-customer.ts";
import { readAnswer } from "./read-answer.ts";
import { signPlatformToken } from "./sign-platform-token.ts";

export type PluginCall = {
  readonly callId: string;
  readonly organizationId: string;
  readonly instanceId: string;
  readonly installation: CatalogInstallation;
  readonly opened: OpenedInstallation;
  readonly tool: ManifestTool;
  readonly input: unknown;
  readonly userId: string | null;
  readonly currentChat: CurrentChat | null;
  readonly traceparent: string;
};

export type PluginAnswer = {
  readonly outcome: Outcome;
  readonly httpStatus: number | null;
  readonly attempts: number;
  /** The answer's `Retry-After`, as it came. */
  readonly retryAfter?: string | null;
  /** For the record, beside a good end. */
  readonly note?: string;
};

const FAILURES: Readonly<Record<OutboundFailure["reason"], PluginFailure>> = {
  url_refused: "plugin_url_refused",
  connect_failed: "plugin_unreachable",
  timed_out: "plugin_timed_out",
  redirect_refused: "plugin_redirected",
  too_large: "plugin_answer_too_large",
};

const breaker: Breaker = createBreaker();

/** Calls the plugin's server. A second try is made only where repeating is safe: `GET`, or a tool that says it is idempotent. */
export async function callPlugin(ctx: Ctx, call: PluginCall): Promise<PluginAnswer> {
  const { signing } = call.opened;
  if (signing === null) {
    return { outcome: pluginFailure("plugin_secret_missing"), httpStatus: null, attempts: 0 };
  }
  const startedAt = ctx.clock.now();
  if (!breaker.permits(call.installation.id, startedAt)) {
    return { outcome: pluginFailure("plugin_unavailable"), httpStatus: null, attempts: 0 };
  }
  const request = buildRequest(ctx, call, signing, startedAt);
  const isRepeatable = request.method === "GET" || call.tool.idempotent === true;
  const timeoutMs = call.tool.timeoutMs ?? TOOL_TIMEOUT_DEFAULT_MS;
  let answer = await tryOnce(request, timeoutMs);
  let attempts = 1;
  if (answer.isTransient && isRepeatable) {
    const remainingMs = timeoutMs - (ctx.clock.now() - startedAt);
    if (remainingMs >= RETRY_MIN_REMAINING_MS) {
      answer = await tryOnce(request, remainingMs);
      attempts = 2;
    }
  }
  breaker.report(call.installation.id, !answer.isFault, ctx.clock.now());
  return { outcome: answer.outcome, httpStatus: answer.httpStatus, attempts, retryAfter: answer.retryAfter };
}

type Try = {
  readonly outcome: Outcome;
  readonly httpStatus: number | null;
  readonly retryAfter: string | null;
  /** The server's fault, counted by the breaker. */
  readonly isFault: boolean;
  /** Worth a second try where that is safe. */
  readonly isTransient: boolean;
};

async function tryOnce(request: Omit<OutboundRequest, "timeoutMs">, timeoutMs: number): Promise<Try> {
  const answer = await fetchOutside({ ...request, timeoutMs });
  if (!answer.ok) {
    const { reason } = answer.error;
    return {
      outcome: pluginFailure(FAILURES[reason]),
      httpStatus: null,
      retryAfter: null,
      isFault: reason === "connect_failed" || reason === "timed_out",
      isTransient: reason === "connect_failed",
    };
  }
  const { status, headers, body } = answer.value;
  return {
    outcome: readAnswer(status, body),
    httpStatus: status,
    retryAfter: status < 400 ? null : headers.get("retry-after"),
    isFault: status >= 500,
    isTransient: status === 502 || status === 503 || status === 504,
  };
}

function buildRequest(
  ctx: Ctx,
  call: PluginCall,
  signing: NonNullable<OpenedInstallation["signing"]>,
  now: number,
): Omit<OutboundRequest, "timeoutMs"> {
  const { installation, tool } = call;
  const { baseUrl } = installation.version.manifest;
  const method = tool.endpoint?.method ?? DEFAULT_TOOL_ENDPOINT.method;
  const url = baseUrl.replace(/\/$/, "") + (tool.endpoint?.path ?? DEFAULT_TOOL_ENDPOINT.path);
  const context = contextJson(call);
  const body =
    method === "GET"
      ? ""
      : `{"tool":${JSON.stringify(tool.name)},"input":${JSON.stringify(call.input)},"context":${context}}`;
  const token = signPlatformToken(
    signing,
    {
      iss: ctx.config.publicBaseUrl,
      aud: installation.slug,
      sub: installation.id,
      org: call.organizationId,
      instance: call.instanceId,
      tool: tool.name,
      jti: call.callId,
      body_sha256: createHash("sha256").update(body).digest("base64url"),
    },
    now,
  );
  const headers: Record<string, string> = {
    authorization: `Bearer ${token}`,
    accept: "application/json",
    "content-type": "application/json",
    "idempotency-key": call.callId,
    traceparent: call.traceparent,
  };
  const common = {
    maxResponseBytes: TOOL_CALL_MAX_BYTES,
    allowLoopbackHttp: ctx.config.allowInsecurePluginUrls,
  };
  if (method === "GET") {
    return {
      ...common,
      url: withQuery(url, call.input),
      method,
      headers: { ...headers, [CONTEXT_HEADER]: base64url(utf8(context)) },
    };
  }
  return { ...common, url, method, headers, body };
}

/** The seed's `context`, written by hand: the configuration is JSON already. */
function contextJson(call: PluginCall): string {
  const user = call.userId === null ? "" : `,"user":{"id":${JSON.stringify(call.userId)},"hashVersion":1}`;
  const chat = call.currentChat === null ? "" : `,"currentChat":${JSON.stringify(call.currentChat)}`;
  return `{"organizationId":"${call.organizationId}","instanceId":"${call.instanceId}"${user},"config":${call.opened.configJson},"callId":"${call.callId}"${chat}}`;
}

function withQuery(url: string, input: unknown): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries((input ?? {}) as Record<string, unknown>)) {
    query.set(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  const text = query.toString();
  return text === "" ? url : `${url}${url.includes("?") ? "&" : "?"}${text}`;
}

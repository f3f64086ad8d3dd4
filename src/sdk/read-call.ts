/** From the bytes of a verified request to the call that they describe. */

import type { PlatformTokenClaims } from "../contract/platform-token.ts";
import type { ToolCallContext } from "../contract/tool-call.ts";
import { CONTEXT_HEADER, TOOL_CALL_MAX_BYTES } from "../contract/tool-call-http.ts";
import { fromBase64 } from "../kernel/encoding.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { type Refusal, refusal } from "./refusal.ts";

type JsonObject = { readonly [property: string]: unknown };

/** `input` of a `GET` is still text, property by property: only the tool's schema says what it stands for. */
export type ReadCall = {
  readonly tool: string;
  readonly input: JsonObject;
  readonly context: ToolCallContext;
};

/** The whole body, or `too_large` as soon as it grows past the limit. Nothing beyond that is kept. */
export async function readBody(request: Request): Promise<Result<Uint8Array<ArrayBuffer>, Refusal>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
    length += part.value.length;
    if (length > TOOL_CALL_MAX_BYTES) {
      await reader?.cancel();
      return err(refusal("too_large", `A tool call has at most ${TOOL_CALL_MAX_BYTES} bytes.`));
    }
    chunks.push(part.value);
  }
  const body = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.length;
  }
  return ok(body);
}

/** The call in a `POST` body. */
export function readPostCall(body: Uint8Array): Result<ReadCall, Refusal> {
  const call = parseJson(body);
  if (!isObject(call)) {
    return err(refusal("invalid_request", "The body is not a JSON object in UTF-8."));
  }
  const { tool, input, context } = call;
  const problems = [
    typeof tool === "string" ? [] : ["/tool must be text"],
    isObject(input) ? [] : ["/input must be an object"],
    contextProblems(context),
  ].flat();
  return problems.length === 0
    ? ok({ tool, input, context } as ReadCall)
    : err(refusal("invalid_request", `The body is not a tool call: ${problems.join("; ")}.`));
}

/** The call in a `GET`: the tool is named by the token, the input is the query, the context is a header. */
export function readGetCall(request: Request, claims: PlatformTokenClaims): Result<ReadCall, Refusal> {
  const input = Object.fromEntries(new URL(request.url).searchParams);
  const context = parseJson(bytesOf(request.headers.get(CONTEXT_HEADER) ?? ""));
  const problems = contextProblems(context);
  return problems.length === 0
    ? ok({ tool: claims.tool, input, context: context as ToolCallContext })
    : err(refusal("invalid_request", `${CONTEXT_HEADER} is not a context: ${problems.join("; ")}.`));
}

const CONTEXT_TEXTS = ["organizationId", "instanceId", "callId"] as const;

/** What keeps a value from being a `ToolCallContext`. Fields that are not known yet are let through. */
function contextProblems(context: unknown): readonly string[] {
  if (!isObject(context)) {
    return ["/context must be an object"];
  }
  const problems = CONTEXT_TEXTS.filter((name) => typeof context[name] !== "string").map(
    (name) => `/context/${name} must be text`,
  );
  if (!isObject(context["config"])) {
    problems.push("/context/config must be an object");
  }
  const user = context["user"];
  if (user !== undefined && !(isObject(user) && typeof user["id"] === "string")) {
    problems.push("/context/user must be an object with an id");
  }
  return problems;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The JSON in the bytes; undefined, which no JSON is, when they are not UTF-8 or not JSON. */
function parseJson(bytes: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    return undefined;
  }
}

function bytesOf(base64url: string): Uint8Array | undefined {
  try {
    return fromBase64(base64url);
  } catch {
    return undefined;
  }
}

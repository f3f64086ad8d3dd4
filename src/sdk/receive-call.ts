/** From a request at a tool's path to a call that the tool may act on. */
import type { PlatformTokenClaims } from "../contract/platform-token.ts";
import type { ToolCallContext } from "../contract/tool-call.ts";
import type { CompiledSchema } from "../kernel/json-schema.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { CallBridge } from "./bridge.ts";
import type { PluginSecretSource } from "./plugin-secret.ts";
import { decodeQueryInput } from "./query-input.ts";
import { type ReadCall, readBody, readGetCall, readPostCall } from "./read-call.ts";
import { type Refusal, refusal, tokenRefusal } from "./refusal.ts";
import { isSignedBody, type VerifiedToken, verifyToken } from "./verify-call.ts";

/** A tool as the plugin runs it: its function, its compiled `inputSchema`, and where it is called. */
export type ServedTool = {
  readonly run: (input: unknown, context: ToolCallContext & { readonly bridge: CallBridge }) => unknown;
  readonly inputSchema: CompiledSchema;
  readonly method: string;
  readonly path: string;
};

export type Receiver = {
  /** The plugin's slug. */
  readonly slug: string;
  readonly secret: PluginSecretSource;
  readonly issuer: string | undefined;
  readonly tools: ReadonlyMap<string, ServedTool>;
};

export type ReceivedCall = {
  readonly tool: ServedTool;
  readonly input: unknown;
  readonly context: ToolCallContext;
  readonly claims: PlatformTokenClaims;
  readonly signedWith: VerifiedToken["secret"];
};

/**
 * Token, body, call, tool, input: the first that does not hold refuses the call. `path` is the one at which the
 * request arrived, `now` is epoch milliseconds.
 */
export async function receiveCall(
  request: Request,
  { slug, secret, issuer, tools }: Receiver,
  { path, now }: { readonly path: string; readonly now: number },
): Promise<Result<ReceivedCall, Refusal>> {
  const token = await verifyToken(request.headers.get("Authorization"), {
    secret,
    audience: slug,
    issuer,
    now,
  });
  if (!token.ok) {
    return token;
  }
  const { claims, secret: signedWith } = token.value;

  const body = await readBody(request);
  if (!body.ok) {
    return body;
  }
  if (!(await isSignedBody(body.value, claims))) {
    return err(tokenRefusal("altered_body"));
  }

  const call = request.method === "GET" ? readGetCall(request, claims) : readPostCall(body.value);
  if (!call.ok) {
    return call;
  }
  const { tool: name, context } = call.value;
  if (name !== claims.tool) {
    return err(tokenRefusal("wrong_tool"));
  }
  const isSameContext =
    context.organizationId === claims.org &&
    context.instanceId === claims.instance &&
    context.callId === claims.jti;
  if (!isSameContext) {
    return err(tokenRefusal("wrong_context"));
  }

  const tool = tools.get(name);
  if (tool === undefined || tool.method !== request.method || tool.path !== path) {
    return err(refusal("unknown_tool", `There is no tool ${JSON.stringify(name)} at this address.`));
  }
  const checked = checkInput(tool, call.value, request.method);
  return checked.ok ? ok({ ...checked.value, claims, signedWith }) : checked;
}

function checkInput(
  tool: ServedTool,
  { input: received, context }: ReadCall,
  method: string,
): Result<Pick<ReceivedCall, "tool" | "input" | "context">, Refusal> {
  const input = method === "GET" ? decodeQueryInput(received, tool.inputSchema) : received;
  const issues = tool.inputSchema.validate(input);
  if (issues.length === 0) {
    return ok({ tool, input, context });
  }
  const problems = issues.map(({ pointer, message }) => `${pointer || "it"} ${message}`);
  return err(refusal("invalid_input", `The input does not fit the tool: ${problems.join("; ")}.`));
}

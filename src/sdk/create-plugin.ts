/** A plugin as one fetch handler: the manifest, the platform's token, the tools. Web standards only. */
import type { Manifest as PluginManifest } from "../contract/manifest.ts";
import type { ToolCallContext, ToolCallErrorAnswer } from "../contract/tool-call.ts";
import { DEFAULT_TOOL_ENDPOINT } from "../contract/tool-call-http.ts";
import { type Clock, systemClock } from "../kernel/clock.ts";
import { compileSchema } from "../kernel/json-schema.ts";
import { bridgeOfCall, type CallBridge } from "./bridge.ts";
import type { ToolHandlers } from "./manifest.ts";
import { PluginError } from "./plugin-error.ts";
import type { PluginSecretSource } from "./plugin-secret.ts";
import { receiveCall, type ServedTool } from "./receive-call.ts";
import { type Refusal, refusal } from "./refusal.ts";

export type PluginOptions<Manifest extends PluginManifest> = {
  readonly manifest: Manifest;
  /** Undefined or empty until the plugin is installed: the manifest is served, calls are answered with 503. */
  readonly secret: PluginSecretSource;
  /** One function per tool of the manifest. */
  readonly tools: ToolHandlers<NoInfer<Manifest>>;
  /** The platform's origin. Without it any platform that knows the secret may call. */
  readonly issuer?: string;
  /** Hears of each call that did not reach its tool, with a reason that the caller is not told. */
  readonly onRefusal?: (refusal: Refusal, request: Request) => void;
  /** Hears what a tool threw when it was not a `PluginError`. The caller is told nothing of it. */
  readonly onError?: (error: unknown, request: Request) => void;
  readonly clock?: Clock;
};

export type Plugin<Manifest extends PluginManifest = PluginManifest> = {
  readonly manifest: Manifest;
  /** Answers any request and never rejects. It needs no `this`, so it can be handed on by itself. */
  readonly fetch: (request: Request) => Promise<Response>;
};

/**
 * Builds the plugin. Throws when a tool has no function, a function has no tool or a schema cannot be used: a plugin
 * that starts can answer.
 */
export function createPlugin<const Manifest extends PluginManifest>(
  options: PluginOptions<Manifest>,
): Plugin<Manifest> {
  const { manifest, secret, issuer, onRefusal, onError, clock = systemClock } = options;
  const tools = servedTools(manifest, options.tools);
  const receiver = { slug: manifest.slug, secret, issuer, tools };
  const manifestPath = pathOf(manifest.baseUrl, "/manifest.json");

  const refuse = (refused: Refusal, request: Request, headers: Record<string, string> = {}) => {
    unharmed(() => onRefusal?.(refused, request));
    return answerError(refused.status, refused.code, refused.message, headers);
  };

  const answer = async (request: Request): Promise<Response> => {
    const path = normalized(new URL(request.url).pathname);
    const methods = path === manifestPath ? ["GET"] : methodsAt(tools, path);
    if (methods.length === 0) {
      return refuse(refusal("not_found", "Nothing is served at this address."), request);
    }
    if (!methods.includes(request.method)) {
      const allowed = methods.join(", ");
      const refused = refusal("method_not_allowed", `This address takes ${allowed} only.`);
      return refuse(refused, request, { Allow: allowed });
    }
    if (path === manifestPath) {
      return Response.json(manifest, { headers: { "Cache-Control": "no-cache" } });
    }
    const received = await receiveCall(request, receiver, { path, now: clock.now() });
    if (!received.ok) {
      const challenge = received.error.status === 401 ? { "WWW-Authenticate": "Bearer" } : {};
      return refuse(received.error, request, challenge);
    }
    const { tool, input, context, claims, signedWith } = received.value;
    const bridge = bridgeOfCall({ claims, context, secret: signedWith, clock });
    return Response.json((await tool.run(input, withBridge(context, bridge))) ?? null);
  };

  return {
    manifest,
    fetch: async (request) => {
      try {
        return await answer(request);
      } catch (error) {
        if (error instanceof PluginError) {
          return answerError(error.status, error.code, error.message);
        }
        unharmed(() => onError?.(error, request));
        return answerError(500, "internal_error", "The plugin failed. Its own log says why.");
      }
    },
  };
}

/** The bridge is no part of what a plugin writes down of a context, so it is not among its enumerable fields. */
function withBridge(context: ToolCallContext, bridge: CallBridge): ToolCallContext & { bridge: CallBridge } {
  return Object.defineProperty(context as ToolCallContext & { bridge: CallBridge }, "bridge", {
    value: bridge,
  });
}

/** The manifest's tools by name, each with its function. */
function servedTools(
  { baseUrl, tools }: PluginManifest,
  functions: { readonly [name: string]: unknown },
): ReadonlyMap<string, ServedTool> {
  const served = new Map<string, ServedTool>();
  for (const { name, inputSchema, endpoint } of tools) {
    const run = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (typeof run !== "function") {
      throw new Error(`The manifest's tool "${name}" has no function in "tools".`);
    }
    const compiled = compileSchema(inputSchema);
    if (compiled.validate({}).some(({ code }) => code === "schema_unusable")) {
      throw new Error(
        `The inputSchema of tool "${name}" cannot be used. "kivuko validate" says what is wrong.`,
      );
    }
    served.set(name, {
      run: run as ServedTool["run"],
      inputSchema: compiled,
      method: endpoint?.method ?? DEFAULT_TOOL_ENDPOINT.method,
      path: pathOf(baseUrl, endpoint?.path ?? DEFAULT_TOOL_ENDPOINT.path),
    });
  }
  const strangers = Object.keys(functions).filter((name) => !served.has(name));
  if (strangers.length > 0) {
    throw new Error(`"tools" has functions that are no tools of the manifest: ${strangers.join(", ")}.`);
  }
  return served;
}

function methodsAt(tools: ReadonlyMap<string, ServedTool>, path: string): readonly string[] {
  const here = [...tools.values()].filter((tool) => tool.path === path);
  return [...new Set(here.map(({ method }) => method))];
}

/** The path at which the platform calls: the base URL and the path, one after the other. */
function pathOf(baseUrl: string, path: string): string {
  return normalized(new URL(`${baseUrl}${path}`).pathname);
}

/** A base URL that ends in `/` would otherwise make `//execute`, which is another path to some platforms. */
function normalized(path: string): string {
  return path.replaceAll(/\/{2,}/g, "/");
}

function answerError(status: number, code: string, message: string, headers: Record<string, string> = {}) {
  const answer: ToolCallErrorAnswer = { error: code, message };
  return Response.json(answer, { status, headers });
}

/** A hook only listens: what it throws must not change the answer. */
function unharmed(hook: () => void): void {
  try {
    hook();
  } catch {
    // The hook is the plugin's own log; there is nowhere else to say that it failed.
  }
}

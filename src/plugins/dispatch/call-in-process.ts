import type { Ctx } from "../../access/context.ts";
import { TOOL_TIMEOUT_DEFAULT_MS } from "../../contract/manifest.ts";
import type { FirstPartyPlugin } from "../in-process/index.ts";
import type { PluginAnswer, PluginCall } from "./call-plugin.ts";
import { pluginFailure } from "./outcome.ts";

/**
 * Runs a first-party tool under the same time limit as a plugin's server. What it throws is logged and becomes
 * the same dull sentence; its own failure texts, with their fallback suggestions, are results.
 */
export async function callInProcess(
  ctx: Ctx,
  plugin: FirstPartyPlugin,
  call: PluginCall,
): Promise<PluginAnswer> {
  const timeout = new AbortController();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const timedOut = new Promise<"timed_out">((resolve) => {
    timer = setTimeout(() => {
      timeout.abort();
      resolve("timed_out");
    }, call.tool.timeoutMs ?? TOOL_TIMEOUT_DEFAULT_MS);
  });
  try {
    const result = await Promise.race([
      plugin.executeTool(call.tool.name, JSON.stringify(call.input), {
        tenant: { organizationId: call.organizationId, instanceId: call.instanceId },
        settings: call.opened.config,
        roomId: null,
        senderId: ctx.actor.id,
        callId: call.callId,
        signal: timeout.signal,
        log: ctx.log,
      }),
      timedOut.then(() => null),
    ]);
    return {
      outcome: result === null ? pluginFailure("plugin_timed_out") : { status: "ok", result },
      httpStatus: null,
      attempts: 1,
    };
  } catch (error) {
    ctx.log.error("first_party_tool_failed", {
      plugin: plugin.id,
      tool: call.tool.name,
      callId: call.callId,
      error,
    });
    return { outcome: pluginFailure("plugin_failed"), httpStatus: null, attempts: 1 };
  } finally {
    clearTimeout(timer);
  }
}

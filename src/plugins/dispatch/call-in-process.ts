import type { OrgCtx } from "../../access/context.ts";
import { TOOL_TIMEOUT_DEFAULT_MS } from "../../contract/manifest.ts";
import { rememberPlatformContext } from "../capabilities/index.ts";
import { ApprovalRequired, type FirstPartyPlugin, PermissionRefused } from "../in-process/index.ts";
import type { PluginAnswer, PluginCall } from "./call-plugin.ts";
import { openPluginContext } from "./open-plugin-context.ts";
import { pluginFailure } from "./outcome.ts";
import { within } from "./within.ts";

/**
 * Runs a first-party tool under the same time limit as a plugin's server. What it throws is logged and becomes
 * the same dull sentence; its own failure texts, with their fallback suggestions, are results. A capability that it was
 * refused is noted in the record, also when the tool made do without.
 */
export async function callInProcess(
  ctx: OrgCtx,
  plugin: FirstPartyPlugin,
  call: PluginCall & { readonly customerPhone: string | null; readonly isApproved: boolean },
): Promise<PluginAnswer | "approval_required"> {
  let refused: PermissionRefused | null = null;
  const answer = (outcome: PluginAnswer["outcome"]): PluginAnswer => ({
    outcome,
    httpStatus: null,
    attempts: 1,
    ...(refused !== null && { note: refused.code }),
  });
  try {
    const ended = await within(call.tool.timeoutMs ?? TOOL_TIMEOUT_DEFAULT_MS, async (signal) => {
      const context = await openPluginContext(ctx, {
        plugin,
        installation: call.installation,
        tenant: call,
        actor: ctx.actor,
        callId: call.callId,
        customerPhone: call.customerPhone,
        isApproved: call.isApproved,
        signal,
        onRefused: (refusal) => {
          refused = refusal;
        },
      });
      rememberPlatformContext(context, ctx);
      return plugin.executeTool(call.tool.name, JSON.stringify(call.input), context);
    });
    return answer(ended.timedOut ? pluginFailure("plugin_timed_out") : { status: "ok", result: ended.value });
  } catch (error) {
    if (error instanceof ApprovalRequired) {
      return "approval_required";
    }
    ctx.log.error("first_party_tool_failed", {
      plugin: plugin.id,
      tool: call.tool.name,
      callId: call.callId,
      error,
    });
    return answer(
      error instanceof PermissionRefused
        ? { status: "error", error: { code: error.code, message: `${error.message}\n${NOT_PERMITTED}` } }
        : pluginFailure("plugin_failed"),
    );
  }
}

const NOT_PERMITTED =
  "Fallback suggestions: do not call it again now; tell the customer that you cannot do this here, and offer another way or a person.";

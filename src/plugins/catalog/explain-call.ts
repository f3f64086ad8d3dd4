import type { Ctx } from "../../access/context.ts";
import { decideGates, describeNeed, type GateDecision, needsApproval } from "../grants/index.ts";
import type { CatalogEntry, InstanceCatalog } from "./instance-catalog.ts";
import { requireInstance } from "./require-instance.ts";

/** The decision on a tool name: the catalog's own, or "no such tool" for a name that it does not hold. */
export function decideCall(
  catalog: InstanceCatalog,
  toolName: string,
): { entry: CatalogEntry | undefined; decision: GateDecision } {
  const entry = catalog.entries.get(toolName);
  return {
    entry,
    decision: entry?.decision ?? decideGates({ toolName, installation: null, grant: null, tool: null }),
  };
}

/** A call that waits is not refused, so the step is a note. */
function approvalStep(entry: CatalogEntry | undefined) {
  const tool = entry?.installation.version.tool(entry.toolName)?.definition;
  const grant = entry?.installation.grant;
  const need = tool && grant ? needsApproval({ tool, grant, isMultiUserChat: false }) : null;
  return need === null
    ? []
    : [{ gate: "approval" as const, passed: true, detail: `The call would wait: ${describeNeed(need)}` }];
}

/** Which gate would refuse this call, and what to do about it. Calls nothing, records nothing. */
export async function explainCall({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: { instanceId: string; toolName: string };
}) {
  const catalog = await requireInstance({ ctx, instanceId: input.instanceId });
  const { entry, decision } = decideCall(catalog, input.toolName);
  return decision.allowed
    ? { allowed: true, trace: [...decision.trace, ...approvalStep(entry)] }
    : {
        allowed: false,
        gate: decision.gate,
        code: decision.code,
        message: decision.message,
        hint: decision.hint,
        trace: [...decision.trace],
      };
}

import { eq } from "drizzle-orm";
import type { CtxBase } from "../../../access/context.ts";
import type { CallChat } from "../../../contract/approvals.ts";
import { approval } from "../../../db/schema/index.ts";
import { redactToText } from "../../../kernel/redact.ts";
import { forgetCatalogs, type InstanceCatalog, loadCatalog } from "../../catalog/index.ts";
import { type Dispatched, dispatchTool, startStageTimes } from "../../dispatch/index.ts";
import type { ApprovalRow } from "../describe-approval.ts";
import { SHOWN_MAX_BYTES } from "../limits.ts";
import { hashPayload, openPayload, type Payload } from "../payload.ts";
import { asApproval } from "./as-approval.ts";
import { moveApproval } from "./move-approval.ts";
import { tellChat } from "./tell-chat.ts";

/**
 * Makes the approved call, once: whoever moves the row to `executing` makes it. A row that is `executing` already is
 * taken over from whoever has left it. What can fail without harm comes before the claim. The gates are asked again,
 * from the database, since a grant may have gone meanwhile. Returns the row as it then is.
 */
export async function executeApproval(ctx: CtxBase, approved: ApprovalRow): Promise<ApprovalRow> {
  if (approved.payloadSealed === null) {
    return approved;
  }
  const payload = await openPayload(ctx, approved.id, approved.payloadSealed);
  forgetCatalogs(approved.organizationId);
  const { catalog } = await loadCatalog(ctx, approved.instanceId);
  const isUnchanged = catalog !== undefined && (await isStillTheSame(approved, catalog, payload));

  const actor = { kind: "approval", id: approved.id };
  const claimed = await moveApproval(ctx, approved, {
    from: approved.state,
    only: eq(approval.attempts, approved.attempts),
    to: { state: "executing", executingAt: ctx.clock.now(), attempts: approved.attempts + 1 },
    action: "approval.executing",
    actor,
  });
  if (!claimed.isMoved) {
    return claimed.row;
  }
  const outcome =
    catalog !== undefined && isUnchanged
      ? (await call(ctx, claimed.row, catalog, payload)).outcome
      : OUTDATED;

  const value = outcome.status === "ok" ? outcome.result : "error" in outcome ? outcome.error : null;
  const schema = catalog?.entries.get(approved.toolName)?.installation.version.tool(approved.tool)
    ?.definition.outputSchema;
  const ended = await moveApproval(ctx, approved, {
    from: "executing",
    only: eq(approval.attempts, claimed.row.attempts),
    to: {
      state: outcome.status === "ok" ? "executed" : "failed",
      payloadSealed: null,
      errorCode: "error" in outcome ? outcome.error.code : null,
      outcome: redactToText(value, {
        maxBytes: SHOWN_MAX_BYTES,
        ...(schema !== undefined && outcome.status === "ok" && { schema }),
      }),
      endedAt: ctx.clock.now(),
    },
    action: outcome.status === "ok" ? "approval.executed" : "approval.failed",
    actor,
  });
  if (ended.isMoved) {
    await tellChat(ctx, ended.row, JSON.stringify(value));
  }
  return ended.row;
}

/** The plugin was upgraded between asking and approving: what was approved is not what would be called. */
const OUTDATED = {
  status: "error",
  error: {
    code: "approval_outdated",
    message: "The tool has changed since the approval was asked for.",
  },
} as const;

/** Whether the stored call is the one that the hash was made of, with the version that is installed now. */
async function isStillTheSame(
  row: ApprovalRow,
  catalog: InstanceCatalog,
  { input }: Payload,
): Promise<boolean> {
  const installation = catalog.entries.get(row.toolName)?.installation;
  if (installation === undefined) {
    return true; // nothing to compare: the gates say that it is gone
  }
  const hash = await hashPayload({
    organizationId: catalog.organizationId,
    instanceId: catalog.instanceId,
    installationId: installation.id,
    pluginVersionId: installation.version.id,
    tool: row.tool,
    input,
  });
  return hash === row.payloadHash;
}

function call(
  ctx: CtxBase,
  row: ApprovalRow,
  catalog: InstanceCatalog,
  { input, phone }: Payload,
): Promise<Dispatched> {
  const chat: CallChat | null =
    row.chatObjectId === null ? null : { objectId: row.chatObjectId, isMultiUser: false };
  return dispatchTool({
    ctx: asApproval(ctx, row),
    input: {
      catalog,
      toolName: row.toolName,
      input,
      customerPhone: phone,
      traceparent: null,
      times: startStageTimes(),
      callId: row.callId,
      chat,
      isApproved: true,
    },
  });
}

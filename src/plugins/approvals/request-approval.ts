import { and, eq, gt, lte, or } from "drizzle-orm";
import type { OrgCtx } from "../../access/context.ts";
import { chatIdOf } from "../../channels/chat-name.ts";
import type { CallChat, Decider } from "../../contract/approvals.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { approval } from "../../db/schema/index.ts";
import { sha256 } from "../../kernel/crypto.ts";
import { newId } from "../../kernel/ids.ts";
import { redactToText } from "../../kernel/redact.ts";
import { findInstance, type InstanceRow, openApprovers } from "../../tenancy/instances/index.ts";
import type { CatalogEntry } from "../catalog/index.ts";
import type { ApprovalNeed } from "../grants/index.ts";
import { ask } from "./ask.ts";
import type { ApprovalRow } from "./describe-approval.ts";
import { SHOWN_MAX_BYTES, WAITING_AT_ONCE } from "./limits.ts";
import { hashPayload, sealPayload } from "./payload.ts";

const MINUTE_MS = 60_000;

type WaitingCall = {
  readonly callId: string;
  readonly instanceId: string;
  readonly entry: CatalogEntry;
  readonly need: ApprovalNeed;
  /** The input, checked against the tool's schema. */
  readonly payload: unknown;
  /** E.164. */
  readonly customerPhone: string | null;
  readonly chat: CallChat | null;
};

/** The part of a call's outcome that says that it waits, or that too many do. */
type Waiting = {
  readonly callId: string;
  readonly outcome:
    | {
        readonly status: "pending_approval";
        readonly approvalId: string;
        readonly decider: Decider;
        readonly expiresAt: string;
      }
    | {
        readonly status: "refused";
        readonly gate: "approval";
        readonly error: { readonly code: string; readonly message: string; readonly hint: string };
      };
};

/**
 * Keeps the call until somebody decides, and asks those who may. The same payload of the same chat (without a chat: of
 * the same caller for the same customer) waits once, and so does a call that is repeated under its id.
 */
export async function requestApproval(ctx: OrgCtx, call: WaitingCall): Promise<Waiting> {
  const row = await toRow(ctx, call);
  const isTheSame = or(
    eq(approval.callId, row.callId),
    and(
      eq(approval.scope, row.scope),
      eq(approval.payloadHash, row.payloadHash),
      eq(approval.state, "pending"),
    ),
  );
  const known = await ctx.db.select().from(approval).where(isTheSame).get();
  if (known === undefined && (await countWaiting(ctx, row)) >= WAITING_AT_ONCE) {
    return {
      callId: row.callId,
      outcome: {
        status: "refused",
        gate: "approval",
        error: {
          code: "approvals_too_many",
          message: `${WAITING_AT_ONCE} calls wait for an approval here already.`,
          hint: "Decide on those, or wait until their time is over.",
        },
      },
    };
  }
  // Twice, as the one that was there may have been decided between writing and reading.
  for (let attempt = 1; attempt <= 2; attempt++) {
    const added = await add(ctx, row);
    const kept = added ? row : await ctx.db.select().from(approval).where(isTheSame).get();
    if (added) {
      await ask(ctx, row, call.customerPhone);
    }
    if (kept !== undefined) {
      return {
        callId: kept.callId,
        outcome: {
          status: "pending_approval",
          approvalId: kept.id,
          decider: kept.decider,
          expiresAt: new Date(kept.expiresAt).toISOString(),
        },
      };
    }
  }
  throw new Error(`The approval of the call ${call.callId} could neither be added nor found.`);
}

async function countWaiting(ctx: OrgCtx, { scope, createdAt: now }: ApprovalRow): Promise<number> {
  return ctx.db.$count(
    approval,
    and(eq(approval.scope, scope), eq(approval.state, "pending"), gt(approval.expiresAt, now)),
  );
}

/** Adds the row unless the same call waits; one whose time is over waits no more. */
async function add(ctx: OrgCtx, row: ApprovalRow): Promise<boolean> {
  const { organizationId, instanceId, pluginSlug, tool, reason, payloadHash, createdAt: now } = row;
  const added = await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "approval.requested",
      subjectType: "approval",
      subjectId: row.id,
      detail: { instanceId, slug: pluginSlug, tool, reason, payloadHash },
    },
    [
      ctx.db
        .update(approval)
        .set({ state: "expired", payloadSealed: null, endedAt: now })
        .where(
          and(
            eq(approval.scope, row.scope),
            eq(approval.payloadHash, payloadHash),
            eq(approval.state, "pending"),
            lte(approval.expiresAt, now),
          ),
        ),
      ctx.db.insert(approval).values(row).onConflictDoNothing(),
    ],
  );
  return added > 0;
}

async function toRow(ctx: OrgCtx, call: WaitingCall): Promise<ApprovalRow> {
  const { installation, toolName, modelName } = call.entry;
  const { actor } = ctx;
  const { instanceId } = call;
  const instance = await findInstance({ ctx, id: instanceId });
  const id = newId("approval");
  const now = ctx.clock.now();
  // Without a chat there is no customer to ask.
  const decider = call.chat === null ? "staff" : call.need.decider;
  const schema = installation.version.tool(toolName)?.definition.inputSchema;
  const pluginVersionId = installation.version.id;
  const { organizationId } = actor;
  return {
    id,
    organizationId,
    instanceId,
    installationId: installation.id,
    pluginVersionId,
    pluginSlug: installation.slug,
    tool: toolName,
    toolName: modelName,
    callId: call.callId,
    chatId: call.chat === null ? null : actor.id,
    chatObjectId: call.chat?.objectId ?? null,
    scope: call.chat?.objectId ?? (await sha256(`${actor.kind}:${actor.id}:${call.customerPhone ?? ""}`)),
    payloadSealed: await sealPayload(ctx, id, { input: call.payload, phone: call.customerPhone }),
    payloadHash: await hashPayload({
      organizationId,
      instanceId,
      installationId: installation.id,
      pluginVersionId,
      tool: toolName,
      input: call.payload,
    }),
    payloadText: redactToText(call.payload, {
      maxBytes: SHOWN_MAX_BYTES,
      ...(schema !== undefined && { schema }),
    }),
    reason: call.need.reason,
    decider,
    askedIn:
      decider === "customer" && call.chat !== null
        ? [{ chatObjectId: call.chat.objectId, name: null }]
        : await approverChats(ctx, instance),
    state: "pending",
    requestedByKind: actor.kind,
    requestedById: actor.id,
    decidedByKind: null,
    decidedById: null,
    decidedVia: null,
    rejectReason: null,
    attempts: 0,
    errorCode: null,
    outcome: null,
    createdAt: now,
    expiresAt: now + instance.approvalMinutes * MINUTE_MS,
    decidedAt: null,
    executingAt: null,
    endedAt: null,
    toldAt: null,
  };
}

/** The named approvers' own conversations with this number. */
async function approverChats(ctx: OrgCtx, instance: InstanceRow): Promise<ApprovalRow["askedIn"]> {
  const approvers = await openApprovers(ctx, instance);
  return Promise.all(
    approvers.map(async ({ name, phoneNumber }) => ({
      chatObjectId: (await chatIdOf(ctx.chats, instance.id, phoneNumber)).toString(),
      name,
    })),
  );
}

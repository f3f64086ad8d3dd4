/** What goes out to those who are asked on WhatsApp. It may fail: an approval can always be decided over the API. */
import type { CtxBase } from "../../access/context.ts";
import { chatOf } from "../../channels/chat-name.ts";
import { buttonId, VERDICTS, type Verdict } from "../../contract/approvals.ts";
import type { OutgoingMessage } from "../../contract/channel.ts";
import { findInstance, openApprovers } from "../../tenancy/instances/index.ts";
import { type ApprovalRow, askApproverText, askCustomerText } from "./describe-approval.ts";

const TITLES = {
  staff: { approve: "Approve", reject: "Reject" },
  customer: { approve: "Yes, do it", reject: "No" },
} as const satisfies Record<ApprovalRow["decider"], Record<Verdict, string>>;

/** Asks the customer whose request it is, or else each named approver, each once. `customerPhone` in E.164. */
export async function ask(ctx: CtxBase, row: ApprovalRow, customerPhone: string | null): Promise<void> {
  const isForCustomer = row.decider === "customer";
  const message: OutgoingMessage = {
    type: "buttons",
    text: isForCustomer ? askCustomerText(row) : askApproverText(row),
    buttons: VERDICTS.map((verdict) => ({
      id: buttonId(verdict, row.id),
      title: TITLES[row.decider][verdict],
    })),
  };
  const phones = isForCustomer ? [customerPhone] : await approverPhones(ctx, row);
  await sendToAll(ctx, row, { phones, message, dedupeKey: `approval:${row.id}` });
}

/** Tells the named approvers that a person has to look. */
export async function alertApprovers(ctx: CtxBase, row: ApprovalRow, text: string): Promise<void> {
  const phones = await approverPhones(ctx, row);
  await sendToAll(ctx, row, {
    phones,
    message: { type: "text", text },
    dedupeKey: `approval:${row.id}:alert`,
  });
}

type Mailing = {
  /** E.164. */
  readonly phones: readonly (string | null)[];
  readonly message: OutgoingMessage;
  readonly dedupeKey: string;
};

async function sendToAll(ctx: CtxBase, row: ApprovalRow, mailing: Mailing): Promise<void> {
  const { id, organizationId, instanceId } = row;
  const sent = mailing.phones
    .filter((phone) => phone !== null)
    .map(async (phone) => {
      const chat = await chatOf(ctx.chats, instanceId, phone);
      await chat.send({
        address: { organizationId, instanceId, phone },
        message: mailing.message,
        by: { kind: "approval", id },
        dedupeKey: mailing.dedupeKey,
        policy: { kind: "transactional" },
      });
    });
  for (const outcome of await Promise.allSettled(sent)) {
    if (outcome.status === "rejected") {
      ctx.log.error("approval_not_asked", { approvalId: id, error: outcome.reason });
    }
  }
}

async function approverPhones(ctx: CtxBase, row: ApprovalRow): Promise<string[]> {
  const { organizationId, instanceId } = row;
  const actor = { kind: "approval", id: row.id, organizationId, instanceId } as const;
  const instance = await findInstance({ ctx: { db: ctx.db, actor }, id: instanceId });
  return (await openApprovers(ctx, instance)).map(({ phoneNumber }) => phoneNumber);
}

import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { RECEIPT_SOURCE } from "../../contract/receipt-words.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { payment, receipt } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { openPayerPhone } from "../payments/index.ts";
import { describeReceipt } from "./describe-receipt.ts";
import { presentReceipt } from "./present.ts";
import { fileNameOf, findReceipt, type ReceiptRow, readContent } from "./receipt-row.ts";
import type { Receipt } from "./schemas.ts";

/**
 * Sends a receipt to its payer for the first time: one document message, its words as the caption. Can be repeated:
 * the chat sends what has this receipt's key once. For the platform's own work.
 */
export async function sendReceiptOnce({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<void> {
  const row = await ctx.db.select().from(receipt).where(eq(receipt.id, id)).get();
  if (row !== undefined && row.sends <= 1) {
    await send(ctx, row, 1);
  }
}

/**
 * Sends a receipt again, because a person wants it: each asking is one more message. Throws `receipt_not_found`, and
 * `receipt_sending` when somebody else has just asked the same.
 */
export async function resendReceipt({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<Receipt> {
  const organizationId = requirePermission(ctx, "receipts:send");
  const row = await findReceipt(ctx, organizationId, id);
  const claimed = await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now: ctx.clock.now(),
      action: "receipt.resent",
      subjectType: "receipt",
      subjectId: id,
    },
    [
      ctx.db
        .update(receipt)
        .set({ sends: row.sends + 1 })
        .where(and(eq(receipt.id, id), eq(receipt.sends, row.sends))),
    ],
  );
  if (claimed === 0) {
    throw new AppError("conflict", "receipt_sending", "Somebody has just sent this receipt.", {
      hint: "Look at it again: GET /v1/receipts/{id}.",
    });
  }
  await send(ctx, row, row.sends + 1);
  return presentReceipt(await findReceipt(ctx, organizationId, id));
}

async function send(ctx: Ctx, row: ReceiptRow, count: number): Promise<void> {
  const { organizationId } = row;
  const of = await ctx.db
    .select({
      id: payment.id,
      instanceId: payment.instanceId,
      payerPhoneSealed: payment.payerPhoneSealed,
      objectId: payment.chatObjectId,
    })
    .from(payment)
    .where(eq(payment.id, row.paymentId))
    .get();
  if (of === undefined) {
    throw new Error(`The payment ${row.paymentId} is gone.`);
  }
  const phone = await openPayerPhone(ctx, of);
  const chat = ctx.chats.get(ctx.chats.idFromString(of.objectId));
  const { line } = await chat.send({
    address: { organizationId, instanceId: of.instanceId, phone },
    message: {
      type: "document",
      text: describeReceipt(readContent(row)),
      document: {
        source: `${RECEIPT_SOURCE}:${row.id}`,
        fileName: fileNameOf(row),
        contentType: "application/pdf",
      },
    },
    by: { kind: ctx.actor.kind, id: ctx.actor.id },
    dedupeKey: `${RECEIPT_SOURCE}:${row.id}:${count}`,
    policy: { kind: "transactional" },
  });
  await ctx.db
    .update(receipt)
    .set({ sends: count, sendState: line.state, sendError: line.errorCode, sentAt: ctx.clock.now() })
    .where(eq(receipt.id, row.id));
}

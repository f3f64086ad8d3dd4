import type { Ctx, CtxBase } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { isSignedPath, signPath } from "../../kernel/signed-path.ts";
import { LINK_LIFETIME_MS } from "./limits.ts";
import { type OpenedReceipt, openReceipt, receiptPath } from "./open-receipt.ts";
import { findReceipt } from "./receipt-row.ts";

const FILE = /^\/receipts\/([\w]{1,60})\.pdf$/;

/** A receipt's file for whoever has its link. Throws `link_invalid` for one that we did not sign or that has ended. */
export async function readSharedReceipt({
  ctx,
  input: { path, query },
}: {
  ctx: CtxBase;
  input: { path: string; query: URLSearchParams };
}): Promise<OpenedReceipt> {
  const id = FILE.exec(path)?.[1];
  if (id === undefined || !(await isSignedPath(ctx.config.authSecret, path, query, ctx.clock.now()))) {
    throw new AppError("forbidden", "link_invalid", "This link is not valid, or it has ended.", {
      hint: "Ask the business to send the receipt again.",
    });
  }
  const opened = await openReceipt({ ctx, input: { id, organizationId: null } });
  if (opened === null) {
    throw notFound("receipt", id);
  }
  return opened;
}

/** A link to the receipt's file that works for a week without signing in. Throws `receipt_not_found`. */
export async function shareReceipt({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<{ url: string; expiresAt: string }> {
  const organizationId = requirePermission(ctx, "payments:read");
  await findReceipt(ctx, organizationId, id);
  const expiresAt = ctx.clock.now() + LINK_LIFETIME_MS;
  const { publicBaseUrl, authSecret } = ctx.config;
  return {
    url: publicBaseUrl + (await signPath(authSecret, receiptPath(id), expiresAt)),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}

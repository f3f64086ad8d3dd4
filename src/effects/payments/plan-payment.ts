import type { Ctx } from "../../access/context.ts";
import { requireEffect } from "../../access/require-effect.ts";
import type { PaymentTerms } from "../../contract/payments.ts";
import type { BridgePermission } from "../../contract/permissions.ts";
import { utf8 } from "../../kernel/encoding.ts";
import { AppError, type Issue } from "../../kernel/errors.ts";
import type { ResolvedRecipient } from "../recipients.ts";
import { chooseAccount, type OpenedAccount } from "./accounts.ts";
import { ORDER_DETAILS_MAX_BYTES } from "./limits.ts";
import type { PaymentProvider } from "./provider.ts";
import { providerOf } from "./providers.ts";

/** What is asked of whom. `orderDetails` is JSON text and travels on to the byte. */
export type PaymentRequest = PaymentTerms & {
  readonly instanceId: string;
  readonly recipient: ResolvedRecipient;
  readonly orderDetails: string | null;
};

/** A request that is known to be good, and what asking takes. */
export type PaymentPlan = {
  readonly organizationId: string;
  readonly request: PaymentRequest;
  readonly account: OpenedAccount;
  readonly provider: PaymentProvider;
};

/**
 * Whether the payment may be asked for, with every limit of the provider that would refuse it later. Reads, and
 * changes nothing. People and agents ask by calling a tool, so they need what calling one needs. Throws
 * `payment_invalid` (422) with every problem, and `payment_account_missing`.
 */
export async function planPayment({ ctx, input }: { ctx: Ctx; input: PaymentRequest }): Promise<PaymentPlan> {
  const organizationId = requireEffect(ctx, {
    control: "tools:call",
    bridge: `plugin:payments:initiate:${input.recipient.scope}` satisfies BridgePermission,
  });
  return planPaymentFor(ctx, organizationId, input);
}

/** The same for verbs of other features that have checked a permission of their own. */
export async function planPaymentFor(
  ctx: Ctx,
  organizationId: string,
  input: PaymentRequest,
): Promise<PaymentPlan> {
  const account = await chooseAccount(ctx, organizationId, input.provider);
  const provider = await providerOf(ctx, organizationId, account.provider);
  const issues = findIssues(input, provider);
  if (issues.length > 0) {
    throw new AppError("invalid", "payment_invalid", `The payment is not possible: ${issues[0]?.message}`, {
      gate: "policy",
      issues,
    });
  }
  return { organizationId, request: input, account, provider };
}

function findIssues(request: PaymentRequest, provider: PaymentProvider): readonly Issue[] {
  const { amount, currency, items, orderDetails, description } = request;
  const { phone: payerPhone } = request.recipient;
  const issues: Issue[] = [...provider.check({ amount, currency, payerPhone, description })];
  if (!provider.currencies.includes(currency) && !issues.some(({ pointer }) => pointer === "/currency")) {
    issues.push({
      pointer: "/currency",
      code: "currency_not_supported",
      message: `The provider ${provider.name} takes ${provider.currencies.join(", ")}.`,
    });
  }
  const total = items?.reduce((sum, item) => sum + item.quantity * item.unitAmount, 0);
  if (total !== undefined && total !== amount) {
    issues.push({
      pointer: "/items",
      code: "items_differ",
      message: `The items add up to ${total}, and the amount is ${amount}.`,
    });
  }
  if (orderDetails !== null && utf8(orderDetails).length > ORDER_DETAILS_MAX_BYTES) {
    issues.push({
      pointer: "/orderDetails",
      code: "too_large",
      message: `The details have more than ${ORDER_DETAILS_MAX_BYTES} bytes.`,
    });
  }
  return issues;
}

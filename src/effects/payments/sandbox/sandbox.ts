import { desc, eq } from "drizzle-orm";
import type { Ctx } from "../../../access/context.ts";
import { sandboxCharge } from "../../../db/schema/index.ts";
import { fromUtf8 } from "../../../kernel/encoding.ts";
import { newId } from "../../../kernel/ids.ts";
import { err, ok } from "../../../kernel/result.ts";
import type { AskOutcome, PaymentProvider, QueryOutcome } from "../provider.ts";
import { parseObject } from "../read-json.ts";
import { SEALED } from "../sealed.ts";
import { SandboxCallback, type SandboxChargeRow, tellNews } from "./sandbox-callback.ts";
import { callbacksOf, newsAt, scenarioOf } from "./scenarios.ts";

const PROMPT_LIFETIME_MS = 90_000; // M-Pesa's
/** Those with two digits after the point, so that the table of amounts reads the same in each. */
const CURRENCIES = ["KES", "TZS", "NGN", "GHS", "ZAR", "ETB", "ZMW", "EGP", "USD", "EUR", "GBP"];

type SandboxCtx = Pick<Ctx, "db" | "keyRing" | "work" | "log">;
type Asked = Pick<SandboxChargeRow, "kind" | "subjectId" | "amount" | "currency" | "reference"> & {
  readonly callbackUrl: string;
  readonly now: number;
};

/** A provider without money: it keeps its own books, and the amount decides what happens (docs/payments.md). */
export function createSandbox(ctx: SandboxCtx, organizationId: string): PaymentProvider {
  return {
    name: "sandbox",
    currencies: CURRENCIES,
    promptLifetimeMs: PROMPT_LIFETIME_MS,
    asksBy: "prompt",
    check: () => [],
    ask: ({ paymentId, amount, currency, reference, callbackUrl, now }) =>
      ask(ctx, organizationId, {
        kind: "payment",
        subjectId: paymentId,
        amount,
        currency,
        reference,
        callbackUrl,
        now,
      }),
    query: ({ paymentId, now }) => query(ctx, paymentId, now),
    refund: ({ refundId, amount, currency, callbackUrl, now }) =>
      ask(ctx, organizationId, {
        kind: "refund",
        subjectId: refundId,
        amount,
        currency,
        reference: null,
        callbackUrl,
        now,
      }),
    queryRefund: ({ refundId, now }) => query(ctx, refundId, now),
    readCallback: async ({ body }) => {
      const read = SandboxCallback.safeParse(parseObject(fromUtf8(body)));
      if (!read.success) {
        return err("malformed");
      }
      const { subject, id, reference, ...news } = read.data;
      return ok({
        subject,
        reference,
        news: { ...news, providerId: id, providerCode: news.failure ?? news.outcome },
      });
    },
  };
}

async function ask(ctx: SandboxCtx, organizationId: string, asked: Asked): Promise<AskOutcome> {
  const scenario = scenarioOf(asked.kind, asked.amount);
  if (scenario.answer === "refused") {
    return { state: "refused", failure: "declined", providerCode: "declined" };
  }
  if (scenario.answer === "unreached") {
    return { state: "unknown", providerCode: "connection_lost" };
  }
  const id = newId("sandboxCharge");
  const first = callbacksOf(scenario)[0];
  const { callbackUrl, now, ...row } = asked;
  await ctx.db.insert(sandboxCharge).values({
    ...row,
    id,
    organizationId,
    callbackUrlSealed: await ctx.keyRing.seal(callbackUrl, SEALED.sandboxCallback(id)),
    callbackAt: first === undefined ? null : now + first.afterMs,
    createdAt: now,
  });
  if (first !== undefined) {
    const message = { type: "sandbox.callback", organizationId, id } as const;
    await ctx.work.send(message, { delaySeconds: first.afterMs / 1_000 });
  }
  return scenario.answer === "lost"
    ? { state: "unknown", providerCode: "connection_lost" }
    : { state: "pending", providerId: id, checkoutUrl: null };
}

async function query({ db }: SandboxCtx, subjectId: string, now: number): Promise<QueryOutcome> {
  const charge = await db
    .select()
    .from(sandboxCharge)
    .where(eq(sandboxCharge.subjectId, subjectId))
    .orderBy(desc(sandboxCharge.id))
    .get();
  if (charge === undefined) {
    return { state: "unheard_of" };
  }
  const said = newsAt(scenarioOf(charge.kind, charge.amount), now - charge.createdAt);
  return said === null ? { state: "pending" } : { state: "settled", news: tellNews(charge, said) };
}

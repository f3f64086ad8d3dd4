/** Payments in tests: a plugin that asks, a clock that stands still, and the `work` queue in the test's own hands. */
import { env } from "cloudflare:workers";
import { desc, eq } from "drizzle-orm";
import type { PluginActor } from "../../../src/access/actor.ts";
import { type Ctx, type CtxBase, withActor } from "../../../src/access/context.ts";
import { chatIdOf } from "../../../src/channels/chat-name.ts";
import type { WorkMessage } from "../../../src/contract/work.ts";
import { payment, paymentEvent, refund, sandboxCharge } from "../../../src/db/schema/index.ts";
import { findDueWork } from "../../../src/effects/payments/find-due-work.ts";
import type { FollowUps } from "../../../src/effects/payments/follow-up.ts";
import { initiatePayment } from "../../../src/effects/payments/initiate-payment.ts";
import type { PaymentRow, RefundRow } from "../../../src/effects/payments/payment-row.ts";
import { paymentWork } from "../../../src/effects/payments/payments.consumer.ts";
import { type PaymentRequest, planPayment } from "../../../src/effects/payments/plan-payment.ts";
import { planRefund, requestRefund } from "../../../src/effects/payments/request-refund.ts";
import { testBase } from "./base.ts";
import { newPhone } from "./chats.ts";
import type { Desk } from "./desk.ts";
import { testDb } from "./organization.ts";

export const EVERYTHING = [
  "plugin:payments:initiate:external_recipient",
  "plugin:payments:refund:execute:own",
  "plugin:payments:status:own",
];

type Asked = Partial<PaymentRequest> & { readonly phone?: string; readonly key?: string };

/** A desk whose plugin takes money through the sandbox. */
export class Till {
  /** Epoch ms; moves only by hand. */
  now = Date.parse("2026-11-20T09:00:00Z");
  readonly desk: Desk;
  readonly sent: { message: WorkMessage; at: number }[] = [];
  followUps: FollowUps = { payment: [], refund: [] };

  constructor(desk: Desk) {
    this.desk = desk;
  }

  /** The context of whoever asks, with some of it replaced. */
  base(replaced: Partial<CtxBase> = {}): CtxBase {
    const send = async (message: WorkMessage, options?: { delaySeconds?: number }) => {
      this.sent.push({ message, at: this.now + (options?.delaySeconds ?? 0) * 1_000 });
    };
    const work = {
      send,
      sendBatch: async (batch: { body: WorkMessage; delaySeconds?: number }[]) => {
        await Promise.all(batch.map(({ body, ...options }) => send(body, options)));
      },
    } as unknown as CtxBase["work"];
    return testBase({ clock: { now: () => this.now }, work, ...replaced });
  }

  plugin(permissions: readonly string[] = EVERYTHING, replaced: Partial<CtxBase> = {}): Ctx<PluginActor> {
    const { desk } = this;
    return withActor(this.base(replaced), {
      kind: "plugin",
      id: desk.installation.id,
      organizationId: desk.organization.id,
      instanceId: desk.supportId,
      slug: "SUPPORT_DESK",
      permissions: new Set(permissions),
    });
  }

  platform(): Ctx {
    return withActor(this.base(), { kind: "platform", id: "test", organizationId: null });
  }

  /** Asks for money: KES 1,250.00 of a new customer under a new key unless told. */
  async pay(
    { phone = newPhone(), key, ...request }: Asked = {},
    ctx: Ctx = this.plugin(),
  ): Promise<PaymentRow> {
    const { supportId } = this.desk;
    const chatObjectId = (await chatIdOf(env.CHATS, supportId, phone)).toString();
    const plan = await planPayment({
      ctx,
      input: {
        instanceId: supportId,
        recipient: { scope: "external_recipient", phone, chatObjectId, callId: null },
        amount: 125_000,
        currency: "KES",
        orderReference: "GAS-1041",
        description: "13 kg gas refill",
        orderDetails: null,
        ...request,
      },
    });
    return initiatePayment({ ctx, input: { plan, idempotencyKey: key ?? crypto.randomUUID() } });
  }

  /** A payment that has been paid. */
  async paid(request: Asked = {}): Promise<PaymentRow> {
    const { id } = await this.pay(request);
    await this.work();
    return this.row(id);
  }

  async refund(
    request: { paymentId: string; amount?: number; key?: string },
    ctx: Ctx = this.plugin(),
  ): Promise<RefundRow> {
    const { key = crypto.randomUUID(), ...input } = request;
    const plan = await planRefund({ ctx, input: { reason: "Wrong cylinder", ...input } });
    return requestRefund({ ctx, input: { plan, idempotencyKey: key } });
  }

  /** Does the work that is due by the clock, and what comes of it. */
  async work(): Promise<void> {
    for (;;) {
      const index = this.sent.findIndex(({ at }) => at <= this.now);
      const [due] = index === -1 ? [] : this.sent.splice(index, 1);
      if (due === undefined) {
        return;
      }
      await this.do(due.message);
    }
  }

  /** What the consumer does with a message. */
  async do({ type, organizationId, id }: WorkMessage): Promise<void> {
    await paymentWork(this.followUps)[type as keyof ReturnType<typeof paymentWork>]({
      ctx: this.platform(),
      input: { organizationId, id },
    });
  }

  /** Moves the clock on, as a tick and its queue would see it. */
  async passes(ms: number): Promise<void> {
    this.now += ms;
    await findDueWork({ ctx: this.platform() });
    await this.work();
  }

  async row(id: string): Promise<PaymentRow> {
    const [row] = await testDb().select().from(payment).where(eq(payment.id, id));
    if (row === undefined) {
      throw new Error("There is no such payment.");
    }
    return row;
  }

  async refundRow(id: string): Promise<RefundRow> {
    const [row] = await testDb().select().from(refund).where(eq(refund.id, id));
    if (row === undefined) {
      throw new Error("There is no such refund.");
    }
    return row;
  }

  /** What the provider was really asked for, newest first. */
  charges(subjectId: string) {
    return testDb()
      .select()
      .from(sandboxCharge)
      .where(eq(sandboxCharge.subjectId, subjectId))
      .orderBy(desc(sandboxCharge.id));
  }

  events(paymentId: string) {
    return testDb()
      .select()
      .from(paymentEvent)
      .where(eq(paymentEvent.paymentId, paymentId))
      .orderBy(paymentEvent.id);
  }
}

/** A shop in tests: a plugin whose catalogue is imported, its customers' orders, and a clock that stands still. */
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { chatIdOf } from "../../../src/channels/chat-name.ts";
import type { Order } from "../../../src/contract/commerce.ts";
import { customerOrder } from "../../../src/db/schema/index.ts";
import { checkOutOrder, planCheckout } from "../../../src/effects/commerce/check-out-order.ts";
import { orderPayment, orderRefund } from "../../../src/effects/commerce/follow-ups.ts";
import { moveOrder, planMove } from "../../../src/effects/commerce/move-order.ts";
import type { OrderRow } from "../../../src/effects/commerce/order-row.ts";
import { placeOrder } from "../../../src/effects/commerce/place-order.ts";
import { type OrderRequest, planOrder } from "../../../src/effects/commerce/plan-order.ts";
import { syncCatalog } from "../../../src/effects/commerce/sync-catalog.ts";
import { newPhone } from "./chats.ts";
import type { Desk } from "./desk.ts";
import { testDb } from "./organization.ts";
import { EVERYTHING, Till } from "./payments.ts";

export const SHOPPING = [
  ...EVERYTHING,
  "plugin:ecommerce:catalog:sync",
  "plugin:ecommerce:orders:create:external_recipient",
  "plugin:ecommerce:orders:read:own",
  "plugin:ecommerce:orders:update:own",
  "plugin:ecommerce:checkout:initiate",
  "plugin:ecommerce:after_sales:create:own",
] as const;

export const GAS = { sku: "GAS-13", name: "13 kg gas refill", unitAmount: 125_000, currency: "KES" };
export const HOSE = { sku: "HOSE-2", name: "Hose, 2 m", unitAmount: 45_000, currency: "KES", stock: 100_000 };

type Ordered = Partial<OrderRequest> & { readonly phone?: string; readonly key?: string };

export class Shop extends Till {
  constructor(desk: Desk) {
    super(desk);
    this.followUps = { payment: [orderPayment], refund: [orderRefund] };
  }

  keeper() {
    return this.plugin(SHOPPING);
  }

  /** Offers these items and has them imported. */
  async stockUp(items: Parameters<typeof syncCatalog>[0]["input"]["items"] = [GAS, HOSE]): Promise<void> {
    await syncCatalog({ ctx: this.keeper(), input: { items } });
    await this.desk.control("POST", "/v1/catalog/imports", { installationId: this.desk.installation.id });
  }

  /** One gas refill for a new customer under a new key unless told. */
  async order({
    phone = newPhone(),
    key = crypto.randomUUID(),
    ...request
  }: Ordered = {}): Promise<OrderRow> {
    const { supportId } = this.desk;
    const ctx = this.keeper();
    const chatObjectId = (await chatIdOf(env.CHATS, supportId, phone)).toString();
    const plan = await planOrder({
      ctx,
      input: {
        instanceId: supportId,
        recipient: { scope: "external_recipient", phone, chatObjectId, callId: null },
        items: [{ sku: GAS.sku, quantity: 1 }],
        orderDetails: null,
        idempotencyKey: key,
        ...request,
      },
    });
    return placeOrder({ ctx, input: { plan, idempotencyKey: key } });
  }

  async checkOut(id: string, key: string = crypto.randomUUID()) {
    const ctx = this.keeper();
    const plan = await planCheckout({ ctx, input: { id, idempotencyKey: key } });
    return checkOutOrder({ ctx, input: { plan, idempotencyKey: key } });
  }

  async move(id: string, state: Order["state"], key: string = crypto.randomUUID()): Promise<OrderRow> {
    const ctx = this.keeper();
    const plan = await planMove({ ctx, input: { id, state, idempotencyKey: key } });
    return moveOrder({ ctx, input: { plan, idempotencyKey: key } });
  }

  /** An order that has been paid. */
  async sold(request: Ordered = {}): Promise<OrderRow> {
    const { id } = await this.order(request);
    await this.checkOut(id);
    await this.work();
    return this.orderRow(id);
  }

  async orderRow(id: string): Promise<OrderRow> {
    const [row] = await testDb().select().from(customerOrder).where(eq(customerOrder.id, id));
    if (row === undefined) {
      throw new Error("There is no such order.");
    }
    return row;
  }
}

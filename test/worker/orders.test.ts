/** An order is numbered once, priced by the catalogue, paid once, and moved along its states and no others. */
import { and, eq } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ORDER_STATES } from "../../src/contract/commerce.ts";
import {
  catalogItem,
  customerOrder,
  event,
  numberSeries,
  orderChange,
  orderCheckout,
  payment,
  paymentEvent,
  sandboxCharge,
} from "../../src/db/schema/index.ts";
import { keepOrders } from "../../src/effects/commerce/commerce.job.ts";
import { movesFrom } from "../../src/effects/commerce/moves.ts";
import { syncCatalog } from "../../src/effects/commerce/sync-catalog.ts";
import type { AppError } from "../../src/kernel/errors.ts";
import { newPhone } from "./support/chats.ts";
import { createDesk, type Desk } from "./support/desk.ts";
import { testDb } from "./support/organization.ts";
import { GAS, HOSE, Shop } from "./support/shop.ts";

const HOUR_MS = 60 * 60_000;
/** The sandbox settles a payment by its last two whole digits: docs/payments.md. */
const ITEMS = [
  GAS,
  HOSE,
  { ...GAS, sku: "CANCELLED", unitAmount: 120_100 },
  { ...GAS, sku: "DOUBLED", unitAmount: 121_100 },
  { ...GAS, sku: "LATE", unitAmount: 121_600 },
  { ...GAS, sku: "NEVER", unitAmount: 121_700 },
];

let desk: Desk;
let shop: Shop;
beforeAll(async () => {
  desk = await createDesk();
  await new Shop(desk).stockUp(ITEMS);
});
beforeEach(() => {
  shop = new Shop(desk);
});

async function refusal(work: Promise<unknown>): Promise<AppError> {
  return work.then(
    () => {
      throw new Error("It was not refused.");
    },
    (error: AppError) => error,
  );
}

const codesOf = (error: AppError) => error.issues.map(({ pointer, code }) => `${pointer} ${code}`);
const one = (sku: string) => ({ items: [{ sku, quantity: 1 }] });
const changesOf = async (orderId: string) =>
  (
    await testDb().select().from(orderChange).where(eq(orderChange.orderId, orderId)).orderBy(orderChange.id)
  ).map(({ stateAfter }) => stateAfter);
const eventsOf = async (orderId: string) =>
  (await testDb().select().from(event).where(eq(event.subjectId, orderId)).orderBy(event.id)).map(
    ({ type }) => type,
  );
const paymentsOf = ({ number }: { number: string }) =>
  testDb()
    .select()
    .from(payment)
    .where(and(eq(payment.organizationId, desk.organization.id), eq(payment.orderReference, number)));
const stockOf = async (sku: string, by: Desk = desk) =>
  (
    await testDb()
      .select({ stock: catalogItem.stock })
      .from(catalogItem)
      .where(and(eq(catalogItem.installationId, by.installation.id), eq(catalogItem.sku, sku)))
  )[0]?.stock;

describe("placing", () => {
  test("[COMMERCE-07] takes prices from the catalogue, and adds up", async () => {
    const order = await shop.order({
      items: [
        { sku: GAS.sku, quantity: 2 },
        { sku: HOSE.sku, quantity: 3 },
      ],
      note: "Ring twice",
      customerName: "Wanjikũ",
    });
    expect(order).toMatchObject({ amount: 385_000, currency: "KES", state: "placed" });
    await shop.stockUp(ITEMS.map((item) => ({ ...item, unitAmount: item.unitAmount + 100 })));
    expect((await shop.orderRow(order.id)).amount).toBe(385_000);
    await shop.stockUp(ITEMS);
  });

  test("[COMMERCE-08] refuses what is not sold, naming each item", async () => {
    const ours = await createDesk();
    const other = new Shop(ours);
    await other.stockUp([GAS, { ...HOSE, stock: 2 }, { ...GAS, sku: "EURO", currency: "EUR" }]);
    expect(
      codesOf(
        await refusal(
          other.order({
            items: [
              { sku: "NOTHING", quantity: 1 },
              { sku: HOSE.sku, quantity: 3 },
              { sku: GAS.sku, quantity: 1 },
              { sku: GAS.sku, quantity: 1 },
              { sku: "LATE", quantity: 1 },
            ],
            orderDetails: JSON.stringify({ address: "x".repeat(33_000) }),
          }),
        ),
      ),
    ).toEqual([
      "/items/0/sku item_unknown",
      "/items/1/quantity stock_too_low",
      "/items/3/sku item_repeated",
      "/items/4/sku item_unknown",
      "/orderDetails too_large",
    ]);
    const mixed = {
      items: [
        { sku: GAS.sku, quantity: 1 },
        { sku: "EURO", quantity: 1 },
      ],
    };
    expect(codesOf(await refusal(other.order(mixed)))).toEqual(["/items currency_differs"]);
    await other.stockUp([GAS]);
    expect(codesOf(await refusal(other.order(one(HOSE.sku))))).toEqual(["/items/0/sku item_retired"]);
    await other.stockUp([{ ...GAS, unitAmount: 0 }]);
    expect(codesOf(await refusal(other.order()))).toEqual(["/items amount_out_of_range"]);
    await other.stockUp([{ ...GAS, unitAmount: 9_000_000_000 }]);
    expect(codesOf(await refusal(other.order({ items: [{ sku: GAS.sku, quantity: 2 }] })))).toEqual([
      "/items amount_out_of_range",
    ]);
  });

  test("[COMMERCE-08] refuses what the merchant has not imported", async () => {
    const ours = await createDesk();
    const other = new Shop(ours);
    await syncCatalog({ ctx: other.keeper(), input: { items: [GAS] } });
    expect(codesOf(await refusal(other.order()))).toEqual(["/items/0/sku item_not_imported"]);
  });

  test("[COMMERCE-09] numbers 20 orders at once without a gap, by the merchant's day", async () => {
    const ours = await createDesk();
    const other = new Shop(ours);
    other.now = Date.parse("2026-11-19T21:30:00Z"); // the 20th in Nairobi
    await other.stockUp();
    await ours.control("PUT", "/v1/commerce-settings", { orderPrefix: "DUK", unpaidHours: 24 });
    const orders = await Promise.all(Array.from({ length: 20 }, () => other.order()));
    expect(orders.map(({ number }) => number).sort()).toEqual(
      Array.from({ length: 20 }, (_, index) => `DUK-2026-1120-${String(index + 1).padStart(4, "0")}`),
    );
    const isTheirs = eq(numberSeries.organizationId, ours.organization.id);
    expect(await testDb().select().from(numberSeries).where(isTheirs)).toMatchObject([
      { series: "order:2026-11-20", next: 21 },
    ]);
    other.now += 24 * HOUR_MS;
    expect((await other.order()).number).toBe("DUK-2026-1121-0001");
  });

  test("[COMMERCE-09] an order that is refused takes no number", async () => {
    const { number } = await shop.order();
    await refusal(shop.order(one("NOTHING")));
    const next = await shop.order();
    expect(Number(next.number.slice(-4))).toBe(Number(number.slice(-4)) + 1);
  });

  test("[COMMERCE-10] happens once for a key, also at once", async () => {
    const request = { key: crypto.randomUUID(), phone: newPhone() };
    const orders = await Promise.all(Array.from({ length: 10 }, () => shop.order(request)));
    expect(new Set(orders.map(({ id }) => id)).size).toBe(1);
    const [order] = orders;
    expect(await changesOf(order?.id ?? "")).toEqual(["placed"]);
    expect(await eventsOf(order?.id ?? "")).toEqual(["order.placed"]);
  });

  test("[COMMERCE-11] never sells more than there is, and puts back what is cancelled", async () => {
    const ours = await createDesk();
    const other = new Shop(ours);
    await other.stockUp([{ ...HOSE, stock: 5 }]);
    const wanted = { items: [{ sku: HOSE.sku, quantity: 2 }] };
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => other.order(wanted)));
    const placed = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    expect([placed.length, await stockOf(HOSE.sku, ours)]).toEqual([2, 1]);
    for (const outcome of outcomes.filter(({ status }) => status === "rejected")) {
      expect(["order_items_changed", "order_invalid"]).toContain(
        ((outcome as PromiseRejectedResult).reason as AppError).code,
      );
    }
    await other.move(placed[0]?.id ?? "", "cancelled");
    expect(await stockOf(HOSE.sku, ours)).toBe(3);
  });
});

describe("checking out", () => {
  test("[COMMERCE-12] asks for the order's amount, with its items, and details to the byte", async () => {
    const address = `${"ቤት ፲፪ ቦሌ 🛢️ شارع الملك فهد، ".repeat(150)}`.slice(0, 4_000);
    const orderDetails = `{ "address" : ${JSON.stringify(address)},  "meter": 1.0, "1": null }`;
    const order = await shop.order({ orderDetails });
    expect((await shop.orderRow(order.id)).orderDetails).toBe(orderDetails);
    const checkout = await shop.checkOut(order.id);
    expect(checkout.order.state).toBe("awaiting_payment");
    expect(checkout.payment).toMatchObject({
      amount: order.amount,
      currency: "KES",
      orderReference: order.number,
      orderDetails,
      items: JSON.stringify([{ name: GAS.name, quantity: 1, unitAmount: GAS.unitAmount }]),
      installationId: desk.installation.id,
    });
    const rows = await testDb().select().from(event).where(eq(event.subjectId, order.id));
    for (const { data } of rows) {
      const told = JSON.parse(data) as { orderDetails: { address: string } };
      expect(told.orderDetails.address).toBe(address);
    }
    expect(rows).toHaveLength(2);
  });

  test("[COMMERCE-13] has one open payment, whoever asks again, and however often at once", async () => {
    const order = await shop.order(one("NEVER"));
    const key = crypto.randomUUID();
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 5 }, () => shop.checkOut(order.id, key)),
      ...Array.from({ length: 5 }, () => shop.checkOut(order.id)),
    ]);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") {
        expect(outcome.reason).toMatchObject({ code: "idempotency_in_progress" });
      }
    }
    const again = await shop.checkOut(order.id);
    const payments = await paymentsOf(order);
    expect(payments.map(({ id }) => id)).toEqual([again.payment.id]);
    expect(await shop.charges(again.payment.id)).toHaveLength(1);
    expect(await changesOf(order.id)).toEqual(["placed", "awaiting_payment"]);
  });

  test("[COMMERCE-13] begins anew when the payment before it ended without money", async () => {
    const order = await shop.order(one("CANCELLED"));
    const first = await shop.checkOut(order.id);
    await shop.work();
    expect((await shop.orderRow(order.id)).state).toBe("awaiting_payment");
    const second = await shop.checkOut(order.id);
    expect(second.payment.id).not.toBe(first.payment.id);
    expect((await paymentsOf(order)).map(({ state }) => state).sort()).toEqual(["cancelled", "pending"]);
  });

  test("[COMMERCE-13] goes on with one that died before it asked", async () => {
    const order = await shop.order();
    const died = await shop.checkOut(order.id);
    shop.sent.length = 0;
    await testDb().delete(paymentEvent).where(eq(paymentEvent.paymentId, died.payment.id));
    await testDb().delete(sandboxCharge).where(eq(sandboxCharge.subjectId, died.payment.id));
    await testDb().delete(payment).where(eq(payment.id, died.payment.id));
    await shop.checkOut(order.id);
    await shop.work();
    expect((await shop.orderRow(order.id)).state).toBe("paid");
    expect(await paymentsOf(order)).toHaveLength(1);
    const checkouts = await testDb().select().from(orderCheckout).where(eq(orderCheckout.orderId, order.id));
    expect(checkouts).toHaveLength(1);
  });

  test("[COMMERCE-13] leaves the way free when the customer has another prompt on the phone", async () => {
    const phone = newPhone();
    const busy = await shop.order({ ...one("NEVER"), phone });
    await shop.checkOut(busy.id);
    const order = await shop.order({ phone });
    const key = crypto.randomUUID();
    expect((await refusal(shop.checkOut(order.id, key))).code).toBe("payer_has_open_prompt");
    await shop.passes(10 * 60_000);
    expect((await shop.checkOut(order.id, key)).payment.orderReference).toBe(order.number);
  });

  test("[COMMERCE-14] is paid once, under doubled callbacks and work that is done twice", async () => {
    const order = await shop.order(one("DOUBLED"));
    const { payment: asked } = await shop.checkOut(order.id);
    await shop.work();
    const { organizationId } = order;
    await shop.do({ type: "payment.settled", organizationId, id: asked.id });
    await testDb().update(payment).set({ followUpAt: shop.now }).where(eq(payment.id, asked.id));
    await shop.do({ type: "payment.settled", organizationId, id: asked.id });
    expect(await shop.orderRow(order.id)).toMatchObject({
      state: "paid",
      paymentId: asked.id,
      attention: null,
      expiresAt: null,
    });
    expect(await changesOf(order.id)).toEqual(["placed", "awaiting_payment", "paid"]);
    expect(await eventsOf(order.id)).toEqual(["order.placed", "order.awaiting_payment", "order.paid"]);
    expect((await refusal(shop.checkOut(order.id))).code).toBe("order_not_payable");
  });

  test("[COMMERCE-15] money for a cancelled order is a person's to see, once", async () => {
    const order = await shop.order(one("LATE"));
    const { payment: asked } = await shop.checkOut(order.id);
    await shop.passes(100_000);
    await shop.move(order.id, "cancelled");
    await shop.passes(300_000);
    expect((await shop.row(asked.id)).state).toBe("succeeded");
    expect(await shop.orderRow(order.id)).toMatchObject({
      state: "cancelled",
      attention: "paid_after_cancellation",
      paymentId: asked.id,
    });
    const listed = await desk.control<{ data: { id: string }[] }>("GET", "/v1/orders?needsAttention=true");
    expect(listed.body.data.map(({ id }) => id)).toContain(order.id);
    expect((await desk.control("DELETE", `/v1/orders/${order.id}/attention`)).status).toBe(204);
    await testDb().update(payment).set({ followUpAt: shop.now }).where(eq(payment.id, asked.id));
    await shop.do({ type: "payment.settled", organizationId: order.organizationId, id: asked.id });
    expect((await shop.orderRow(order.id)).attention).toBeNull();
    await shop.refund({ paymentId: asked.id });
    await shop.work();
    expect((await shop.orderRow(order.id)).state).toBe("refunded");
  });

  test("[COMMERCE-15] so is a second payment of the same order", async () => {
    const order = await shop.order(one("LATE"));
    const { payment: first } = await shop.checkOut(order.id);
    await shop.passes(100_000);
    const { payment: second } = await shop.checkOut(order.id);
    await shop.passes(600_000);
    const states = [(await shop.row(first.id)).state, (await shop.row(second.id)).state];
    expect(states).toEqual(["succeeded", "succeeded"]);
    expect(await shop.orderRow(order.id)).toMatchObject({
      state: "paid",
      attention: "paid_twice",
      paymentId: expect.toBeOneOf([first.id, second.id]),
    });
  });

  test("[COMMERCE-16] all of it refunded, the order is refunded; a part of it changes nothing", async () => {
    const order = await shop.sold();
    const paymentId = order.paymentId ?? "";
    await shop.refund({ paymentId, amount: 25_000 });
    await shop.work();
    expect((await shop.orderRow(order.id)).state).toBe("paid");
    await shop.refund({ paymentId });
    await shop.work();
    expect((await shop.orderRow(order.id)).state).toBe("refunded");
    expect(await eventsOf(order.id)).toContain("order.refunded");
  });
});

describe("time", () => {
  test("[COMMERCE-17] cancels what was not paid, and gives it back to the shelf", async () => {
    const ours = await createDesk();
    const other = new Shop(ours);
    await other.stockUp([{ ...HOSE, stock: 5 }]);
    const order = await other.order(one(HOSE.sku));
    expect(await stockOf(HOSE.sku, ours)).toBe(4);
    other.now += 24 * HOUR_MS - 1;
    await keepOrders(other.platform());
    expect((await other.orderRow(order.id)).state).toBe("placed");
    other.now += 1;
    await Promise.all([keepOrders(other.platform()), keepOrders(other.platform())]);
    expect((await other.orderRow(order.id)).state).toBe("cancelled");
    expect(await changesOf(order.id)).toEqual(["placed", "cancelled"]);
    expect(await stockOf(HOSE.sku, ours)).toBe(5);
  });

  test("[COMMERCE-17] waits for a payment that is under way", async () => {
    const order = await shop.order();
    shop.now += 24 * HOUR_MS - 1_000;
    await shop.checkOut(order.id);
    shop.now += 2_000;
    await keepOrders(shop.platform());
    expect((await shop.orderRow(order.id)).state).toBe("awaiting_payment");
    await shop.work();
    await keepOrders(shop.platform());
    expect((await shop.orderRow(order.id)).state).toBe("paid");
  });

  test("[COMMERCE-18] tells what was not told, once", async () => {
    const order = await shop.order();
    await testDb().delete(event).where(eq(event.subjectId, order.id));
    await testDb().update(orderChange).set({ toldAt: null }).where(eq(orderChange.orderId, order.id));
    shop.now += 60_000;
    await keepOrders(shop.platform());
    await keepOrders(shop.platform());
    expect(await eventsOf(order.id)).toEqual(["order.placed"]);
  });
});

describe("moving", () => {
  const ALL_MOVES = ORDER_STATES.flatMap((from) => ORDER_STATES.map((to) => ({ from, to })));
  const ALLOWED = [
    "placed cancelled",
    "awaiting_payment cancelled",
    "paid preparing",
    "paid cancelled",
    "preparing ready",
    "preparing dispatched",
    "preparing cancelled",
    "ready completed",
    "ready cancelled",
    "dispatched completed",
  ];

  test.each(ALL_MOVES)("[COMMERCE-19] $from to $to", async ({ from, to }) => {
    const order = await shop.order();
    await testDb().update(customerOrder).set({ state: from }).where(eq(customerOrder.id, order.id));
    await testDb().delete(orderChange).where(eq(orderChange.orderId, order.id));
    if (ALLOWED.includes(`${from} ${to}`)) {
      expect(await shop.move(order.id, to)).toMatchObject({ state: to });
      expect(await changesOf(order.id)).toEqual([to]);
    } else {
      const error = await refusal(shop.move(order.id, to));
      expect([error.kind, error.code, error.gate]).toEqual(["conflict", "order_move_not_possible", "policy"]);
      for (const possible of movesFrom(from)) {
        expect(error.hint).toContain(possible);
      }
      expect(await changesOf(order.id)).toEqual([]);
    }
  });

  test("[COMMERCE-19] from paid to completed, with one event for each state", async () => {
    const { id } = await shop.sold();
    for (const state of ["preparing", "dispatched", "completed"] as const) {
      await shop.move(id, state);
    }
    expect(await eventsOf(id)).toEqual(
      ["placed", "awaiting_payment", "paid", "preparing", "dispatched", "completed"].map(
        (state) => `order.${state}`,
      ),
    );
  });

  test("[COMMERCE-19] two at once: one of them", async () => {
    const { id } = await shop.sold();
    const outcomes = await Promise.allSettled([shop.move(id, "preparing"), shop.move(id, "cancelled")]);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await changesOf(id)).slice(3)).toHaveLength(1);
  });

  test("[COMMERCE-19] one that died after it moved the order is found done under its key", async () => {
    const { id } = await shop.sold();
    const key = crypto.randomUUID();
    await shop.move(id, "preparing", key);
    expect((await shop.move(id, "preparing", key)).state).toBe("preparing");
    expect((await refusal(shop.move(id, "preparing"))).code).toBe("order_move_not_possible");
  });

  test("[COMMERCE-15] cancelling what was paid is raised until the money has gone back", async () => {
    const { id, paymentId } = await shop.sold();
    expect(await shop.move(id, "cancelled")).toMatchObject({ attention: "cancelled_after_payment" });
    await shop.refund({ paymentId: paymentId ?? "" });
    await shop.work();
    expect(await shop.orderRow(id)).toMatchObject({ state: "refunded", attention: null });
  });
});

/** Orders over HTTP: a plugin places and moves them by the bridge, staff look and decide by the control plane. */
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import { customerOrder } from "../../src/db/schema/index.ts";
import { callBridge, createBridgeDesk, nextPhone } from "./support/bridge.ts";
import { call } from "./support/call.ts";
import type { Desk } from "./support/desk.ts";
import { addMember, createOrganization, testDb } from "./support/organization.ts";
import { GAS, HOSE, SHOPPING, Shop } from "./support/shop.ts";

type OrderBody = {
  id: string;
  number: string;
  state: string;
  amount: number;
  items: unknown[];
  orderDetails: unknown;
  attention: string | null;
  changes: { stateAfter: string; by: { kind: string }; note: string | null }[];
  payments: { id: string; state: string }[];
  afterSales: { id: string; kind: string }[];
  order: { state: string };
  payment: { id: string; amount: number; orderReference: string };
  resolution: string | null;
  code?: string;
  hint?: string;
  issues?: { pointer: string; code: string }[];
};
type Page<T> = { data: T[]; nextCursor: string | null };

let desk: Desk;
let shop: Shop;
beforeAll(async () => {
  desk = await createBridgeDesk([
    ...SHOPPING.filter((key) => key.startsWith("plugin:ecommerce:")),
  ] as Parameters<typeof createBridgeDesk>[0]);
  shop = new Shop(desk);
  await shop.stockUp();
});

const send = (method: string, path: string, body?: unknown, by: Desk = desk) =>
  callBridge<OrderBody>(by, { method, path, ...(body !== undefined && { body }) });
const toSomebody = () => ({ recipient: { type: "external_recipient", phone: nextPhone() } });
const place = (body: object = {}, by: Desk = desk) =>
  send("POST", "/orders", { ...toSomebody(), items: [{ sku: GAS.sku, quantity: 1 }], ...body }, by);

describe("a plugin", () => {
  test("[COMMERCE-07] cannot say a price, a total or a fraction", async () => {
    const items = (item: object) => ({ items: [{ sku: GAS.sku, quantity: 1, ...item }] });
    for (const [body, pointer] of [
      [items({ unitAmount: 1 }), "/items/0"],
      [{ amount: 1 }, "/"],
      [items({ quantity: 0 }), "/items/0/quantity"],
      [items({ quantity: 1.5 }), "/items/0/quantity"],
      [items({ quantity: 1_001 }), "/items/0/quantity"],
      [{ items: [] }, "/items"],
      [{ orderDetails: "Beth House" }, "/orderDetails"],
    ] as const) {
      const answer = await place(body);
      expect([answer.status, answer.body.code]).toEqual([422, "invalid_request"]);
      expect(answer.body.issues?.map((issue) => issue.pointer)).toEqual([pointer]);
    }
    expect((await place(items({ sku: "NOTHING" }))).body).toMatchObject({
      code: "order_invalid",
      issues: [{ pointer: "/items/0/sku", code: "item_unknown" }],
    });
    expect((await place(items({ quantity: 3 }))).body).toMatchObject({ amount: 375_000, state: "placed" });
  });

  test("[COMMERCE-12] gets its details stored to the byte", async () => {
    const details =
      '{ "address" : "ቤት 12\\u002c ቦሌ 🛢️",  "meter": 12345678901234567890, "2": 1.0, "1": null }';
    const body = { ...toSomebody(), items: [{ sku: GAS.sku, quantity: 1 }] };
    const answer = await callBridge<OrderBody>(desk, {
      method: "POST",
      path: "/orders",
      body: `${JSON.stringify(body).slice(0, -1)}, "orderDetails" : ${details} }`,
    });
    const [row] = await testDb().select().from(customerOrder).where(eq(customerOrder.id, answer.body.id));
    expect(row?.orderDetails).toBe(details);
    expect(answer.body.orderDetails).toMatchObject({ address: "ቤት 12, ቦሌ 🛢️" });
    expect(JSON.stringify(answer.body)).not.toContain("+2547");
  });

  test("[COMMERCE-12] places, checks out and moves on", async () => {
    const { body: order } = await place();
    const checkout = await send("POST", `/orders/${order.id}/checkout`, {});
    expect(checkout).toMatchObject({
      status: 201,
      body: {
        order: { state: "awaiting_payment" },
        payment: { amount: order.amount, orderReference: order.number },
      },
    });
    const early = await send("PATCH", `/orders/${order.id}`, { state: "dispatched" });
    expect([early.status, early.body.code]).toEqual([409, "order_move_not_possible"]);
    const cancelled = await send("PATCH", `/orders/${order.id}`, { state: "cancelled", note: "Too late" });
    expect(cancelled.body).toMatchObject({ state: "cancelled" });
    expect((await send("GET", `/orders/${order.id}`)).body.state).toBe("cancelled");
  });

  test("[COMMERCE-20] touches its own orders, unless it may touch any; nobody else's at all", async () => {
    const { id } = await shop.order();
    const anyones = ["read:any", "update:any"].map((key) => `plugin:ecommerce:orders:${key}`);
    const seen = async (installed: Desk) => [
      (await send("GET", `/orders/${id}`, undefined, installed)).status,
      (await send("PATCH", `/orders/${id}`, { state: "cancelled" }, installed)).body.code,
      (await send("POST", `/orders/${id}/checkout`, {}, installed)).body.code,
      (
        await send(
          "POST",
          `/orders/${id}/after-sales`,
          { kind: "complaint", reason: "Nobody came." },
          installed,
        )
      ).body.code,
    ];
    const elsewhere = await createBridgeDesk([
      ...anyones,
      "plugin:ecommerce:checkout:initiate",
      "plugin:ecommerce:after_sales:create:any",
    ] as Parameters<typeof createBridgeDesk>[0]);
    expect(await seen(elsewhere)).toEqual([404, "order_not_found", "order_not_found", "order_not_found"]);
    // As if another plugin of the same organisation had placed it.
    await testDb().update(customerOrder).set({ installationId: null }).where(eq(customerOrder.id, id));
    expect(await seen(desk)).toEqual([404, "order_not_found", "order_not_found", "order_not_found"]);
    await testDb()
      .update(customerOrder)
      .set({ organizationId: elsewhere.organization.id })
      .where(eq(customerOrder.id, id));
    expect(await seen(elsewhere)).toEqual([200, undefined, "order_not_found", undefined]);
  });

  test("[COMMERCE-21] opens returns of what was handed over, and complaints of anything", async () => {
    const { id } = await shop.order({ items: [{ sku: HOSE.sku, quantity: 2 }] });
    const open = (body: object) =>
      send("POST", `/orders/${id}/after-sales`, { reason: "It leaks.", ...body });
    expect((await open({ kind: "return" })).body.code).toBe("after_sales_too_early");
    expect((await open({ kind: "complaint" })).status).toBe(201);
    await testDb().update(customerOrder).set({ state: "completed" }).where(eq(customerOrder.id, id));
    const tooMany = await open({ kind: "return", items: [{ sku: HOSE.sku, quantity: 3 }] });
    expect(tooMany.body).toMatchObject({
      code: "after_sales_invalid",
      issues: [{ pointer: "/items/0/quantity", code: "not_ordered" }],
    });
    const opened = await open({ kind: "exchange", items: [{ sku: HOSE.sku, quantity: 1 }] });
    expect(opened).toMatchObject({ status: 201, body: { kind: "exchange", state: "open", orderId: id } });

    const listed = await desk.control<Page<{ id: string }>>(
      "GET",
      `/v1/after-sales?orderId=${id}&state=open`,
    );
    expect(listed.body.data).toHaveLength(2);
    const resolve = () =>
      desk.control<OrderBody>("POST", `/v1/after-sales/${opened.body.id}/resolve`, {
        outcome: "accepted",
        resolution: "A new hose comes tomorrow.",
      });
    expect((await resolve()).body).toMatchObject({
      state: "accepted",
      resolution: "A new hose comes tomorrow.",
    });
    expect((await resolve()).body.code).toBe("after_sales_resolved");
  });
});

describe("staff", () => {
  test("[COMMERCE-22] see an order with its states, payments and requests, and no phone number", async () => {
    const order = await shop.sold();
    await desk.control("POST", `/v1/orders/${order.id}/state`, { state: "preparing", note: "In the oven" });
    const { body } = await desk.control<OrderBody>("GET", `/v1/orders/${order.id}`);
    expect(body.changes).toMatchObject([
      { stateAfter: "placed", by: { kind: "plugin" } },
      { stateAfter: "awaiting_payment", by: { kind: "plugin" } },
      { stateAfter: "paid", by: { kind: "platform" } },
      { stateAfter: "preparing", note: "In the oven" },
    ]);
    expect(body.payments).toMatchObject([{ state: "succeeded", amount: order.amount }]);
    expect(JSON.stringify(body)).not.toMatch(/\+\d{9}|Sealed/);
  });

  test("[COMMERCE-22] filter orders, page through them, and sum them by day", async () => {
    const ours = await createBridgeDesk(["plugin:ecommerce:catalog:sync"]);
    const other = new Shop(ours);
    await other.stockUp();
    const first = await other.order();
    await other.sold();
    await other.order({ items: [{ sku: HOSE.sku, quantity: 2 }] });
    const list = async (query: string) =>
      (await ours.control<Page<OrderBody>>("GET", `/v1/orders${query}`)).body;
    expect((await list("?state=paid")).data).toHaveLength(1);
    expect((await list(`?number=${first.number}`)).data.map(({ id }) => id)).toEqual([first.id]);
    expect((await list(`?instanceId=${ours.salesId}`)).data).toEqual([]);
    expect((await list(`?installationId=${ours.installation.id}`)).data).toHaveLength(3);
    expect((await list("?from=2026-11-21T00:00:00Z")).data).toEqual([]);
    expect((await list("?to=2026-11-21T00:00:00Z")).data).toHaveLength(3);
    const page = await list("?limit=2");
    expect((await list(`?limit=2&cursor=${page.nextCursor}`)).data.map(({ id }) => id)).toEqual([first.id]);
    const totals = await ours.control("GET", "/v1/orders/totals?to=2026-11-21T00:00:00Z");
    expect(totals.body).toMatchObject({
      data: [
        {
          day: "2026-11-20",
          currency: "KES",
          orders: 3,
          amount: 340_000,
          paidOrders: 1,
          paidAmount: 125_000,
        },
      ],
    });
  });

  test("[COMMERCE-22] need the permission, and see no other organisation's orders", async () => {
    const { id } = await shop.order();
    const { apiToken: viewer } = await addMember(desk.organization.id, "viewer");
    const { apiToken: stranger } = await createOrganization();
    const move = (token: string) =>
      call("POST", `/v1/orders/${id}/state`, { token, body: { state: "cancelled" } });
    expect((await move(viewer)).body.code).toBe("permission_missing");
    expect((await move(stranger)).body.code).toBe("order_not_found");
    expect((await call("GET", `/v1/orders/${id}`, { token: viewer })).status).toBe(200);
    expect((await call("GET", `/v1/orders/${id}`, { token: stranger })).status).toBe(404);
  });
});

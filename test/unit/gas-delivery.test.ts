import { afterEach, describe, expect, it, vi } from "vitest";
import { createDeliveryBook } from "../../examples/gas-delivery/delivery-book.ts";
import { createGasDelivery } from "../../examples/gas-delivery/plugin.ts";
import worker from "../../examples/gas-delivery/worker.ts";
import { parseManifest } from "../../src/plugins/manifest/index.ts";
import { CALLED_AT, PLUGIN_ORIGIN, PLUGIN_SECRET, postCall, signToken } from "../support/platform-call.ts";

const ADDRESS = "Beth House,  Kasarani, House 16 (gate B)\n“mlango wa bluu”";
const ORDER = { id: "ord_1", number: "ORD-2026-1121-0001", amount: 300_000, currency: "KES" };

type BridgeCall = {
  readonly what: string;
  readonly key: string | null;
  readonly body: unknown;
};

/** The platform's bridges, as far as the depot calls them: they note what was asked, and answer what is set. */
function standInForBridges(answers: Readonly<Record<string, Response>> = {}) {
  const calls: BridgeCall[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const what = `${request.method} ${new URL(request.url).pathname.replace("/bridge/v1", "")}`;
    calls.push({ what, key: request.headers.get("idempotency-key"), body: await request.json() });
    return answers[what] ?? Response.json(ORDER);
  });
  return calls;
}

/** A depot and a way to call its tools as the platform does. */
function openDepot() {
  const book = createDeliveryBook();
  const { fetch, manifest } = createGasDelivery({
    baseUrl: PLUGIN_ORIGIN,
    secret: () => PLUGIN_SECRET,
    clock: { now: () => CALLED_AT },
    book,
  });
  const call = async (tool: string, input: object, { callId = "call_1", userId = "amina" } = {}) => {
    const context = {
      organizationId: "org_123",
      instanceId: "inst_456",
      config: {},
      callId,
      user: { id: userId, hashVersion: 1 },
      currentChat: { token: "cct_1", expiresAt: "2026-11-21T08:10:00Z" },
    };
    const body = JSON.stringify({ tool, input, context });
    const claims = { aud: "GAS_DELIVERY", tool, jti: callId };
    const answer = await fetch(postCall(body, await signToken(body, { claims })));
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const tell = (type: string, data: object, callId = type) =>
    call(type.startsWith("order") ? "on_order" : "on_payment", { id: "evt_1", type, data }, { callId });
  return { book, call, tell, manifest };
}

const WISH = { size: "13 kg", withHose: true, deliveryAddress: ADDRESS };
const PAID = { id: "pay_1", orderReference: ORDER.number, orderDetails: { deliveryAddress: ADDRESS } };

describe("Gas Delivery", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("has a manifest that the platform has nothing to say against", () => {
    const parsed = parseManifest(JSON.stringify(openDepot().manifest), { allowInsecureLoopback: false });
    expect(parsed).toMatchObject({ ok: true, value: { warnings: [] } });
  });

  it("quotes without ordering", async () => {
    const bridge = standInForBridges();
    const { body } = await openDepot().call("quote_gas", { size: "13 kg", quantity: 2, withRegulator: true });
    expect(body["total"]).toBe("KES 5,950.00");
    expect(body["message"]).toContain("2 x Gas refill, 13 kg, 1 x Regulator");
    expect(bridge).toEqual([]);
  });

  it("orders for the current chat, with the address as it was given, and asks for the money", async () => {
    const bridge = standInForBridges();
    const { status, body } = await openDepot().call("order_gas", WISH);
    expect({ status, number: body["orderNumber"] }).toEqual({ status: 200, number: ORDER.number });
    expect(body["message"]).toContain(ADDRESS);
    expect(bridge).toEqual([
      {
        what: "POST /orders",
        key: "call_1:orders.create:1",
        body: {
          recipient: { type: "current_chat", token: "cct_1" },
          items: [
            { sku: "GAS-13", quantity: 1 },
            { sku: "HOSE-2M", quantity: 1 },
          ],
          orderDetails: { deliveryAddress: ADDRESS },
        },
      },
      { what: "POST /orders/ord_1/checkout", key: "call_1:orders.checkOut:1", body: {} },
    ]);
  });

  it("asks under the same keys when the call comes again", async () => {
    const bridge = standInForBridges();
    const { call } = openDepot();
    const first = await call("order_gas", WISH);
    expect(await call("order_gas", WISH)).toEqual(first);
    const keys = bridge.map(({ key }) => key);
    expect(keys.slice(2)).toEqual(keys.slice(0, 2));
  });

  it("says that another payment request is open", async () => {
    const problem = { code: "payer_has_open_prompt", detail: "There is one at a time.", gate: "policy" };
    const headers = { "retry-after": "60" };
    standInForBridges({
      "POST /orders/ord_1/checkout": Response.json(problem, { status: 409, headers }),
    });
    const { status, body } = await openDepot().call("order_gas", WISH);
    expect({ status, error: body["error"] }).toEqual({ status: 409, error: "payment_open" });
  });

  it("opens one job for what was paid, and calls it off when the money has gone back", async () => {
    const { book, tell } = openDepot();
    await tell("payment.failed", PAID);
    expect(book.jobs.size).toBe(0);
    await tell("payment.succeeded", PAID);
    await tell("payment.succeeded", PAID);
    const job = { id: "DEL-1001", orderNumber: ORDER.number, paymentId: "pay_1", address: ADDRESS };
    expect([...book.jobs.values()]).toEqual([{ ...job, isCalledOff: false }]);
    await tell("refund.succeeded", { id: "rfnd_1", orderReference: ORDER.number });
    expect([...book.jobs.values()]).toEqual([{ ...job, isCalledOff: true }]);
  });

  it("moves a paid order on, and lets be what staff have moved", async () => {
    const problem = { code: "order_move_not_possible", detail: "It is cancelled.", gate: "policy" };
    const bridge = standInForBridges();
    const { tell } = openDepot();
    await tell("order.paid", { ...ORDER, state: "paid" });
    await tell("order.preparing", { ...ORDER, state: "preparing" });
    await tell("order.dispatched", { ...ORDER, state: "dispatched" });
    expect(bridge.map(({ what, body }) => [what, body])).toEqual([
      ["PATCH /orders/ord_1", { state: "preparing" }],
      ["PATCH /orders/ord_1", { state: "dispatched" }],
    ]);
    standInForBridges({ "PATCH /orders/ord_1": Response.json(problem, { status: 409 }) });
    expect((await tell("order.paid", { ...ORDER, state: "paid" })).status).toBe(200);
  });

  it("tells the customer how far it is, and nobody else", async () => {
    const bridge = standInForBridges();
    const { call, tell } = openDepot();
    await call("order_gas", WISH);
    await tell("payment.succeeded", PAID);
    await tell("order.dispatched", { ...ORDER, state: "dispatched" });
    const about = { orderNumber: ORDER.number };
    expect((await call("delivery_status", about)).body).toMatchObject({
      state: "dispatched",
      deliveryJob: "DEL-1001",
      deliveryAddress: ADDRESS,
    });
    expect((await call("delivery_status", about, { userId: "otieno" })).status).toBe(404);
    expect((await call("confirm_delivery", about, { userId: "otieno" })).status).toBe(404);
    expect((await call("confirm_delivery", about)).status).toBe(200);
    expect(bridge.at(-1)).toMatchObject({ what: "PATCH /orders/ord_1", body: { state: "completed" } });
  });

  it("knows an order of which it hears before the call that placed it has ended", async () => {
    standInForBridges();
    const { call, tell } = openDepot();
    await tell("order.dispatched", { ...ORDER, state: "dispatched" });
    await call("order_gas", WISH);
    const { body } = await call("delivery_status", { orderNumber: ORDER.number });
    expect(body["state"]).toBe("dispatched");
  });

  it("runs as a Worker", async () => {
    const env = { PUBLIC_URL: PLUGIN_ORIGIN, PLUGIN_SECRET };
    const manifest = await worker.fetch(new Request(`${PLUGIN_ORIGIN}/manifest.json`), env);
    expect(await manifest.json()).toMatchObject({ slug: "GAS_DELIVERY", baseUrl: PLUGIN_ORIGIN });
  });
});

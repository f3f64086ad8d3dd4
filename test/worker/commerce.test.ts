/** The catalogue: a plugin offers, the merchant takes in, and nothing is ever lost. */
import { beforeAll, describe, expect, test } from "vitest";
import { callBridge, createBridgeDesk } from "./support/bridge.ts";
import { type Answer, call } from "./support/call.ts";
import { ring } from "./support/chats.ts";
import { openChat } from "./support/conversations.ts";
import { createDesk, type Desk, type OutcomeBody } from "./support/desk.ts";
import { grantFirstParty } from "./support/first-party.ts";
import { addMember, createOrganization } from "./support/organization.ts";
import { GAS, HOSE, Shop } from "./support/shop.ts";

type Item = {
  id: string;
  sku: string;
  name: string;
  state: string;
  unitAmount: number;
  stock: number | null;
  retiredBy: string | null;
  details: unknown;
};
type Synced = {
  offered: number;
  imported: number;
  retired: number;
  items: Item[];
  code?: string;
  issues?: { pointer: string }[];
};
type Page<T> = { data: T[]; nextCursor: string | null };
type ToolResult = { id: string; number: string; state: string; items: unknown[] };

let desk: Desk;
beforeAll(async () => {
  desk = await createBridgeDesk(["plugin:ecommerce:catalog:sync"]);
});

const sync = (items: readonly object[], by: Desk = desk) =>
  callBridge<Synced>(by, { method: "PUT", path: "/catalog/items", body: { items } });
const list = async (query = "", by: Desk = desk) =>
  (await by.control<Page<Item>>("GET", `/v1/catalog/items${query}`)).body;
const stateOf = async (sku: string, by: Desk = desk) =>
  (await list("", by)).data.find((item) => item.sku === sku)?.state;

describe("a sync", () => {
  test("[COMMERCE-01] offers what is new, changes what is known, retires what is missing", async () => {
    const details = { cylinder: "steel", "weight kg": 13.5 };
    const first = await sync([{ ...GAS, details }, HOSE]);
    expect(first).toMatchObject({ status: 200, body: { offered: 2, imported: 0, retired: 0 } });
    const second = await sync([{ ...GAS, name: "Gas", stock: 3, details }]);
    expect(second.body).toMatchObject({
      offered: 1,
      retired: 1,
      items: [{ sku: GAS.sku, state: "offered" }],
    });
    const { data } = await list();
    expect(data).toHaveLength(2);
    expect(data.find(({ sku }) => sku === GAS.sku)).toMatchObject({ name: "Gas", stock: 3, details });
    expect(data.find(({ sku }) => sku === HOSE.sku)).toMatchObject({ state: "retired", retiredBy: "plugin" });
    expect((await sync([GAS, HOSE])).body).toMatchObject({ offered: 2, retired: 0 });
  });

  test("[COMMERCE-01] takes a thousand items at once, and not one more", async () => {
    const ours = await createBridgeDesk(["plugin:ecommerce:catalog:sync"]);
    const items = Array.from({ length: 1_000 }, (_, index) => ({
      ...GAS,
      sku: `SKU-${index}`,
      description: "A sentence about it. ".repeat(20),
    }));
    expect((await sync(items, ours)).body).toMatchObject({ offered: 1_000, retired: 0 });
    const fewer = items.slice(1).map((item) => ({ ...item, unitAmount: 5 }));
    expect((await sync(fewer, ours)).body).toMatchObject({ offered: 999, retired: 1 });
    const tooMany = Array.from({ length: 1_001 }, (_, index) => ({ ...GAS, sku: `SKU-${index}` }));
    expect(await sync(tooMany, ours)).toMatchObject({ status: 422 });
    expect(await sync([], ours)).toMatchObject({ status: 422 });
  });

  test("[COMMERCE-02] names every problem at once, and changes nothing", async () => {
    const before = await list();
    const answer = await sync([
      { ...GAS, sku: "two words" },
      { ...GAS, unitAmount: -1 },
      { ...GAS, sku: "A", unitAmount: 0.5, currency: "shillings" },
      { ...GAS, sku: "B", stock: -1, imageUrl: "http://example.com/x.png" },
      { ...GAS, sku: "C", price: 5 },
      { sku: "D" },
    ]);
    expect([answer.status, answer.body.code]).toEqual([422, "invalid_request"]);
    expect(new Set(answer.body.issues?.map(({ pointer }) => pointer))).toEqual(
      new Set([
        "/items/0/sku",
        "/items/1/unitAmount",
        "/items/2/unitAmount",
        "/items/2/currency",
        "/items/3/stock",
        "/items/3/imageUrl",
        "/items/4",
        "/items/5/name",
        "/items/5/unitAmount",
        "/items/5/currency",
      ]),
    );
    const twice = await sync([GAS, HOSE, GAS]);
    expect(twice.body.issues?.map(({ pointer }) => pointer)).toEqual(["/items/2/sku"]);
    expect(await list()).toEqual(before);
  });
});

describe("the merchant", () => {
  test("[COMMERCE-03] imports, retires, and is not overruled by a sync", async () => {
    const ours = await createBridgeDesk(["plugin:ecommerce:catalog:sync"]);
    const { body } = await sync([GAS, HOSE], ours);
    const idOf = (sku: string) => body.items.find((item) => item.sku === sku)?.id ?? "";
    const act = (sku: string, what: string) =>
      ours.control<Item>("POST", `/v1/catalog/items/${idOf(sku)}/${what}`);
    expect((await act(GAS.sku, "import")).body).toMatchObject({ state: "imported" });
    expect((await act(GAS.sku, "retire")).body).toMatchObject({ state: "retired", retiredBy: "staff" });
    expect((await sync([GAS, HOSE], ours)).body).toMatchObject({ offered: 1, imported: 0, retired: 1 });
    expect((await act(GAS.sku, "import")).body).toMatchObject({ state: "imported", retiredBy: null });
    await sync([HOSE], ours);
    expect(await act(GAS.sku, "import")).toMatchObject({
      status: 409,
      body: { code: "catalog_item_withdrawn" },
    });
    await sync([GAS, HOSE], ours);
    expect([await stateOf(GAS.sku, ours), await stateOf(HOSE.sku, ours)]).toEqual(["imported", "offered"]);
  });

  test("[COMMERCE-03] takes in all of a plugin's items, or lets them come by themselves", async () => {
    const ours = await createBridgeDesk(["plugin:ecommerce:catalog:sync"]);
    await sync([GAS], ours);
    const { id: installationId } = ours.installation;
    const imports = () =>
      ours.control<{ imported: number }>("POST", "/v1/catalog/imports", { installationId });
    expect([(await imports()).body.imported, (await imports()).body.imported]).toEqual([1, 0]);
    const settings = `/v1/installations/${installationId}/catalog-settings`;
    expect((await ours.control("GET", settings)).body).toEqual({ importsItself: false });
    await ours.control("PUT", settings, { importsItself: true });
    expect((await sync([GAS, HOSE], ours)).body).toMatchObject({ offered: 0, imported: 2 });
  });

  test("[COMMERCE-04] finds in the audit log what an imported item cost before", async () => {
    const ours = await createBridgeDesk(["plugin:ecommerce:catalog:sync"]);
    const { body } = await sync([GAS, HOSE], ours);
    const idOf = (sku: string) => body.items.find((item) => item.sku === sku)?.id ?? "";
    await ours.control("POST", `/v1/catalog/items/${idOf(GAS.sku)}/import`);
    await sync(
      [
        { ...GAS, unitAmount: 130_000 },
        { ...HOSE, unitAmount: 1 },
      ],
      ours,
    );
    const audited = async (sku: string) =>
      (
        await ours.control<Page<{ action: string; actor: unknown; detail: unknown }>>(
          "GET",
          `/v1/audit-entries?subjectId=${idOf(sku)}`,
        )
      ).body.data.filter(({ action }) => action === "catalog_item.price_changed");
    expect(await audited(GAS.sku)).toMatchObject([
      {
        detail: {
          sku: GAS.sku,
          before: { unitAmount: 125_000, currency: "KES" },
          after: { unitAmount: 130_000, currency: "KES" },
        },
      },
    ]);
    expect(await audited(HOSE.sku)).toEqual([]);
    expect((await list("", ours)).data.find(({ sku }) => sku === GAS.sku)?.unitAmount).toBe(130_000);
  });

  test("[COMMERCE-05] lists by plugin, state and words, page by page", async () => {
    const ours = await createBridgeDesk(["plugin:ecommerce:catalog:sync"]);
    await sync([GAS, HOSE, { ...GAS, sku: "100%_PURE", name: "Lamp oil" }], ours);
    const skus = async (query: string) => (await list(query, ours)).data.map(({ sku }) => sku).sort();
    expect(await skus("?q=gas")).toEqual([GAS.sku]);
    expect(await skus(`?q=${encodeURIComponent("%_p")}`)).toEqual(["100%_PURE"]);
    expect(await skus(`?q=${encodeURIComponent("_")}`)).toEqual(["100%_PURE"]);
    expect(await skus("?state=imported")).toEqual([]);
    expect(await skus(`?installationId=${ours.installation.id}`)).toHaveLength(3);
    const first = await list("?limit=2", ours);
    const second = await list(`?limit=2&cursor=${first.nextCursor}`, ours);
    expect(new Set([...first.data, ...second.data].map(({ id }) => id)).size).toBe(3);
    expect(second.nextCursor).toBeNull();
  });

  test("[COMMERCE-05] is of this organisation, and may do it", async () => {
    const [item] = (await list()).data;
    const stranger = await createOrganization();
    for (const what of ["import", "retire"]) {
      const answer = await call("POST", `/v1/catalog/items/${item?.id}/${what}`, {
        token: stranger.apiToken,
      });
      expect([answer.status, answer.body.code]).toEqual([404, "catalog_item_not_found"]);
    }
    const { apiToken } = await addMember(desk.organization.id, "agent");
    const refused = await call("POST", `/v1/catalog/items/${item?.id}/import`, { token: apiToken });
    expect([refused.status, refused.body.code]).toEqual([403, "permission_missing"]);
  });
});

describe("the toolkits", () => {
  const SEARCH = "commerce__search_catalog";
  const resultOf = ({ body }: Answer<OutcomeBody>) => JSON.parse(String(body.result)) as ToolResult;

  test("[COMMERCE-06] commerce is hidden on a number where a plugin holds an e-commerce permission", async () => {
    const ours = await createBridgeDesk(["plugin:ecommerce:catalog:sync"]);
    for (const instanceId of [ours.supportId, ours.salesId]) {
      await grantFirstParty(ours, "kivuko.commerce", {}, instanceId);
    }
    const namesOn = async (instanceId: string) =>
      (await ours.control<Page<{ name: string }>>("GET", `/v1/instances/${instanceId}/tools`)).body.data.map(
        ({ name }) => name,
      );
    expect(await namesOn(ours.salesId)).toContain(SEARCH);
    expect(await namesOn(ours.supportId)).not.toContain(SEARCH);
    const search = { tool: SEARCH, body: { input: {} } };
    expect((await ours.callTool({ ...search, instanceId: ours.salesId })).body).toMatchObject({
      status: "ok",
    });
    const refused = await ours.callTool(search);
    expect(refused).toMatchObject({
      status: 403,
      body: { status: "refused", gate: "tool_grant", error: { code: "commerce_by_plugin" } },
    });
    expect(refused.body.error?.hint).toContain("SUPPORT_DESK");

    const grant = `/v1/instances/${ours.supportId}/grants/${ours.installation.id}`;
    await ours.control("PUT", grant, { permissions: [] });
    expect(await namesOn(ours.supportId)).toContain(SEARCH);
    await ours.control("PUT", grant, { permissions: ["plugin:ecommerce:catalog:sync"] });
    expect(await namesOn(ours.supportId)).not.toContain(SEARCH);
    await ours.control("POST", `/v1/installations/${ours.installation.id}/disable`);
    expect(await namesOn(ours.supportId)).toContain(SEARCH);
  });

  test("[COMMERCE-23] commerce sells to the customer of the chat, address and all", async () => {
    const ours = await createDesk();
    await new Shop(ours).stockUp();
    await grantFirstParty(ours, "kivuko.commerce");
    const { phone, stub } = await openChat(ours);
    await ring(stub);
    const use = (tool: string, input: object, by = phone) =>
      ours.callTool({ tool: `commerce__${tool}`, body: { input, customer: { phone: by } } });
    expect(resultOf(await use("search_catalog", { query: "hose" })).items).toMatchObject([
      { sku: HOSE.sku, unitAmount: HOSE.unitAmount },
    ]);
    const address = "ቤት 12, ቦሌ 🛢️\n«House 16»";
    const order = resultOf(
      await use("place_order", {
        items: [{ sku: GAS.sku, quantity: 2 }],
        orderDetails: { address },
      }),
    );
    expect(order).toMatchObject({ state: "placed", amount: 250_000, orderDetails: { address } });
    const { number } = order;
    const checkout = resultOf(await use("checkout_order", { number }));
    expect(checkout).toMatchObject({
      order: { state: "awaiting_payment" },
      payment: { orderReference: number, amount: 250_000, orderDetails: { address } },
    });
    expect(resultOf(await use("order_status", { number })).state).toBe("awaiting_payment");

    const other = await openChat(ours);
    await ring(other.stub);
    expect((await use("order_status", { number }, other.phone)).body.result).toMatch(
      /^There is no order .*\nFallback suggestions: /s,
    );
    expect((await use("place_order", { items: [{ sku: "NOTHING", quantity: 1 }] })).body.result).toContain(
      "The catalogue has no item NOTHING",
    );
    const nobody = await ours.callTool({ tool: "commerce__order_status", body: { input: { number } } });
    expect(nobody.body.result).toContain("comes from no chat");
  });

  test("[COMMERCE-23] payments asks the customer of the chat, and waits for a person's yes unless told", async () => {
    const ours = await createDesk();
    await grantFirstParty(ours, "kivuko.payments");
    const { phone, stub } = await openChat(ours);
    await ring(stub);
    const use = (tool: string, input: object, by = phone) =>
      ours.callTool({ tool: `payments__${tool}`, body: { input, customer: { phone: by } } });
    const terms = { amount: 125_000, currency: "KES", orderReference: "GAS-1", description: "Gas refill" };
    expect((await use("request_payment", terms)).body).toMatchObject({ gate: "tool_grant" });
    const tools = ["request_payment", "payment_status"];
    await grantFirstParty(ours, "kivuko.payments", { tools });
    expect((await use("request_payment", terms)).body).toMatchObject({ status: "pending_approval" });
    await grantFirstParty(ours, "kivuko.payments", { tools, approvals: { request_payment: "never" } });
    const asked = resultOf(await use("request_payment", terms));
    expect(asked).toMatchObject({ state: "pending", amount: 125_000 });
    expect(resultOf(await use("payment_status", { paymentId: asked.id })).id).toBe(asked.id);
    const other = await openChat(ours);
    await ring(other.stub);
    expect((await use("payment_status", { paymentId: asked.id }, other.phone)).body.result).toContain(
      "There is no payment",
    );
  });
});

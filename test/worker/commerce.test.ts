/** The catalogue: a plugin offers, the merchant takes in, and nothing is ever lost. */
import { beforeAll, describe, expect, test } from "vitest";
import { definePlugin, registerFirstPartyPlugins } from "../../src/plugins/in-process/index.ts";
import { callBridge, createBridgeDesk } from "./support/bridge.ts";
import { call } from "./support/call.ts";
import { createDesk, type Desk } from "./support/desk.ts";
import { addMember, createOrganization } from "./support/organization.ts";
import { GAS, HOSE } from "./support/shop.ts";

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

describe("the commerce toolkit", () => {
  const SEARCH = "commerce__search_catalog";

  test("[COMMERCE-06] is hidden on a number where a plugin holds an e-commerce permission", async () => {
    registerFirstPartyPlugins([
      definePlugin({
        id: "kivuko.commerce",
        name: "Commerce",
        version: "1.0.0",
        description: "Sells what the shop has.",
        tools: [{ name: "search_catalog", description: "Search.", parameters: { type: "object" } }],
        executeTool: async () => "Nothing found.",
      }),
    ]);
    const ours = await createBridgeDesk(["plugin:ecommerce:catalog:sync"]);
    const enabled = await ours.control<{ installationId: string }>(
      "POST",
      "/v1/admin/plugins/kivuko.commerce/enable",
    );
    const { installationId } = enabled.body;
    for (const instanceId of [ours.supportId, ours.salesId]) {
      await ours.control("PUT", `/v1/instances/${instanceId}/grants/${installationId}`, {});
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

    await ours.control("PUT", `/v1/instances/${ours.supportId}/grants/${ours.installation.id}`, {
      permissions: [],
    });
    expect(await namesOn(ours.supportId)).toContain(SEARCH);
    await ours.control("PUT", `/v1/instances/${ours.supportId}/grants/${ours.installation.id}`, {
      permissions: ["plugin:ecommerce:catalog:sync"],
    });
    expect(await namesOn(ours.supportId)).not.toContain(SEARCH);
    await ours.control("POST", `/v1/installations/${ours.installation.id}/disable`);
    expect(await namesOn(ours.supportId)).toContain(SEARCH);
  });

  test("[COMMERCE-06] stays where plugins hold permissions of other kinds", async () => {
    const ours = await createDesk();
    const enabled = await ours.control<{ installationId: string }>(
      "POST",
      "/v1/admin/plugins/kivuko.commerce/enable",
    );
    await ours.control("PUT", `/v1/instances/${ours.supportId}/grants/${enabled.body.installationId}`, {});
    expect((await ours.callTool({ tool: SEARCH, body: { input: {} } })).body).toMatchObject({ status: "ok" });
  });
});

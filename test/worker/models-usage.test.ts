/** What was used, summed: by each dimension, in pages, within a bounded time, by an index. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { usageEvent } from "../../src/db/schema/index.ts";
import { newId } from "../../src/kernel/ids.ts";
import { call } from "./support/call.ts";
import { createOrganization, testDb } from "./support/organization.ts";

const NOON = Date.UTC(2026, 4, 10, 12);
const DAY_MS = 24 * 60 * 60 * 1_000;
const RANGE = "from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z";

type Row = { key: string; currency: string | null; cost: number | null; modelCalls: number };
type Page = { data: Row[]; nextCursor: string | null; code?: string };
type Event = typeof usageEvent.$inferInsert;

async function setUp(...events: readonly Partial<Event>[]) {
  const { id: organizationId, apiToken: token } = await createOrganization();
  for (const event of events) {
    await testDb()
      .insert(usageEvent)
      .values({
        id: newId("usageEvent"),
        organizationId,
        kind: "model",
        model: "small",
        status: "ok",
        actorKind: "gateway_key",
        actorId: "key_1",
        requestId: "req_1",
        inputTokens: 10,
        outputTokens: 5,
        latencyMs: 100,
        createdAt: NOON,
        ...event,
      });
  }
  return async (query: string) => (await call<Page>("GET", `/v1/usage?${RANGE}&${query}`, { token })).body;
}

describe("[GATEWAY-06] usage", () => {
  it("is summed by day, model, tool, plugin, number, external user and key", async () => {
    const ask = await setUp(
      { instanceId: "inst_a", externalUser: "amina" },
      { instanceId: "inst_b", actorId: "key_2", model: "large", createdAt: NOON + DAY_MS },
      { kind: "tool", pluginSlug: "DESK", tool: "open", actorKind: "chat", actorId: "chat_1" },
    );
    const keysBy = async (dimension: string) => {
      const { data } = await ask(`groupBy=${dimension}`);
      return data.map(({ key }) => key);
    };
    expect(await keysBy("day")).toEqual(["2026-05-10", "2026-05-11"]);
    expect(await keysBy("model")).toEqual(["large", "small"]);
    expect(await keysBy("tool")).toEqual(["DESK__open"]);
    expect(await keysBy("plugin")).toEqual(["DESK"]);
    expect(await keysBy("instance")).toEqual(["inst_a", "inst_b"]);
    expect(await keysBy("external_user")).toEqual(["amina"]);
    expect(await keysBy("gateway_key")).toEqual(["key_1", "key_2"]);
    for (const filter of ["instanceId=inst_b", "model=large", "gatewayKeyId=key_2"]) {
      expect((await ask(`groupBy=day&${filter}`)).data.map(({ key }) => key)).toEqual(["2026-05-11"]);
    }
    expect((await ask("groupBy=model&plugin=DESK")).data).toMatchObject([{ modelCalls: 0, toolCalls: 1 }]);
    expect((await ask("groupBy=model&externalUser=amina")).data).toMatchObject([{ modelCalls: 1 }]);
  });

  it("has a cost where the model has prices, and null where it has none", async () => {
    const ask = await setUp(
      { currency: "KES", costMillionths: 2_500_000 },
      {},
      { costMillionths: 1, currency: "USD" },
    );
    expect((await ask("groupBy=model")).data).toMatchObject([
      { key: "small", currency: null, cost: null, modelCalls: 1 },
      { key: "small", currency: "KES", cost: 2.5, modelCalls: 1 },
      { key: "small", currency: "USD", cost: 0.000001, modelCalls: 1 },
    ]);
  });

  it("comes in pages that never split a key", async () => {
    const users = ["a", "b", "c", "d"];
    const ask = await setUp(
      ...users.flatMap((externalUser) => [
        { externalUser },
        { externalUser, currency: "USD", costMillionths: 1 },
      ]),
    );
    const seen: string[] = [];
    let cursor: string | null = "";
    for (let page = 0; cursor !== null && page < 10; page++) {
      const { data, nextCursor }: Page = await ask(
        `groupBy=external_user&limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      seen.push(...data.map(({ key }) => key));
      cursor = nextCursor;
    }
    expect(seen).toEqual(users.flatMap((user) => [user, user]));
  });

  it("is asked for a year at most, and read by the index of the organisation's times", async () => {
    const { apiToken: token } = await createOrganization();
    const code = async (query: string) =>
      (await call<Page>("GET", `/v1/usage?${query}`, { token })).body.code;
    expect(await code("from=2025-01-01T00:00:00Z&to=2026-06-01T00:00:00Z")).toBe("usage_range_invalid");
    expect(await code("from=2026-06-01T00:00:00Z&to=2026-01-01T00:00:00Z")).toBe("usage_range_invalid");
    const { results } = await env.DB.prepare(
      "explain query plan select model, sum(input_tokens) from usage_event where organization_id = ? and created_at >= ? and created_at < ? group by model",
    )
      .bind("org_1", 0, 1)
      .all<{ detail: string }>();
    expect(results.map(({ detail }) => detail).join()).toContain("usage_event_org");
  });
});

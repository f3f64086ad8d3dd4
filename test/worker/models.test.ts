/** Provider keys, the model catalog and what a gateway key may use. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { reserveDailyTokens, settleDailyTokens } from "../../src/tenancy/budgets/index.ts";
import { call } from "./support/call.ts";
import { addMember, createOrganization } from "./support/organization.ts";

const KEY = "sk-provider-key-of-the-organisation-1234";
const OPENAI = { provider: "openai-compatible", name: "OpenAI", key: KEY };

describe("provider keys and models", () => {
  it("keep a key sealed: it comes out of no answer, no audit entry and no table", async () => {
    const { apiToken: token } = await createOrganization();
    const created = await call<{ id: string }>("POST", "/v1/provider-keys", { token, body: OPENAI });
    expect(created).toMatchObject({
      status: 201,
      body: { hint: "1234", baseUrl: "https://api.openai.com/v1" },
    });
    const listed = await call("GET", "/v1/provider-keys", { token });
    const audit = await call("GET", "/v1/audit-entries", { token });
    const { results } = await env.DB.prepare("select * from provider_key").all();
    for (const seen of [created.body, listed.body, audit.body, results]) {
      expect(JSON.stringify(seen)).toContain(created.body.id);
      expect(JSON.stringify(seen)).not.toContain(KEY);
    }
    const gone = await call("DELETE", `/v1/provider-keys/${created.body.id}`, { token });
    expect(gone.status).toBe(204);
    const left = await env.DB.prepare("select key_sealed from provider_key where id = ?")
      .bind(created.body.id)
      .first();
    expect(left).toEqual({ key_sealed: null });
  });

  it("belong to one organisation, and to those who manage models", async () => {
    const [ours, theirs] = await Promise.all([createOrganization(), createOrganization()]);
    const key = await call<{ id: string }>("POST", "/v1/provider-keys", {
      token: ours.apiToken,
      body: OPENAI,
    });
    const model = { alias: "small", provider: "openai-compatible", providerModel: "gpt" };
    const made = await call<{ id: string }>("POST", "/v1/models-catalog", {
      token: ours.apiToken,
      body: model,
    });
    const asTheirs = { token: theirs.apiToken };
    const pinned = { ...asTheirs, body: { ...model, keyId: key.body.id } };
    expect((await call("POST", "/v1/models-catalog", pinned)).status).toBe(404);
    expect((await call("DELETE", `/v1/provider-keys/${key.body.id}`, asTheirs)).status).toBe(404);
    expect((await call("DELETE", `/v1/models-catalog/${made.body.id}`, asTheirs)).status).toBe(404);
    expect((await call("GET", "/v1/models-catalog", asTheirs)).body).toMatchObject({ data: [] });
    const viewer = await addMember(ours.id, "viewer");
    for (const path of ["/v1/provider-keys", "/v1/models-catalog", "/v1/usage"]) {
      expect((await call("GET", path, { token: viewer.apiToken })).status).toBe(403);
    }
  });

  it("refuse what cannot be: an alias twice, a private address, a key for elsewhere", async () => {
    const { apiToken: token } = await createOrganization();
    const create = (fields: object) =>
      call("POST", "/v1/models-catalog", {
        token,
        body: { alias: "small", provider: "openai-compatible", providerModel: "gpt", ...fields },
      });
    const key = await call<{ id: string }>("POST", "/v1/provider-keys", { token, body: OPENAI });
    const keyId = key.body.id;
    expect((await create({ baseUrl: "https://evil.example.com", keyId })).body.code).toBe(
      "provider_key_elsewhere",
    );
    expect((await create({ baseUrl: "https://10.0.0.5/v1" })).body.code).toBe("base_url_refused");
    expect((await create({ keyId, isDefault: true })).status).toBe(201);
    expect((await create({})).body.code).toBe("model_alias_taken");
    expect((await create({ alias: "kivuko-demo" })).body.code).toBe("model_alias_taken");
    expect((await create({ alias: "large", isDefault: true })).status).toBe(201);
    const { body } = await call<{ data: object[] }>("GET", "/v1/models-catalog", { token });
    expect(body.data).toMatchObject([
      { alias: "large", isDefault: true },
      { alias: "small", isDefault: false, keyId },
    ]);
  });
});

describe("a gateway key's caps", () => {
  const REQUEST = { model: "kivuko-demo", messages: [{ role: "user", content: "Hi" }], max_tokens: 100 };
  type ChatBody = { usage: { total_tokens: number }; error: { type: string; code: string; message: string } };

  /** A hundred requests at once with a key of these caps. */
  async function rush(caps: object) {
    const { apiToken } = await createOrganization();
    const { body } = await call<{ key: string }>("POST", "/v1/gateway-keys", {
      token: apiToken,
      body: { name: "App", ...caps },
    });
    const ask = () => call<ChatBody>("POST", "/v1/chat/completions", { token: body.key, body: REQUEST });
    const answers = await Promise.all(Array.from({ length: 100 }, ask));
    const refused = answers.filter(({ status }) => status === 429);
    const served = answers.filter(({ status }) => status === 200);
    expect(refused.length + served.length).toBe(100);
    return { refused, served };
  }

  it("[GATEWAY-07] let exactly as many requests a minute in as there are, of a hundred at once", async () => {
    const { refused, served } = await rush({ requestsPerMinute: 25 });
    expect(served).toHaveLength(25);
    expect(refused[0]?.body.error).toMatchObject({ type: "requests", code: "rate_limit_exceeded" });
    expect(Number(refused[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("[GATEWAY-07] hold a day's tokens: what a hundred at once use together never passes the cap", async () => {
    const { refused, served } = await rush({ tokensPerDay: 700 });
    const used = served.reduce((sum, { body }) => sum + body.usage.total_tokens, 0);
    expect(used).toBeLessThanOrEqual(700);
    // Each holds 100 for its answer and some for its question.
    expect(served.length).toBeGreaterThanOrEqual(5);
    expect(refused[0]?.body.error).toMatchObject({ type: "tokens", code: "rate_limit_exceeded" });
    expect(Number(refused[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("refuse a request that a whole day is too small for, and say how to make it smaller", async () => {
    const { refused, served } = await rush({ tokensPerDay: 100 });
    expect(served).toEqual([]);
    expect(refused[0]?.body.error.message).toContain("max_completion_tokens");
  });

  const NOON = Date.UTC(2026, 4, 10, 12);
  const HOUR_MS = 60 * 60 * 1_000;
  const budget = (name: string) => ({ namespace: env.BUDGETS, name });
  const reserve = (name: string, id: string, now = NOON) =>
    reserveDailyTokens({ ...budget(name), id, tokens: 100, tokensPerDay: 1_000, now });

  it("count what is held at once, exactly", async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => reserve("held", `r${index}`)),
    );
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(10);
    expect(answers.find(({ allowed }) => !allowed)).toEqual({ allowed: false, retryAfterSeconds: 10 });
  });

  it("count what was used in the place of what was held, once, until the day ends", async () => {
    await reserve("used", "one");
    await settleDailyTokens({ ...budget("used"), id: "one", tokens: 1_000 });
    await settleDailyTokens({ ...budget("used"), id: "one", tokens: 1_000 });
    expect(await reserve("used", "two")).toEqual({ allowed: false, retryAfterSeconds: 12 * 3_600 });
    await reserve("nearly", "one");
    await settleDailyTokens({ ...budget("nearly"), id: "one", tokens: 901 });
    expect(await reserve("nearly", "two")).toEqual({ allowed: false, retryAfterSeconds: 12 * 3_600 });
    expect(await reserve("used", "two", NOON + 12 * HOUR_MS)).toEqual({ allowed: true, remaining: 900 });
  });

  it("give back what a request held that never ended", async () => {
    await Promise.all(Array.from({ length: 10 }, (_, index) => reserve("lost", `r${index}`)));
    expect((await reserve("lost", "late", NOON + HOUR_MS / 4)).allowed).toBe(false);
    expect((await reserve("lost", "late", NOON + HOUR_MS)).allowed).toBe(true);
  });
});

/** Creating, listing and revoking API tokens and gateway keys. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Permission } from "../../src/access/permissions.ts";
import { authenticate } from "../../src/tenancy/accounts/index.ts";
import { CREDENTIAL_MAX_AGE_MS } from "../../src/tenancy/keys/recent-credentials.ts";
import { clockAt, testBase } from "./support/base.ts";
import { BASE_URL, call } from "./support/call.ts";
import { addApiToken, addMember, createOrganization, type TestOrganization } from "./support/organization.ts";
import { signUp } from "./support/session.ts";

type Token = {
  id: string;
  name: string;
  scopes: string[];
  hint: string;
  createdByUserId: string;
  expiresAt: string;
  revokedAt: string | null;
};
type Page<T> = { data: T[]; nextCursor: string | null };

const DAY_MS = 24 * 60 * 60 * 1000;

const kinds = [
  {
    path: "/v1/api-tokens",
    secret: "token",
    prefix: "kvt_",
    action: "api_token",
    fields: { scopes: ["tools:call"] },
  },
  { path: "/v1/gateway-keys", secret: "key", prefix: "kvk_", action: "gateway_key", fields: {} },
] as const;

describe.for(kinds)("$path", ({ path, secret, prefix, action, fields }) => {
  const create = (token: string, more: object = {}) =>
    call<Token & Record<"token" | "key", string>>("POST", path, {
      token,
      body: { name: "CI", ...fields, ...more },
    });

  test("[IDENTITY-05] shows the secret once and keeps only a hash of it", async () => {
    const { apiToken, id } = await createOrganization();
    const created = await create(apiToken, { name: "  CI  " });
    expect(created.status).toBe(201);
    const text = created.body[secret];
    expect(text).toMatch(new RegExp(`^${prefix}[A-Za-z0-9_-]{43}$`));
    expect(created.body).toMatchObject({ name: "CI", hint: text.slice(-4), revokedAt: null });
    expect((await call("GET", "/v1/me", { token: text })).body).toMatchObject({ organizationId: id });

    const listed = await call<Page<Token>>("GET", path, { token: apiToken });
    expect(listed.body.data.map((one) => one.id)).toContain(created.body.id);
    for (const leaked of [text, text.slice(4, 20)]) {
      expect(JSON.stringify(listed.body)).not.toContain(leaked);
      const { results } = await env.DB.prepare(`select * from ${action}`).all();
      expect(JSON.stringify(results)).not.toContain(leaked);
      const audit = await call("GET", "/v1/audit-entries", { token: apiToken });
      expect(JSON.stringify(audit.body)).not.toContain(leaked);
    }
  });

  test("[IDENTITY-05] revoking ends it at once here and within the bound elsewhere, keeps it listed, and is audited once", async () => {
    const { apiToken } = await createOrganization();
    const { body: created } = await create(apiToken);
    const text = created[secret];
    expect((await call("GET", "/v1/me", { token: text })).status).toBe(200);

    for (const _ of ["once", "again"]) {
      expect((await call("DELETE", `${path}/${created.id}`, { token: apiToken })).status).toBe(204);
    }
    expect(await call("GET", "/v1/me", { token: text })).toMatchObject({
      status: 401,
      body: { code: "credential_invalid" },
    });
    const listed = await call<Page<Token>>("GET", path, { token: apiToken });
    expect(listed.body.data.find(({ id }) => id === created.id)?.revokedAt).toEqual(expect.any(String));
    const audit = await call<Page<{ action: string }>>("GET", `/v1/audit-entries?subjectId=${created.id}`, {
      token: apiToken,
    });
    expect(audit.body.data.map((entry) => entry.action)).toEqual([`${action}.revoked`, `${action}.created`]);
  });

  test("another isolate's memory of it ends within the bound", async () => {
    const { apiToken, id } = await createOrganization();
    const { body: created } = await create(apiToken);
    const now = Date.now();
    const at = (time: number) =>
      authenticate({
        request: new Request(BASE_URL, { headers: { authorization: `Bearer ${created[secret]}` } }),
        base: testBase({ clock: clockAt(time) }),
      });
    await at(now);
    // As another isolate would see it: the row changes and nobody tells this one.
    await env.DB.prepare(`update ${action} set revoked_at = ? where id = ?`).bind(now, created.id).run();
    expect(await at(now + CREDENTIAL_MAX_AGE_MS - 1)).toMatchObject({ organizationId: id });
    await expect(at(now + CREDENTIAL_MAX_AGE_MS)).rejects.toMatchObject({ code: "credential_invalid" });
  });

  test("another organisation's is not there", async () => {
    const [ours, theirs] = await Promise.all([createOrganization(), createOrganization()]);
    const { body: created } = await create(ours.apiToken);
    const listed = await call<Page<Token>>("GET", path, { token: theirs.apiToken });
    expect(listed.body.data.map(({ id }) => id)).not.toContain(created.id);
    for (const id of [created.id, "unknown"]) {
      const refused = await call("DELETE", `${path}/${id}`, { token: theirs.apiToken });
      expect(refused).toMatchObject({ status: 404, body: { code: `${action}_not_found` } });
    }
    expect((await call("GET", "/v1/me", { token: created[secret] })).status).toBe(200);
  });

  test.for(["finance", "agent", "viewer", "developer"] as const)("is not for the role %s", async (role) => {
    const { id } = await createOrganization();
    const { apiToken } = await addMember(id, role);
    const refused = { status: 403, body: { code: "permission_missing" } };
    expect(await create(apiToken)).toMatchObject(refused);
    expect(await call("GET", path, { token: apiToken })).toMatchObject(refused);
    expect(await call("DELETE", `${path}/unknown`, { token: apiToken })).toMatchObject(refused);
  });

  test.for([
    [{ name: "" }, "/name"],
    [{ name: "   " }, "/name"],
    [{ name: "x".repeat(81) }, "/name"],
    [{ name: 1 }, "/name"],
    [{ expiresInDays: 0 }, "/expiresInDays"],
    [{ expiresInDays: 366 }, "/expiresInDays"],
    [{ expiresInDays: 1.5 }, "/expiresInDays"],
    [{ surprise: true }, "/"],
  ] as const)("refuses %j and says where", async ([wrong, pointer]) => {
    const { apiToken } = await createOrganization();
    const { status, body } = await call("POST", path, {
      token: apiToken,
      body: { name: "CI", ...fields, ...wrong },
    });
    expect(status).toBe(422);
    expect(body.issues?.map((issue) => issue.pointer)).toEqual([pointer]);
  });

  test("lists in pages, newest first", async () => {
    const { apiToken } = await createOrganization();
    const made: string[] = [];
    for (const name of ["a", "b", "c"]) {
      made.unshift((await create(apiToken, { name })).body.id);
    }
    const first = await call<Page<Token>>("GET", `${path}?limit=2`, { token: apiToken });
    expect(first.body.data.map(({ id }) => id)).toEqual(made.slice(0, 2));
    const second = await call<Page<Token>>("GET", `${path}?limit=2&cursor=${first.body.nextCursor}`, {
      token: apiToken,
    });
    // The fixture's own credential is the oldest.
    expect(second.body.data.map(({ id }) => id)).toEqual([made[2], expect.any(String)]);
    expect(second.body.nextCursor).toBeNull();
    for (const limit of ["0", "101", "many"]) {
      expect((await call("GET", `${path}?limit=${limit}`, { token: apiToken })).status).toBe(422);
    }
  });
});

describe("API tokens", () => {
  const create = (
    token: string,
    body: { name?: string; scopes: readonly string[]; expiresInDays?: number },
  ) => call<Token & { token: string }>("POST", "/v1/api-tokens", { token, body: { name: "CI", ...body } });

  const permissionsOf = async (token: string) =>
    (await call<{ permissions: string[] }>("GET", "/v1/me", { token })).body.permissions;

  test("last ninety days unless told", async () => {
    const { id } = await createOrganization();
    const owner = await signUp();
    await env.DB.prepare(
      "insert into member (id, organization_id, user_id, role, created_at) values (?, ?, ?, 'owner', 0)",
    )
      .bind(crypto.randomUUID(), id, owner.userId)
      .run();
    const lastsMs = async (fields: object) => {
      const { body } = await owner.call<Token>("POST", "/v1/api-tokens", {
        body: { name: "CI", scopes: ["tools:call"], ...fields },
      });
      expect(body.createdByUserId).toBe(owner.userId);
      return Date.parse(body.expiresAt) - Date.now();
    };
    expect(Math.round((await lastsMs({})) / DAY_MS)).toBe(90);
    expect(Math.round((await lastsMs({ expiresInDays: 365 })) / DAY_MS)).toBe(365);
  });

  test("do no more than asked for", async () => {
    const { apiToken } = await createOrganization();
    const { body } = await create(apiToken, { scopes: ["calls:read", "tools:call", "calls:read"] });
    expect(body.scopes).toEqual(["calls:read", "tools:call"]);
    expect(await permissionsOf(body.token)).toEqual(["tools:call", "calls:read"]);
    expect(await call("GET", "/v1/instances", { token: body.token })).toMatchObject({
      status: 403,
      body: { code: "permission_missing", hint: expect.stringContaining("instances:read") },
    });
  });

  test("[IDENTITY-03] never widen: each scope that the creator does not hold is named", async () => {
    const { id, userId } = await createOrganization();
    const scopes: readonly Permission[] = ["tokens:manage", "calls:read"];
    const narrow = await addApiToken(id, userId, { scopes });
    const refused = await create(narrow, {
      scopes: ["calls:read", "grants:write", "tokens:manage", "plugins:install"],
    });
    expect(refused).toMatchObject({ status: 403, body: { code: "scope_not_held" } });
    const problem = refused.body as unknown as { issues: { pointer: string; code: string }[] };
    expect(problem.issues.map(({ pointer, code }) => [pointer, code])).toEqual([
      ["/scopes/1", "scope_not_held"],
      ["/scopes/3", "scope_not_held"],
    ]);

    const child = await create(narrow, { scopes });
    expect(child).toMatchObject({ status: 201, body: { createdByUserId: userId } });
    expect(new Set(await permissionsOf(child.body.token))).toEqual(new Set(scopes));
    expect((await create(child.body.token, { scopes: ["grants:write"] })).status).toBe(403);
  });

  test("that a token made end no later than that token", async () => {
    const { id, userId } = await createOrganization();
    const parent = await addApiToken(id, userId, { expiresInMs: 10 * DAY_MS });
    const refused = await create(parent, { scopes: ["tools:call"], expiresInDays: 11 });
    expect(refused).toMatchObject({
      status: 422,
      body: { code: "expiry_too_late", issues: [{ pointer: "/expiresInDays" }] },
    });
    expect((await create(parent, { scopes: ["tools:call"], expiresInDays: 9 })).status).toBe(201);
    const { body } = await create(parent, { scopes: ["tools:call"] });
    expect(Math.round((Date.parse(body.expiresAt) - Date.now()) / DAY_MS)).toBe(10);
  });

  test("need scopes that exist", async () => {
    const { apiToken } = await createOrganization();
    const refused = await create(apiToken, { scopes: ["tools:call", "root", "*"] });
    expect(refused.status).toBe(422);
    const problem = refused.body as unknown as { issues: { pointer: string }[] };
    expect(problem.issues.map(({ pointer }) => pointer)).toEqual(["/scopes/1", "/scopes/2"]);
    expect((await create(apiToken, { scopes: [] })).status).toBe(422);
  });
});

describe("gateway keys", () => {
  const createInstance = async ({ apiToken }: TestOrganization) =>
    (
      await call<{ id: string }>("POST", "/v1/instances", {
        token: apiToken,
        body: { channel: "simulator", name: "S" },
      })
    ).body.id;

  const create = (token: string, fields: object) =>
    call<{ instanceId: string | null; key: string; expiresAt: string | null }>("POST", "/v1/gateway-keys", {
      token,
      body: { name: "Shop", ...fields },
    });

  test("[IDENTITY-04] serve all instances, or one", async () => {
    const ours = await createOrganization();
    const instanceId = await createInstance(ours);
    expect((await create(ours.apiToken, {})).body).toMatchObject({ instanceId: null, expiresAt: null });
    const { body } = await create(ours.apiToken, { instanceId, expiresInDays: 1 });
    expect(body).toMatchObject({ instanceId, expiresAt: expect.any(String) });
    expect((await call("GET", "/v1/me", { token: body.key })).body).toMatchObject({ instanceId });
  });

  test("are not bound to another organisation's instance", async () => {
    const [ours, theirs] = await Promise.all([createOrganization(), createOrganization()]);
    for (const instanceId of [await createInstance(theirs), "unknown"]) {
      expect(await create(ours.apiToken, { instanceId })).toMatchObject({
        status: 404,
        body: { code: "instance_not_found" },
      });
    }
  });
});

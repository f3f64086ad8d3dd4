/** API tokens and gateway keys as credentials: who they make of a request, and when they stop doing so. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { PERMISSIONS, ROLE_PERMISSIONS, ROLES } from "../../src/access/permissions.ts";
import { authenticate } from "../../src/tenancy/accounts/index.ts";
import { CREDENTIAL_MAX_AGE_MS } from "../../src/tenancy/keys/recent-credentials.ts";
import { clockAt, testBase } from "./support/base.ts";
import { BASE_URL, call } from "./support/call.ts";
import { addApiToken, addGatewayKey, addMember, createOrganization } from "./support/organization.ts";
import { signUp } from "./support/session.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const invalid = {
  status: 401,
  body: { code: "credential_invalid", detail: "This credential is not valid." },
};

/** Authenticates as the Worker would at that time (epoch ms). */
function authenticateAt(now: number, token: string) {
  const request = new Request(`${BASE_URL}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
  return authenticate({ request, base: testBase({ clock: clockAt(now) }) });
}

test("needs a credential", async () => {
  const answer = await call("GET", "/v1/me");
  expect(answer).toMatchObject({ status: 401, body: { code: "credential_missing" } });
  expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer/);
  expect(answer.body.hint).toContain("kvt_");
});

test("says of an API token and of a gateway key who they are", async () => {
  const { id, apiToken, gatewayKey } = await createOrganization();
  expect((await call("GET", "/v1/me", { token: apiToken })).body).toEqual({
    actor: { kind: "api_token", id: expect.stringMatching(/^tok_/) },
    organizationId: id,
    permissions: [...PERMISSIONS],
  });
  expect((await call("GET", "/v1/me", { token: gatewayKey })).body).toEqual({
    actor: { kind: "gateway_key", id: expect.stringMatching(/^key_/) },
    organizationId: id,
    instanceId: null,
    permissions: ["tools:call"],
  });
});

test("[IDENTITY-06] gives one answer to whatever is no credential of ours", async () => {
  const { apiToken } = await createOrganization();
  const unknown = `kvt_${"A".repeat(43)}`;
  const headers = [
    "Bearer",
    "Bearer ",
    `Basic ${btoa("a:b")}`,
    apiToken,
    `Token ${apiToken}`,
    `Bearer ${apiToken}x`,
    `Bearer ${apiToken.slice(0, -1)}`,
    `Bearer ${apiToken} ${apiToken}`,
    `Bearer ${apiToken.replace("kvt_", "kvk_")}`,
    `Bearer ${apiToken.toUpperCase()}`,
    `Bearer ${unknown}`,
    `Bearer ${unknown.replace("kvt_", "kvk_")}`,
    `Bearer ' or 1=1 --`,
    `Bearer ${"kvt_".repeat(2000)}`,
  ];
  for (const authorization of headers) {
    expect(await call("GET", "/v1/me", { headers: { authorization } })).toMatchObject(invalid);
  }
  expect((await call("GET", "/v1/me", { headers: { authorization: `bearer  ${apiToken}` } })).status).toBe(
    200,
  );
});

test("does not fall back to a session when the bearer credential is bad", async () => {
  const asha = await signUp();
  await asha.call("POST", "/api/auth/organization/create", { body: { name: "Fallback", slug: "fallback" } });
  expect((await asha.call("GET", "/v1/me")).status).toBe(200);
  expect(await asha.call("GET", "/v1/me", { token: "kvt_bad" })).toMatchObject(invalid);
});

test("[IDENTITY-05] an expired credential says so, to the millisecond", async () => {
  const { id, userId } = await createOrganization();
  const now = Date.now();
  const token = await addApiToken(id, userId, { expiresInMs: DAY_MS });
  const { expires_at } = (await env.DB.prepare(
    "select expires_at from api_token where organization_id = ? order by id desc",
  )
    .bind(id)
    .first<{ expires_at: number }>()) ?? { expires_at: 0 };
  const key = await addGatewayKey(id, { expiresAt: now + DAY_MS });

  expect(await authenticateAt(expires_at - 1, token)).toMatchObject({ kind: "api_token" });
  await expect(authenticateAt(expires_at, token)).rejects.toMatchObject({
    kind: "unauthenticated",
    code: "credential_expired",
  });
  expect(await authenticateAt(now + DAY_MS - 1, key)).toMatchObject({ kind: "gateway_key" });
  await expect(authenticateAt(now + DAY_MS, key)).rejects.toMatchObject({ code: "credential_expired" });
  // A key without an end goes on.
  expect(await authenticateAt(now + 3650 * DAY_MS, await addGatewayKey(id))).toMatchObject({
    kind: "gateway_key",
  });
});

test.for(ROLES)(
  "[IDENTITY-03] a token with every scope does no more than its creator's role %s",
  async (role) => {
    const { id } = await createOrganization();
    const { apiToken } = await addMember(id, role);
    const { body } = await call<{ permissions: string[] }>("GET", "/v1/me", { token: apiToken });
    expect(new Set(body.permissions)).toEqual(ROLE_PERMISSIONS[role]);
  },
);

test("[IDENTITY-03] a token narrows with its creator's role and ends with the membership, within the bound", async () => {
  const { id } = await createOrganization();
  const { userId, apiToken } = await addMember(id, "admin");
  const now = Date.now();
  const permissionsAt = async (time: number) => {
    const actor = await authenticateAt(time, apiToken);
    return actor.kind === "api_token" ? actor.permissions : new Set();
  };
  expect((await permissionsAt(now)).has("members:manage")).toBe(true);

  await env.DB.prepare("update member set role = 'viewer' where user_id = ?").bind(userId).run();
  expect((await permissionsAt(now + CREDENTIAL_MAX_AGE_MS)).has("members:manage")).toBe(false);

  await env.DB.prepare("delete from member where user_id = ?").bind(userId).run();
  await expect(authenticateAt(now + 2 * CREDENTIAL_MAX_AGE_MS, apiToken)).rejects.toMatchObject({
    code: "credential_invalid",
  });
});

test("a warm credential costs no database read", async () => {
  const { gatewayKey, apiToken } = await createOrganization();
  const now = Date.now();
  const noDatabase = testBase({ clock: clockAt(now), db: {} as never });
  for (const token of [gatewayKey, apiToken]) {
    await authenticateAt(now, token);
    const request = new Request(BASE_URL, { headers: { authorization: `Bearer ${token}` } });
    expect(await authenticate({ request, base: noDatabase })).toHaveProperty("organizationId");
  }
});

test("X-Org-Id must be the credential's own organisation", async () => {
  const [ours, theirs] = await Promise.all([createOrganization(), createOrganization()]);
  for (const token of [ours.apiToken, ours.gatewayKey]) {
    expect((await call("GET", "/v1/me", { token, headers: { "x-org-id": ours.id } })).status).toBe(200);
    expect(await call("GET", "/v1/me", { token, headers: { "x-org-id": theirs.id } })).toMatchObject({
      status: 404,
      body: { code: "organization_not_found" },
    });
  }
});

test("[IDENTITY-04] a gateway key has no business in the control plane", async () => {
  const { gatewayKey } = await createOrganization();
  for (const path of ["/v1/instances", "/v1/api-tokens", "/v1/gateway-keys", "/v1/audit-entries"]) {
    expect(await call("GET", path, { token: gatewayKey })).toMatchObject({
      status: 403,
      body: { code: "permission_missing" },
    });
  }
});

/** Accounts and sessions: signing up, in and out; which organisation a session acts in; where changes come from. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { member } from "../../src/db/schema/index.ts";
import { newId } from "../../src/kernel/ids.ts";
import { createAuth } from "../../src/tenancy/accounts/auth.ts";
import { testBase } from "./support/base.ts";
import { BASE_URL, call } from "./support/call.ts";
import { createOrganization, testDb } from "./support/organization.ts";
import { cookieOf, nextAddress, PASSWORD, signUp } from "./support/session.ts";

type Created = { id: string };
type Me = {
  actor: { kind: string; id: string };
  organizationId: string;
  role?: string;
  permissions: string[];
};

async function join(userId: string, organizationId: string, role = "viewer"): Promise<void> {
  await testDb()
    .insert(member)
    .values({ id: newId("member"), organizationId, userId, role, createdAt: new Date() });
}

test("signs up, creates an organisation and is its owner", async () => {
  const asha = await signUp();
  expect(asha.userId).toMatch(/^usr_[0-9a-z]{26}$/);

  const created = await asha.call<Created>("POST", "/api/auth/organization/create", {
    body: { name: "Duka la Asha", slug: "duka-la-asha" },
  });
  expect(created.status).toBe(200);
  expect(created.body.id).toMatch(/^org_/);
  expect(created.headers.get("x-request-id")).toMatch(/^req_/);

  const me = await asha.call<Me>("GET", "/v1/me");
  expect(me).toMatchObject({
    status: 200,
    body: { actor: { kind: "user", id: asha.userId }, organizationId: created.body.id, role: "owner" },
  });
  expect(me.body.permissions).toContain("members:manage");
});

test("keeps the session in a cookie that scripts cannot read and that goes over https only", async () => {
  const answer = await call("POST", "/api/auth/sign-up/email", {
    headers: { "cf-connecting-ip": nextAddress() },
    body: { name: "Asha", email: `${crypto.randomUUID()}@example.com`, password: PASSWORD },
  });
  const cookie = answer.headers.getSetCookie().find((text) => text.includes("session_token="));
  expect(cookie).toMatch(/^__Secure-kivuko\.session_token=/);
  expect(cookie).toMatch(/; HttpOnly/);
  expect(cookie).toMatch(/; Secure/);
  expect(cookie).toMatch(/; SameSite=Lax/);
});

test("stores no password, and hashes one password differently each time", async () => {
  const people = await Promise.all([signUp(), signUp()]);
  const { results } = await env.DB.prepare("select password from account where user_id in (?, ?)")
    .bind(...people.map(({ userId }) => userId))
    .all<{ password: string }>();
  const [first, second] = results.map(({ password }) => password);
  expect(first).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$/);
  expect(first).not.toBe(second);
});

test("signs out, and the session is over", async () => {
  const asha = await signUp();
  const cookie = (await signIn(asha.email)).cookie ?? "";
  const headers = { cookie, origin: BASE_URL, "cf-connecting-ip": nextAddress() };
  expect((await call("POST", "/api/auth/sign-out", { headers, body: {} })).status).toBe(200);
  expect(await call("GET", "/v1/me", { headers })).toMatchObject({
    status: 401,
    body: { code: "credential_invalid" },
  });
});

async function signIn(email: string, password = PASSWORD, address = nextAddress()) {
  const answer = await call("POST", "/api/auth/sign-in/email", {
    headers: { "cf-connecting-ip": address },
    body: { email, password },
  });
  return { ...answer, cookie: cookieOf(answer.headers) };
}

test("refuses a wrong password as it refuses an unknown person", async () => {
  const { email } = await signUp();
  const wrong = await signIn(email, "not the password");
  const unknown = await signIn(`${crypto.randomUUID()}@example.com`);
  expect(wrong).toMatchObject({ status: 401, body: { code: "invalid_email_or_password" } });
  expect(wrong.headers.get("content-type")).toBe("application/problem+json");
  const withoutId = ({ requestId: _, ...rest }: typeof wrong.body) => rest;
  expect(withoutId(unknown.body)).toEqual(withoutId(wrong.body));
});

test.for([
  ["a password of nine characters", { password: "123456789" }, "password_too_short"],
  ["no e-mail address", { email: "asha" }, "validation_error"],
] as const)("refuses %s", async ([, fields, code]) => {
  const answer = await call("POST", "/api/auth/sign-up/email", {
    headers: { "cf-connecting-ip": nextAddress() },
    body: { name: "Asha", email: `${crypto.randomUUID()}@example.com`, password: PASSWORD, ...fields },
  });
  expect(answer).toMatchObject({ status: 400, body: { code } });
});

test("[IDENTITY-09] lets one address try to sign in ten times a minute", async () => {
  const { email } = await signUp();
  const address = nextAddress();
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    expect((await signIn("not an address", PASSWORD, address)).status).toBe(400);
  }
  const refused = await signIn(email, PASSWORD, address);
  expect(refused).toMatchObject({ status: 429, body: { code: "too_many_tries" } });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await signIn(email)).status).toBe(200);
});

test("does not take the address from a header that anybody can send", async () => {
  const address = nextAddress();
  const statuses: number[] = [];
  for (let attempt = 1; attempt <= 11; attempt += 1) {
    const answer = await call("POST", "/api/auth/sign-in/email", {
      headers: { "cf-connecting-ip": address, "x-forwarded-for": `203.0.113.${attempt}` },
      body: { email: "not an address", password: PASSWORD },
    });
    statuses.push(answer.status);
  }
  expect(statuses).toEqual([...Array(10).fill(400), 429]);
});

test("[IDENTITY-10] with sign-up closed, only a pending invitation to that address makes an account", async () => {
  const asha = await signUp();
  await asha.call("POST", "/api/auth/organization/create", { body: { name: "Closed", slug: "closed" } });
  const email = `${crypto.randomUUID()}@example.com`;
  const { body: invitation } = await asha.call<Created>("POST", "/api/auth/organization/invite-member", {
    body: { email, role: "agent" },
  });

  const { config } = testBase();
  const auth = createAuth(testBase({ config: { ...config, signUp: "closed" } }));
  const signUpClosed = async (body: Record<string, unknown>) => {
    const response = await auth.handler(
      new Request(`${BASE_URL}/api/auth/sign-up/email`, {
        method: "POST",
        headers: { "content-type": "application/json", "cf-connecting-ip": nextAddress() },
        body: JSON.stringify({ name: "Juma", password: PASSWORD, ...body }),
      }),
    );
    return { status: response.status, ...(await response.json<{ code?: string }>()) };
  };

  const closed = { status: 403, code: "SIGN_UP_CLOSED" };
  expect(await signUpClosed({ email })).toMatchObject(closed);
  expect(await signUpClosed({ email, invitationId: "inv_unknown" })).toMatchObject(closed);
  expect(await signUpClosed({ email: "other@example.com", invitationId: invitation.id })).toMatchObject(
    closed,
  );
  expect(await signUpClosed({ email: email.toUpperCase(), invitationId: invitation.id })).toMatchObject({
    status: 200,
  });

  await env.DB.prepare("update invitation set expires_at = ? where id = ?")
    .bind(Date.now() - 1, invitation.id)
    .run();
  await env.DB.prepare("delete from user where email = ?").bind(email).run();
  expect(await signUpClosed({ email, invitationId: invitation.id })).toMatchObject(closed);
});

test("acts in the organisation that X-Org-Id names, else the active one, else the only one", async () => {
  const asha = await signUp();
  const none = await asha.call("GET", "/v1/me");
  expect(none).toMatchObject({ status: 422, body: { code: "organization_required" } });
  expect(none.body.hint).toMatch(/Create an organisation/);

  const [first, second, foreign] = await Promise.all([
    createOrganization(),
    createOrganization(),
    createOrganization(),
  ]);
  await join(asha.userId, first.id, "viewer");
  expect((await asha.call<Me>("GET", "/v1/me")).body).toMatchObject({
    organizationId: first.id,
    role: "viewer",
  });

  await join(asha.userId, second.id, "developer");
  const unclear = await asha.call("GET", "/v1/me");
  expect(unclear).toMatchObject({ status: 422, body: { code: "organization_required" } });
  expect(unclear.body.hint).toMatch(/X-Org-Id/);

  const named = await asha.call<Me>("GET", "/v1/me", { headers: { "x-org-id": second.id } });
  expect(named.body).toMatchObject({ organizationId: second.id, role: "developer" });

  await asha.call("POST", "/api/auth/organization/set-active", { body: { organizationId: first.id } });
  expect((await asha.call<Me>("GET", "/v1/me")).body).toMatchObject({ organizationId: first.id });

  for (const id of [foreign.id, "org_unknown", ""]) {
    const refused = await asha.call("GET", "/v1/me", { headers: { "x-org-id": id } });
    expect(refused).toMatchObject({ status: 404, body: { code: "organization_not_found" } });
  }
});

test("a member who was removed acts there no more, active organisation or not", async () => {
  const asha = await signUp();
  const { id } = await createOrganization();
  await join(asha.userId, id);
  await asha.call("POST", "/api/auth/organization/set-active", { body: { organizationId: id } });
  expect((await asha.call("GET", "/v1/me")).status).toBe(200);
  await env.DB.prepare("delete from member where user_id = ?").bind(asha.userId).run();
  expect(await asha.call("GET", "/v1/me")).toMatchObject({
    status: 422,
    body: { code: "organization_required" },
  });
});

test("[IDENTITY-07] takes a change by session from its own pages only", async () => {
  const asha = await signUp();
  await join(asha.userId, (await createOrganization()).id, "owner");
  const create = (headers: Record<string, string>) =>
    asha.call("POST", "/v1/instances", { headers, body: { channel: "simulator", name: "Support" } });

  const refused = { status: 403, body: { code: "origin_refused" } };
  expect(await create({ origin: "https://evil.example" })).toMatchObject(refused);
  expect(await create({ origin: "null" })).toMatchObject(refused);
  expect(await create({ origin: `${BASE_URL}.evil.example` })).toMatchObject(refused);
  expect(await create({ origin: "https://evil.example", "sec-fetch-site": "same-origin" })).toMatchObject(
    refused,
  );
  expect((await create({ origin: BASE_URL })).status).toBe(201);
  // Reading changes nothing, and its answer stays unreadable to the other site.
  expect((await asha.call("GET", "/v1/me", { headers: { origin: "https://evil.example" } })).status).toBe(
    200,
  );
});

test("goes by Sec-Fetch-Site where a browser sends no Origin", async () => {
  const { email, userId } = await signUp();
  await join(userId, (await createOrganization()).id, "owner");
  const cookie = (await signIn(email)).cookie ?? "";
  const create = (headers: Record<string, string>) =>
    call("POST", "/v1/instances", {
      headers: { cookie, ...headers },
      body: { channel: "simulator", name: "Support" },
    });

  expect(await create({})).toMatchObject({ status: 403, body: { code: "origin_refused" } });
  expect(await create({ "sec-fetch-site": "same-site" })).toMatchObject({ status: 403 });
  expect((await create({ "sec-fetch-site": "same-origin" })).status).toBe(201);
});

test("better-auth's own endpoints refuse another site's change too", async () => {
  const asha = await signUp();
  const answer = await asha.call("POST", "/api/auth/organization/create", {
    headers: { origin: "https://evil.example" },
    body: { name: "Evil", slug: "evil" },
  });
  expect(answer).toMatchObject({ status: 403, body: { code: "invalid_origin" } });
});

test("a cookie that was made up or changed is no session", async () => {
  for (const value of ["made-up", "made-up.c2lnbmF0dXJl", ""]) {
    const headers = { cookie: `__Secure-kivuko.session_token=${value}` };
    expect(await call("GET", "/v1/me", { headers })).toMatchObject({
      status: 401,
      body: { code: "credential_invalid" },
    });
  }
});

test("an unknown account endpoint is a 404 in our form", async () => {
  const answer = await call("GET", "/api/auth/no-such-endpoint", {
    headers: { "cf-connecting-ip": nextAddress() },
  });
  expect(answer).toMatchObject({ status: 404, body: { code: "account_request_refused", status: 404 } });
});

test("a membership with a role that is not ours is none", async () => {
  const asha = await signUp();
  await join(asha.userId, (await createOrganization()).id, "member");
  expect(await asha.call("GET", "/v1/me")).toMatchObject({
    status: 422,
    body: { code: "organization_required" },
  });
});

/**
 * Members, roles and invitations: what better-auth enforces by itself, and what our rules add to it. Nobody gets a
 * role above the one of whoever gives it.
 */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { ROLES, type Role } from "../../src/access/permissions.ts";
import { member } from "../../src/db/schema/index.ts";
import { newId } from "../../src/kernel/ids.ts";
import { addMember, testDb } from "./support/organization.ts";
import { type Person, signUp } from "./support/session.ts";

type Invitation = { id: string; url: string; role: string; expiresAt: string };
type Entry = { action: string; actor: { id: string }; subject: { type: string; id: string }; detail: object };

const DAY_MS = 24 * 60 * 60 * 1000;
const ORGANIZATION = "/api/auth/organization";

/** People of one organisation, one for each role, each with it as their active organisation. */
let organizationId: string;
let people: Record<Role, Person>;
let members: Record<Role, string>;

beforeAll(async () => {
  const owner = await signUp();
  const created = await owner.call<{ id: string; members: [{ id: string }] }>(
    "POST",
    `${ORGANIZATION}/create`,
    {
      body: { name: "Duka", slug: "duka" },
    },
  );
  organizationId = created.body.id;
  people = { owner } as Record<Role, Person>;
  members = { owner: created.body.members[0].id } as Record<Role, string>;
  for (const role of ROLES.filter((one) => one !== "owner")) {
    const person = await signUp();
    const id = newId("member");
    await testDb()
      .insert(member)
      .values({ id, organizationId, userId: person.userId, role, createdAt: new Date() });
    await person.call("POST", `${ORGANIZATION}/set-active`, { body: { organizationId } });
    people[role] = person;
    members[role] = id;
  }
});

const roleOf = async (memberId: string) =>
  (await env.DB.prepare("select role from member where id = ?").bind(memberId).first<{ role: string }>())
    ?.role;

const setRole = (by: Role, memberId: string, role: string | string[]) =>
  people[by].call("POST", `${ORGANIZATION}/update-member-role`, { body: { memberId, role } });

const invite = (by: Role, role: string | string[], more: object = {}) =>
  people[by].call<Invitation & { code: string }>("POST", `${ORGANIZATION}/invite-member`, {
    body: { email: `${crypto.randomUUID()}@example.com`, role, ...more },
  });

describe("an admin", () => {
  test("[IDENTITY-08] cannot make himself or another an owner", async () => {
    for (const target of ["admin", "viewer"] as const) {
      for (const role of ["owner", ["admin", "owner"], "admin,owner", " owner", "owner "]) {
        expect((await setRole("admin", members[target], role)).status).toBeOneOf([400, 403]);
        expect(await roleOf(members[target])).toBe(target);
      }
    }
  });

  test("can neither demote nor remove an owner", async () => {
    expect((await setRole("admin", members.owner, "viewer")).status).toBe(403);
    const removed = await people.admin.call("POST", `${ORGANIZATION}/remove-member`, {
      body: { memberIdOrEmail: members.owner },
    });
    expect(removed.status).toBe(400);
    expect(await roleOf(members.owner)).toBe("owner");
  });

  test("can give every role up to his own, and take it again", async () => {
    const { userId } = await addMember(organizationId, "viewer");
    const row = await env.DB.prepare("select id from member where user_id = ?")
      .bind(userId)
      .first<{ id: string }>();
    const id = row?.id ?? "";
    for (const role of ROLES.filter((one) => one !== "owner")) {
      expect((await setRole("admin", id, role)).status).toBe(200);
      expect(await roleOf(id)).toBe(role);
    }
    const removed = await people.admin.call("POST", `${ORGANIZATION}/remove-member`, {
      body: { memberIdOrEmail: id },
    });
    expect(removed.status).toBe(200);
    expect(await roleOf(id)).toBeUndefined();
  });
});

test("an owner can make another member an owner", async () => {
  const { userId } = await addMember(organizationId, "admin");
  const row = await env.DB.prepare("select id from member where user_id = ?")
    .bind(userId)
    .first<{ id: string }>();
  expect((await setRole("owner", row?.id ?? "", "owner")).status).toBe(200);
  expect(await roleOf(row?.id ?? "")).toBe("owner");
  await env.DB.prepare("delete from member where id = ?").bind(row?.id).run();
});

test("[IDENTITY-08] the last owner can neither leave nor step down", async () => {
  const left = await people.owner.call("POST", `${ORGANIZATION}/leave`, { body: { organizationId } });
  expect(left.status).toBe(400);
  expect((await setRole("owner", members.owner, "admin")).status).toBe(400);
  expect(await roleOf(members.owner)).toBe("owner");
});

test.for(["finance", "agent", "viewer", "developer"] as const)(
  "a %s manages neither members nor the organisation",
  async (role) => {
    expect((await invite(role, "viewer")).status).toBe(403);
    expect((await setRole(role, members[role], "admin")).status).toBe(403);
    const removed = await people[role].call("POST", `${ORGANIZATION}/remove-member`, {
      body: { memberIdOrEmail: members.admin },
    });
    expect(removed.status).toBe(401);
    const renamed = await people[role].call("POST", `${ORGANIZATION}/update`, {
      body: { data: { name: "Mine" } },
    });
    expect(renamed.status).toBe(403);
    expect(await roleOf(members.admin)).toBe("admin");
    expect(await roleOf(members[role])).toBe(role);
  },
);

test("one organisation's owner has no say in another's members", async () => {
  const stranger = await signUp();
  await stranger.call("POST", `${ORGANIZATION}/create`, { body: { name: "Other", slug: "other" } });
  for (const named of [{}, { organizationId }]) {
    const changed = await stranger.call("POST", `${ORGANIZATION}/update-member-role`, {
      body: { memberId: members.viewer, role: "admin", ...named },
    });
    expect(changed.status).toBeOneOf([400, 403]);
    const removed = await stranger.call("POST", `${ORGANIZATION}/remove-member`, {
      body: { memberIdOrEmail: members.viewer, ...named },
    });
    expect(removed.status).toBe(400);
  }
  const listed = await stranger.call("GET", `${ORGANIZATION}/list-members?organizationId=${organizationId}`);
  expect(listed.status).toBe(403);
  expect(await roleOf(members.viewer)).toBe("viewer");
});

test.for(["member", "viewer,finance", ["viewer", "finance"], "", "root"])(
  "%j is no role of ours, for a member or an invitation",
  async (role) => {
    expect((await setRole("owner", members.viewer, role)).status).toBe(400);
    expect((await invite("owner", role)).status).toBe(400);
    expect(await roleOf(members.viewer)).toBe("viewer");
  },
);

describe("an invitation", () => {
  test("is a link for the inviter to pass on; whoever it is for joins by it", async () => {
    const guest = await signUp();
    const { status, body } = await invite("admin", "agent", { email: guest.email });
    expect(status).toBe(200);
    expect(body.url).toBe(`https://kivuko.test/invitations/${body.id}`);
    expect(body.id).toMatch(/^inv_[0-9a-z]{26}$/);
    const lastsMs = Date.parse(body.expiresAt) - Date.now();
    expect(lastsMs).toBeGreaterThan(7 * DAY_MS - 60_000);
    expect(lastsMs).toBeLessThanOrEqual(7 * DAY_MS);

    const accept = { body: { invitationId: body.id } };
    expect((await guest.call("POST", `${ORGANIZATION}/accept-invitation`, accept)).status).toBe(200);
    const me = await guest.call("GET", "/v1/me");
    expect(me.body).toMatchObject({ organizationId, role: "agent" });
    expect((await guest.call("POST", `${ORGANIZATION}/accept-invitation`, accept)).status).toBe(400);
  });

  test("serves nobody else, and not after its time", async () => {
    const guest = await signUp();
    const { body } = await invite("owner", "admin", { email: guest.email });
    const accept = { body: { invitationId: body.id } };
    expect((await people.viewer.call("POST", `${ORGANIZATION}/accept-invitation`, accept)).status).toBe(403);
    await env.DB.prepare("update invitation set expires_at = ? where id = ?")
      .bind(Date.now() - 1, body.id)
      .run();
    expect((await guest.call("POST", `${ORGANIZATION}/accept-invitation`, accept)).status).toBe(400);
  });

  test("can be taken back", async () => {
    const guest = await signUp();
    const { body } = await invite("owner", "viewer", { email: guest.email });
    const cancel = { body: { invitationId: body.id } };
    expect((await people.viewer.call("POST", `${ORGANIZATION}/cancel-invitation`, cancel)).status).toBe(403);
    expect((await people.admin.call("POST", `${ORGANIZATION}/cancel-invitation`, cancel)).status).toBe(200);
    const accepted = await guest.call("POST", `${ORGANIZATION}/accept-invitation`, {
      body: { invitationId: body.id },
    });
    expect(accepted.status).toBe(400);
  });

  test("never makes an owner", async () => {
    expect((await invite("owner", "owner")).body.code).toBe("owner_not_invitable");
    expect((await invite("admin", "owner")).status).toBe(403);
    expect((await invite("admin", " owner")).status).toBe(400);
  });

  test("is shown to those who manage members and to nobody else, since its id accepts it", async () => {
    await invite("owner", "admin");
    const list = `${ORGANIZATION}/list-invitations`;
    expect((await people.admin.call<Invitation[]>("GET", list)).body.length).toBeGreaterThan(0);
    for (const role of ["finance", "agent", "viewer", "developer"] as const) {
      expect((await people[role].call("GET", list)).status).toBe(403);
      expect((await people[role].call("GET", `${list}?organizationId=${organizationId}`)).status).toBe(403);
    }
    expect((await people.viewer.call("GET", `${ORGANIZATION}/get-full-organization`)).status).toBe(404);
  });
});

test("an organisation is not deleted by a request", async () => {
  const answer = await people.owner.call("POST", `${ORGANIZATION}/delete`, { body: { organizationId } });
  expect(answer).toMatchObject({ status: 404, body: { code: "organization_deletion_disabled" } });
});

test.for([
  [{ slug: "Duka La Asha" }, "invalid_slug"],
  [{ slug: "-duka" }, "invalid_slug"],
  [{ name: "  " }, "invalid_name"],
  [{ name: "x".repeat(81) }, "invalid_name"],
] as const)("an organisation is not called %j", async ([fields, code]) => {
  const created = await people.viewer.call("POST", `${ORGANIZATION}/create`, {
    body: { name: "Fine", slug: crypto.randomUUID(), ...fields },
  });
  expect(created).toMatchObject({ status: 400, body: { code } });
  const updated = await people.owner.call("POST", `${ORGANIZATION}/update`, { body: { data: fields } });
  expect(updated).toMatchObject({ status: 400, body: { code } });
});

test("[RECORD-06] what happens to members is in the audit trail, without e-mail addresses and invitation ids", async () => {
  const owner = await signUp();
  const guest = await signUp();
  const created = await owner.call<{ id: string }>("POST", `${ORGANIZATION}/create`, {
    body: { name: "Audited", slug: "audited" },
  });
  const { body: invitation } = await owner.call<Invitation>("POST", `${ORGANIZATION}/invite-member`, {
    body: { email: guest.email, role: "viewer" },
  });
  const accepted = await guest.call<{ member: { id: string } }>("POST", `${ORGANIZATION}/accept-invitation`, {
    body: { invitationId: invitation.id },
  });
  const memberId = accepted.body.member.id;
  await owner.call("POST", `${ORGANIZATION}/update-member-role`, { body: { memberId, role: "agent" } });
  await guest.call("POST", `${ORGANIZATION}/update-member-role`, { body: { memberId, role: "owner" } });
  await owner.call("POST", `${ORGANIZATION}/remove-member`, { body: { memberIdOrEmail: memberId } });

  const { body } = await owner.call<{ data: Entry[] }>("GET", "/v1/audit-entries");
  expect(
    body.data.toReversed().map(({ action, actor, detail }) => ({ action, by: actor.id, detail })),
  ).toEqual([
    { action: "organization.created", by: owner.userId, detail: {} },
    { action: "invitation.created", by: owner.userId, detail: { role: "viewer" } },
    { action: "member.joined", by: guest.userId, detail: { userId: guest.userId, role: "viewer" } },
    { action: "member.role_changed", by: owner.userId, detail: { userId: guest.userId, role: "agent" } },
    { action: "member.removed", by: owner.userId, detail: { userId: guest.userId, role: "agent" } },
  ]);
  expect(JSON.stringify(body)).not.toContain(invitation.id);
  expect(JSON.stringify(body)).not.toContain("@example.com");
  expect(body.data.every(({ subject }) => [created.body.id, memberId].includes(subject.id))).toBe(true);
});

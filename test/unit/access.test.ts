/** The one table of roles and permissions, and better-auth's view of it. */
import { expect, test } from "vitest";
import {
  isPermission,
  isRole,
  PERMISSIONS,
  type Permission,
  ROLE_PERMISSIONS,
  ROLES,
} from "../../src/access/permissions.ts";
import { organizationRoles } from "../../src/tenancy/accounts/roles.ts";

const holders = (permission: Permission) => ROLES.filter((role) => ROLE_PERMISSIONS[role].has(permission));

test("[IDENTITY-02] only owners and admins manage people, credentials, numbers and what plugins may do", () => {
  for (const permission of [
    "organization:update",
    "members:manage",
    "tokens:manage",
    "gateway_keys:manage",
    "instances:write",
    "grants:write",
  ] as const) {
    expect(holders(permission)).toEqual(["owner", "admin"]);
  }
});

test("an owner may do everything, and everybody may look around", () => {
  expect(ROLE_PERMISSIONS.owner).toEqual(new Set(PERMISSIONS));
  for (const permission of ["organization:read", "instances:read", "plugins:read", "calls:read"] as const) {
    expect(holders(permission)).toEqual([...ROLES]);
  }
});

test("developers bring plugins in and call tools; finance, agents and viewers do neither", () => {
  expect(holders("plugins:install")).toEqual(["owner", "admin", "developer"]);
  expect(holders("plugins:secrets")).toEqual(["owner", "admin", "developer"]);
  expect(holders("tools:call")).toEqual(["owner", "admin", "developer"]);
  expect(holders("audit:read")).toEqual(["owner", "admin", "finance"]);
});

test("owners, admins and support agents write to customers; viewers only read along", () => {
  expect(holders("chats:write")).toEqual(["owner", "admin", "agent"]);
  expect(holders("chats:read")).toEqual(["owner", "admin", "agent", "viewer"]);
});

test.for(ROLES)("better-auth lets a %s manage members and the organisation as the table says", (role) => {
  const may = (request: Record<string, string[]>) => organizationRoles[role]?.authorize(request).success;
  const managesMembers = ROLE_PERMISSIONS[role].has("members:manage");
  for (const action of ["create", "update", "delete"]) {
    expect(may({ member: [action] })).toBe(managesMembers);
  }
  for (const action of ["create", "cancel"]) {
    expect(may({ invitation: [action] })).toBe(managesMembers);
  }
  expect(may({ organization: ["update"] })).toBe(ROLE_PERMISSIONS[role].has("organization:update"));
  expect(may({ organization: ["delete"] })).toBe(false);
});

test("better-auth knows our roles and no others", () => {
  expect(Object.keys(organizationRoles)).toEqual([...ROLES]);
});

test("recognises roles and permissions by their exact names", () => {
  expect(["owner", "Owner", " owner", "member", "owner,admin", ""].map(isRole)).toEqual([
    true,
    ...Array(5).fill(false),
  ]);
  expect(["tools:call", "tools:*", "tools", ""].map(isPermission)).toEqual([true, false, false, false]);
});

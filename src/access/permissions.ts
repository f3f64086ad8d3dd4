/** The one table of who may do what. Roles are better-auth member roles; API-token scopes use the same words. */

export const PERMISSIONS = [
  "organization:read",
  "organization:update",
  "members:manage",
  "tokens:manage",
  "gateway_keys:manage",
  "instances:read",
  "instances:write",
  "plugins:read",
  "plugins:install",
  "plugins:secrets",
  "plugins:configure",
  "grants:write",
  "tools:call",
  "models:manage",
  "calls:read",
  "usage:read",
  "payments:read",
  "payments:configure",
  "payments:refund",
  "refunds:decide",
  "receipts:send",
  "orders:read",
  "orders:write",
  "catalog:read",
  "catalog:write",
  "events:read",
  "events:manage",
  "chats:read",
  "chats:write",
  "schedules:read",
  "schedules:write",
  "escalations:read",
  "escalations:write",
  "obligations:read",
  "obligations:write",
  "approvals:read",
  "approvals:decide",
  "audit:read",
  "dead_letters:read",
  "dead_letters:replay",
] as const;

export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = ["owner", "admin", "finance", "agent", "viewer", "developer"] as const;
export type Role = (typeof ROLES)[number];

const READING: readonly Permission[] = [
  "organization:read",
  "instances:read",
  "plugins:read",
  "catalog:read",
  "calls:read",
];

/** Money is finance's: others see it, and support agents ask for refunds that finance decides. */
const FINANCE: readonly Permission[] = [
  "payments:read",
  "payments:configure",
  "payments:refund",
  "refunds:decide",
  "receipts:send",
];

/** Developers bring plugins in and try them; who may use them on a number is an owner's or admin's decision. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  owner: new Set(PERMISSIONS),
  admin: new Set(PERMISSIONS),
  finance: new Set([
    ...READING,
    ...FINANCE,
    "orders:read",
    "events:read",
    "audit:read",
    "usage:read",
    "approvals:read",
    "approvals:decide",
  ]),
  agent: new Set([
    ...READING,
    "payments:read",
    "payments:refund",
    "receipts:send",
    "orders:read",
    "orders:write",
    "chats:read",
    "chats:write",
    "schedules:read",
    "schedules:write",
    "escalations:read",
    "escalations:write",
    "obligations:read",
    "obligations:write",
    "approvals:read",
    "approvals:decide",
  ]),
  viewer: new Set([
    ...READING,
    "payments:read",
    "orders:read",
    "chats:read",
    "schedules:read",
    "obligations:read",
  ]),
  developer: new Set([
    ...READING,
    "events:read",
    "events:manage",
    "obligations:read",
    "obligations:write",
    "plugins:install",
    "plugins:secrets",
    "plugins:configure",
    "tools:call",
    "dead_letters:read",
    "dead_letters:replay",
  ]),
};

/** Whether the text names a role of ours. */
export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

/** Whether the text names a permission of ours. */
export function isPermission(text: string): text is Permission {
  return (PERMISSIONS as readonly string[]).includes(text);
}

import { AppError } from "../kernel/errors.ts";
import type { Actor } from "./actor.ts";
import type { Ctx } from "./context.ts";
import { type Permission, ROLE_PERMISSIONS } from "./permissions.ts";

const GATEWAY_KEY_PERMISSIONS: ReadonlySet<Permission> = new Set(["tools:call"]);
const CHAT_PERMISSIONS: ReadonlySet<Permission> = new Set(["tools:call"]);
const APPROVAL_PERMISSIONS: ReadonlySet<Permission> = new Set(["tools:call"]);

/** What the actor may do; the platform's own jobs may do everything. */
export function allows(actor: Actor, permission: Permission): boolean {
  switch (actor.kind) {
    case "user":
      return ROLE_PERMISSIONS[actor.role].has(permission);
    case "api_token":
      return actor.permissions.has(permission);
    case "gateway_key":
      return GATEWAY_KEY_PERMISSIONS.has(permission);
    case "chat":
      return CHAT_PERMISSIONS.has(permission);
    case "plugin":
      return false; // what a plugin may do is a matter of bridge permissions: see requireEffect
    case "approval":
      return APPROVAL_PERMISSIONS.has(permission);
    case "platform":
      return true;
  }
}

/**
 * First line of every verb: the actor belongs to an organisation and holds the permission there.
 * Returns the organisation's id, the only one that the verb may touch. Throws `forbidden` (403) otherwise.
 */
export function requirePermission(ctx: Ctx, permission: Permission): string {
  const { actor } = ctx;
  if (actor.kind === "platform") {
    throw new AppError("forbidden", "no_organization", "The platform itself has no organisation to act in.");
  }
  if (!allows(actor, permission)) {
    throw new AppError("forbidden", "permission_missing", `This needs the permission "${permission}".`, {
      hint:
        actor.kind === "user"
          ? `Your role is "${actor.role}". Ask an owner or admin of the organisation.`
          : actor.kind === "api_token"
            ? `Create an API token with the scope "${permission}".`
            : "A gateway key or a chat only calls tools. Use an API token here.",
    });
  }
  return actor.organizationId;
}

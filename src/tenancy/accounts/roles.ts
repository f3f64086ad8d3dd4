/** better-auth's view of `src/access/permissions.ts`: what each role may do to the organisation and its members. */
import { createAccessControl } from "better-auth/plugins/access";
import { type Permission, ROLE_PERMISSIONS, ROLES, type Role } from "../../access/permissions.ts";

const accessControl = createAccessControl({
  organization: ["update", "delete"],
  member: ["create", "update", "delete"],
  invitation: ["create", "cancel"],
});

/** The roles for the organisation plugin, derived, so that the two tables cannot differ. */
export const organizationRoles = Object.fromEntries(ROLES.map((role) => [role, roleFor(role)]));

export { accessControl };

function roleFor(role: Role) {
  const holds = (permission: Permission) => ROLE_PERMISSIONS[role].has(permission);
  return accessControl.newRole({
    organization: holds("organization:update") ? ["update"] : [],
    member: holds("members:manage") ? ["create", "update", "delete"] : [],
    invitation: holds("members:manage") ? ["create", "cancel"] : [],
  });
}

/**
 * What better-auth does not enforce by itself. It does keep an admin from making anybody owner, from changing or
 * removing an owner, and the last owner from leaving; test/worker/identity-members.test.ts holds it to that.
 */
import { APIError, getSessionFromCtx } from "better-auth/api";
import type { OrganizationOptions } from "better-auth/plugins/organization";
import { isRole, ROLE_PERMISSIONS } from "../../access/permissions.ts";
import type { HookContext } from "./hook-context.ts";

const SLUG_PATTERN = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_NAME_CHARACTERS = 80;

/** Checks before the organisation plugin writes. */
export const organizationHooks: NonNullable<OrganizationOptions["organizationHooks"]> = {
  beforeCreateOrganization: async ({ organization }) => requireOrganizationFields(organization),
  beforeUpdateOrganization: async ({ organization }) => requireOrganizationFields(organization),
  beforeAddMember: async ({ member }) => requireOneRole(member.role),
  beforeUpdateMemberRole: async ({ newRole }) => requireOneRole(newRole),
  beforeCreateInvitation: async ({ invitation }) => {
    requireOneRole(invitation.role);
    // Whoever knows an invitation's id can accept it, since no e-mail proves who they are; the ids are shown to
    // those who manage members. An admin must not become owner by way of one.
    if (invitation.role === "owner") {
      throw new APIError("FORBIDDEN", {
        code: "OWNER_NOT_INVITABLE",
        message: "Invite as another role first; an owner can then make the new member an owner.",
      });
    }
  },
};

/** better-auth would take "member", a role that we have not, and several roles joined by commas. */
function requireOneRole(role: string): void {
  if (!isRole(role)) {
    throw new APIError("BAD_REQUEST", { code: "ROLE_NOT_FOUND", message: "A member has one of our roles." });
  }
}

function requireOrganizationFields({ name, slug }: { name?: string; slug?: string }): void {
  if (name !== undefined && (name.trim() === "" || name.length > MAX_NAME_CHARACTERS)) {
    throw new APIError("BAD_REQUEST", {
      code: "INVALID_NAME",
      message: `The name has 1 to ${MAX_NAME_CHARACTERS} characters.`,
    });
  }
  if (slug !== undefined && !SLUG_PATTERN.test(slug)) {
    throw new APIError("BAD_REQUEST", {
      code: "INVALID_SLUG",
      message: "The slug has 1 to 63 lower-case letters, digits and inner dashes.",
    });
  }
}

/** better-auth shows every member the invitations, and with an id one can accept in the invited person's place. */
export async function requireMemberManager(context: HookContext): Promise<void> {
  const session = await getSessionFromCtx(context);
  const organizationId = context.query?.["organizationId"] ?? session?.session["activeOrganizationId"];
  const member = await context.context.adapter.findOne<{ role: string }>({
    model: "member",
    where: [
      { field: "userId", value: session?.user.id ?? "" },
      { field: "organizationId", value: String(organizationId) },
    ],
  });
  if (!member || !isRole(member.role) || !ROLE_PERMISSIONS[member.role].has("members:manage")) {
    throw new APIError("FORBIDDEN", {
      code: "PERMISSION_MISSING",
      message: "Only those who manage members see invitations.",
    });
  }
}

/** With sign-up closed, an account is made only by whoever holds a pending invitation to that e-mail address. */
export async function requireInvitation(context: HookContext): Promise<void> {
  const { email, invitationId } = context.body ?? {};
  const invitation = await context.context.adapter.findOne<{
    email: string;
    status: string;
    expiresAt: Date;
  }>({
    model: "invitation",
    where: [{ field: "id", value: String(invitationId) }],
  });
  const isUsable =
    invitation?.status === "pending" &&
    invitation.expiresAt.getTime() > Date.now() &&
    invitation.email === String(email).toLowerCase();
  if (!isUsable) {
    throw new APIError("FORBIDDEN", {
      code: "SIGN_UP_CLOSED",
      message:
        "Accounts are made by invitation here. Send the `invitationId` with the e-mail that was invited.",
    });
  }
}

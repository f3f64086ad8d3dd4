/** Audit entries for what better-auth writes. It has no way to share a batch, so an entry follows its change. */
import { getSessionFromCtx } from "better-auth/api";
import type { CtxBase } from "../../access/context.ts";
import { auditEntry } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";
import type { HookContext } from "./hook-context.ts";

type Entry = Pick<
  typeof auditEntry.$inferInsert,
  "organizationId" | "action" | "subjectType" | "subjectId" | "detail"
>;
type Organization = { id: string };
type Member = { id: string; userId: string; organizationId: string; role: string };
type Invitation = { organizationId: string; role: string };

const organizationEntry =
  (action: string) =>
  ({ id }: Organization): Entry => ({
    organizationId: id,
    action,
    subjectType: "organization",
    subjectId: id,
    detail: {},
  });

const memberEntry =
  (action: string) =>
  ({ id, userId, organizationId, role }: Member): Entry => ({
    organizationId,
    action,
    subjectType: "member",
    subjectId: id,
    detail: { userId, role },
  });

/** An invitation's id is what accepts it, and its e-mail address is a person's own: neither is for the trail. */
const invitationEntry =
  (action: string) =>
  ({ organizationId, role }: Invitation): Entry => ({
    organizationId,
    action,
    subjectType: "organization",
    subjectId: organizationId,
    detail: { role },
  });

/** What to write for the answer of each endpoint that changes an organisation. */
const ENTRIES: Readonly<Record<string, (returned: never) => Entry>> = {
  "/organization/create": organizationEntry("organization.created"),
  "/organization/update": organizationEntry("organization.updated"),
  "/organization/invite-member": invitationEntry("invitation.created"),
  "/organization/cancel-invitation": invitationEntry("invitation.cancelled"),
  "/organization/reject-invitation": ({ invitation }: { invitation: Invitation }) =>
    invitationEntry("invitation.rejected")(invitation),
  "/organization/accept-invitation": ({ member }: { member: Member }) => memberEntry("member.joined")(member),
  "/organization/update-member-role": memberEntry("member.role_changed"),
  "/organization/remove-member": ({ member }: { member: Member }) => memberEntry("member.removed")(member),
  "/organization/leave": memberEntry("member.left"),
};

/** Writes the entry of an endpoint that has just changed an organisation; does nothing after any other. */
export async function recordMembershipChange(context: HookContext, base: CtxBase): Promise<void> {
  const entryFor = ENTRIES[context.path];
  const { returned } = context.context;
  if (!entryFor || !returned || returned instanceof Error) {
    return;
  }
  const session = await getSessionFromCtx(context);
  await base.db.insert(auditEntry).values({
    ...entryFor(returned as never),
    id: newId("audit"),
    actorKind: "user",
    actorId: session?.user.id ?? "unknown",
    requestId: base.requestId,
    createdAt: base.clock.now(),
  });
}

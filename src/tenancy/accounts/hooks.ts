/** What happens around every endpoint of better-auth. */
import { createAuthMiddleware } from "better-auth/api";
import type { CtxBase } from "../../access/context.ts";
import { recordMembershipChange } from "./membership-audit.ts";
import { requireInvitation, requireMemberManager } from "./membership-rules.ts";

export function createHooks(base: CtxBase) {
  const { signUp, publicBaseUrl } = base.config;
  return {
    before: createAuthMiddleware(async (context) => {
      if (context.path === "/organization/list-invitations") {
        await requireMemberManager(context);
      }
      if (context.path === "/sign-up/email" && signUp === "closed") {
        await requireInvitation(context);
      }
    }),
    after: createAuthMiddleware(async (context) => {
      await recordMembershipChange(context, base);
      const { returned } = context.context;
      if (context.path === "/organization/invite-member" && !(returned instanceof Error)) {
        const invitation = returned as { id: string };
        return context.json({ ...invitation, url: `${publicBaseUrl}/invitations/${invitation.id}` });
      }
      return;
    }),
  };
}

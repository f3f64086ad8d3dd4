import type { Ctx } from "../../access/context.ts";
import { PERMISSIONS } from "../../access/permissions.ts";
import { allows } from "../../access/require-permission.ts";
import type { Me } from "./schemas.ts";

/** Who the caller is and what they may do. Needs no permission: everybody may know that of themselves. */
export function describeActor({ ctx: { actor } }: { ctx: Ctx }): Me {
  return {
    actor: { kind: actor.kind, id: actor.id },
    organizationId: actor.organizationId,
    ...(actor.kind === "user" && { role: actor.role }),
    ...(actor.kind === "gateway_key" && { instanceId: actor.instanceId }),
    permissions: PERMISSIONS.filter((permission) => allows(actor, permission)),
  };
}

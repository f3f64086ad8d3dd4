import type { BridgePermission } from "../contract/permissions.ts";
import { AppError } from "../kernel/errors.ts";
import type { PluginActor } from "./actor.ts";
import type { Ctx } from "./context.ts";
import type { Permission } from "./permissions.ts";
import { requirePermission } from "./require-permission.ts";

type Needs = {
  /** For people and their tokens. */
  readonly control: Permission;
  /** For plugins: one of these is enough. */
  readonly bridge: BridgePermission | readonly BridgePermission[];
};

/**
 * First line of a verb that both plugins and people may ask for. Returns the organisation's id, the only one that the
 * verb may touch. Throws `permission_not_granted` (403, gate `permission`) for a plugin without any of the bridge
 * permissions, and what `requirePermission` throws for everybody else.
 */
export function requireEffect(ctx: Ctx, { control, bridge }: Needs): string {
  const { actor } = ctx;
  if (actor.kind !== "plugin") {
    return requirePermission(ctx, control);
  }
  const anyOf = [bridge].flat();
  if (anyOf.some((permission) => actor.permissions.has(permission))) {
    return actor.organizationId;
  }
  throw permissionNotGranted(actor, anyOf);
}

/** The refusal of a plugin whose grant holds none of these. It names the first, which reaches least. */
export function permissionNotGranted(
  { slug, instanceId }: Pick<PluginActor, "slug" | "instanceId">,
  anyOf: readonly BridgePermission[],
): AppError {
  const [permission = "", ...others] = anyOf;
  const or = others.length > 0 ? ` (or ${others.join(", ")})` : "";
  return new AppError(
    "forbidden",
    "permission_not_granted",
    `This needs the permission ${permission}${or}, which the grant on this number does not hold.`,
    {
      gate: "permission",
      permission,
      hint: `An owner or admin grants it: kivuko grant ${instanceId} ${slug} --permission ${permission}.`,
    },
  );
}

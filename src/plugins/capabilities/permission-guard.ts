import type { FirstPartyPermission } from "../../contract/permissions.ts";
import { PermissionRefused } from "../in-process/index.ts";

/** Throws `PermissionRefused` unless the permission is declared and granted. */
export type Guard = (permission: FirstPartyPermission) => void;

/** The guard before each capability; `onRefused` is told of every refusal, whatever the plugin makes of it. */
export function createGuard(
  declared: readonly FirstPartyPermission[],
  granted: readonly string[],
  onRefused: (refusal: PermissionRefused) => void,
): Guard {
  return (permission) => {
    const isDeclared = declared.includes(permission);
    if (!isDeclared || !granted.includes(permission)) {
      const refusal = new PermissionRefused(permission, isDeclared);
      onRefused(refusal);
      throw refusal;
    }
  };
}

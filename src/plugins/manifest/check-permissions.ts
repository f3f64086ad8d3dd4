import {
  BRIDGE_PERMISSIONS,
  isBridgePermission,
  startsLikeBridgePermission,
} from "../../contract/permissions.ts";
import type { Issue } from "../../kernel/errors.ts";
import { appendPointer, childAt } from "../../kernel/json-schema/json-pointer.ts";

/** The rules across permissions: each key once, and none that claims to be a bridge permission and is not. */
export function checkPermissions(permissions: readonly unknown[], pointer: string): Issue[] {
  const seen = new Set<string>();
  return permissions.flatMap((permission, index) => {
    const key = childAt(permission, "key");
    if (typeof key !== "string") {
      return [];
    }
    const at = appendPointer(appendPointer(pointer, index), "key");
    const issues: Issue[] = [];
    if (seen.has(key)) {
      issues.push({ pointer: at, code: "permission_duplicate", message: `is declared already: ${key}` });
    }
    seen.add(key);
    if (startsLikeBridgePermission(key) && !isBridgePermission(key)) {
      issues.push({
        pointer: at,
        code: "permission_unknown",
        message: `is not a permission of the platform${nearest(key)}`,
      });
    }
    return issues;
  });
}

/** What the author may have meant: the known keys with the longest common beginning. */
function nearest(key: string): string {
  const words = key.split(":");
  for (let length = words.length - 1; length > 1; length--) {
    const beginning = `${words.slice(0, length).join(":")}:`;
    const known = Object.keys(BRIDGE_PERMISSIONS).filter((candidate) => candidate.startsWith(beginning));
    if (known.length > 0) {
      return `; there are ${known.join(", ")}`;
    }
  }
  return "; keys that start plugin: are the platform's own";
}

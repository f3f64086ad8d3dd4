import type { Manifest } from "../../contract/manifest.ts";
import { AppError, type Issue } from "../../kernel/errors.ts";

/**
 * The confirmation must name exactly the permissions of the manifest that was reviewed: nobody installs what
 * they were not shown. Throws `permissions_not_reviewed` with each missing and each unknown key.
 */
export function checkPermissionsSeen(manifest: Pick<Manifest, "permissions">, seen: readonly string[]): void {
  const declared = (manifest.permissions ?? []).map((permission) => permission.key);
  const issues: Issue[] = [
    ...declared
      .filter((key) => !seen.includes(key))
      .map((key) => ({
        pointer: "/permissionKeys",
        code: "permission_not_seen",
        message: `"${key}" is declared by the plugin and missing here.`,
      })),
    ...seen.flatMap((key, index) =>
      declared.includes(key)
        ? []
        : [
            {
              pointer: `/permissionKeys/${index}`,
              code: "permission_unknown",
              message: `"${key}" is not declared by the plugin.`,
            },
          ],
    ),
  ];
  if (issues.length > 0) {
    throw new AppError(
      "invalid",
      "permissions_not_reviewed",
      "The confirmed permissions are not those of the manifest.",
      {
        issues,
        hint: "Send every key of the review's `permissions`, and no other.",
      },
    );
  }
}

/** The gates that every bridge call passes before its verb is asked. Pure: what is known goes in, a refusal is thrown. */
import { permissionNotGranted } from "../access/require-effect.ts";
import type { Gate } from "../contract/gates.ts";
import type { BridgePermission } from "../contract/permissions.ts";
import { AppError } from "../kernel/errors.ts";
import type { Caller } from "./find-caller.ts";

/** What the gates have said so far, for a dry run. */
export type Trace = { gate: Gate; passed: boolean; detail: string }[];

/** Installation active, and granted to the instance. Throws `installation_disabled`, `not_granted`. */
export function passInstallation({ actor, isActive, isGranted }: Caller, trace: Trace): void {
  if (!isActive) {
    throw new AppError("forbidden", "installation_disabled", `The plugin ${actor.slug} is switched off.`, {
      gate: "installation",
      hint: `Enable it: POST /v1/installations/${actor.id}/enable.`,
    });
  }
  trace.push({ gate: "installation", passed: true, detail: `${actor.slug} is installed and active.` });
  // Another organisation's number, one that does not exist and one without a grant: one and the same answer.
  if (!isGranted) {
    throw new AppError(
      "forbidden",
      "not_granted",
      `The plugin ${actor.slug} is not granted to this number.`,
      {
        gate: "instance_grant",
        hint: `Check the token's "instance", or grant the plugin: kivuko grant <number> ${actor.slug}.`,
      },
    );
  }
  trace.push({ gate: "instance_grant", passed: true, detail: "The plugin is granted to this number." });
}

/**
 * One of the permissions is declared by the installed version and granted on the number. Throws
 * `permission_not_granted`, or `permission_not_declared` when there is nothing that could be granted.
 */
export function passPermission(
  { actor, declared }: Caller,
  anyOf: readonly BridgePermission[],
  trace: Trace,
): void {
  const held = anyOf.find((permission) => actor.permissions.has(permission));
  if (held !== undefined) {
    trace.push({ gate: "permission", passed: true, detail: `${held} is declared and granted.` });
    return;
  }
  const grantable = anyOf.filter((permission) => declared.has(permission));
  if (grantable.length > 0) {
    throw permissionNotGranted(actor, grantable);
  }
  const [permission = ""] = anyOf;
  throw new AppError(
    "forbidden",
    "permission_not_declared",
    `This needs the permission ${anyOf.join(" or ")}, which the installed version of ${actor.slug} does not declare.`,
    {
      gate: "permission",
      permission,
      hint: "Add it to the manifest's permissions, install the new version, then have it granted on the number.",
    },
  );
}

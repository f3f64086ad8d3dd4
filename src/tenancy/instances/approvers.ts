/** The people who are asked on their own WhatsApp when a call waits for an approval. */
import type { Ctx } from "../../access/context.ts";
import { AppError, type Issue } from "../../kernel/errors.ts";
import type { InstanceRow } from "./find-instance.ts";
import { normalizePhoneNumber } from "./phone-number.ts";

/** `phoneNumber` in E.164. */
export type Approver = { readonly name: string; readonly phoneNumber: string };

const MASK = "••••";
const SHOWN_DIGITS = 4;

/** A value is bound to its instance: it cannot be moved to another one's row. */
export const approversPurpose = (instanceId: string) => `instance.approvers:${instanceId}`;

/** Those of the instance, in the order in which they were given. */
export async function openApprovers(
  { keyRing }: Pick<Ctx, "keyRing">,
  { id, approversSealed }: Pick<InstanceRow, "id" | "approversSealed">,
): Promise<readonly Approver[]> {
  return approversSealed === null
    ? []
    : (JSON.parse(await keyRing.open(approversSealed, approversPurpose(id))) as Approver[]);
}

/** As they are stored; null for nobody. */
export async function sealApprovers(
  { keyRing }: Pick<Ctx, "keyRing">,
  instanceId: string,
  approvers: readonly Approver[],
): Promise<string | null> {
  return approvers.length === 0
    ? null
    : keyRing.seal(JSON.stringify(approvers), approversPurpose(instanceId));
}

/** For showing to people: of a number only its end. */
export function maskApprover({ name, phoneNumber }: Approver): Approver {
  return { name, phoneNumber: `${MASK} ${phoneNumber.slice(-SHOWN_DIGITS)}` };
}

/**
 * The new list, numbers normalised. A number as it was shown, under the same name, is the stored one. Throws
 * `phone_number_invalid`, and `approver_repeated` for a name or a number that is there twice.
 */
export function changeApprovers(
  stored: readonly Approver[],
  asked: readonly Approver[],
): readonly Approver[] {
  const approvers = asked.map(({ name, phoneNumber }, index) => {
    const kept = stored.find((one) => one.name === name && maskApprover(one).phoneNumber === phoneNumber);
    return (
      kept ?? { name, phoneNumber: normalizePhoneNumber(phoneNumber, `/approvers/${index}/phoneNumber`) }
    );
  });
  const issues: Issue[] = [];
  for (const field of ["name", "phoneNumber"] as const) {
    approvers.forEach((approver, index) => {
      if (approvers.findIndex((other) => other[field] === approver[field]) < index) {
        issues.push({
          pointer: `/approvers/${index}/${field}`,
          code: "approver_repeated",
          message: "Another approver has it.",
        });
      }
    });
  }
  if (issues.length > 0) {
    throw new AppError("invalid", "approver_repeated", "Approvers have names and numbers of their own.", {
      issues,
    });
  }
  return approvers;
}

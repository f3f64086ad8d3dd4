import { createHmac } from "node:crypto";
import type { OpenedInstallation } from "./opened-installation.ts";

/** The customer as this plugin may know them: HMAC-SHA256 of the number under the installation's own key. */
export function hashCustomer(
  { userHashKey }: Pick<OpenedInstallation, "userHashKey">,
  phone: string | null,
): string | null {
  return phone === null || userHashKey === null
    ? null
    : createHmac("sha256", userHashKey).update(phone).digest("base64url");
}

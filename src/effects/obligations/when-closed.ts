import type { ObligationTerms } from "../../contract/obligations.ts";
import type { ObligationRow } from "./obligation-row.ts";

/** What becomes of it while WhatsApp takes templates only. An escalation goes to staff, so it has neither. */
export function whenClosedOf({
  action,
  template,
  whenClosed,
}: Pick<ObligationTerms, "action" | "template" | "whenClosed">): Pick<
  ObligationRow,
  "template" | "whenClosed"
> {
  return action === "reminder"
    ? { template: template ?? null, whenClosed: whenClosed ?? null }
    : { template: null, whenClosed: null };
}

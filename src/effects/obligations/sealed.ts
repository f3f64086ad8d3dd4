import { obligation } from "../../db/schema/index.ts";
import type { SealedColumn } from "../../tenancy/sealing/index.ts";
import { obligationPhonePurpose } from "./find-customer.ts";

export const SEALED_OBLIGATION_COLUMNS: readonly SealedColumn[] = [
  { column: obligation.phoneSealed, purpose: obligationPhonePurpose },
];

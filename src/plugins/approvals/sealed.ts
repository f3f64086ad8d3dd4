import { approval } from "../../db/schema/index.ts";
import type { SealedColumn } from "../../tenancy/sealing/index.ts";
import { payloadPurpose } from "./payload.ts";

export const SEALED_APPROVAL_COLUMNS: readonly SealedColumn[] = [
  { column: approval.payloadSealed, purpose: payloadPurpose },
];

import { scheduledMessage } from "../../db/schema/index.ts";
import type { SealedColumn } from "../../tenancy/sealing/index.ts";
import { phonePurpose } from "./schedule-row.ts";

export const SEALED_SCHEDULE_COLUMNS: readonly SealedColumn[] = [
  { column: scheduledMessage.phoneSealed, purpose: phonePurpose },
];

/** Every column of sealed texts, by the feature that owns it: what has to move when the master key rotates. */
import { SEALED_CHAT_COLUMNS } from "./agent/chats/index.ts";
import { SEALED_MODEL_COLUMNS } from "./agent/models/index.ts";
import { SEALED_ORDER_COLUMNS } from "./effects/commerce/index.ts";
import { SEALED_EVENT_COLUMNS } from "./effects/events/index.ts";
import { SEALED_OBLIGATION_COLUMNS } from "./effects/obligations/index.ts";
import { SEALED_PAYMENT_COLUMNS } from "./effects/payments/index.ts";
import { SEALED_SCHEDULE_COLUMNS } from "./effects/schedule/index.ts";
import { SEALED_APPROVAL_COLUMNS } from "./plugins/approvals/index.ts";
import { SEALED_INSTALLATION_COLUMNS } from "./plugins/installs/index.ts";
import { SEALED_INSTANCE_COLUMNS } from "./tenancy/instances/index.ts";
import type { SealedColumn } from "./tenancy/sealing/index.ts";

export const SEALED_COLUMNS: readonly SealedColumn[] = [
  ...SEALED_INSTANCE_COLUMNS,
  ...SEALED_INSTALLATION_COLUMNS,
  ...SEALED_APPROVAL_COLUMNS,
  ...SEALED_MODEL_COLUMNS,
  ...SEALED_PAYMENT_COLUMNS,
  ...SEALED_ORDER_COLUMNS,
  ...SEALED_EVENT_COLUMNS,
  ...SEALED_SCHEDULE_COLUMNS,
  ...SEALED_OBLIGATION_COLUMNS,
  ...SEALED_CHAT_COLUMNS,
];

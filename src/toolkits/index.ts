import type { FirstPartyPlugin } from "../plugins/in-process/index.ts";
import { commerce } from "./commerce/commerce.plugin.ts";
import { escalations } from "./escalations/escalations.plugin.ts";
import { greeter } from "./greeter/greeter.plugin.ts";
import { payments } from "./payments/payments.plugin.ts";
import { scheduling } from "./scheduling/scheduling.plugin.ts";
import { whatsapp } from "./whatsapp/whatsapp.plugin.ts";

/** Every plugin that ships with the platform, in the order in which people see them. */
export const firstPartyPlugins: readonly FirstPartyPlugin[] = [
  greeter,
  whatsapp,
  escalations,
  scheduling,
  payments,
  commerce,
];

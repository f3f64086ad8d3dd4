import type { FirstPartyPlugin } from "../plugins/in-process/index.ts";
import { greeter } from "./greeter/greeter.plugin.ts";

/** Every plugin that ships with the platform, in the order in which people see them. */
export const firstPartyPlugins: readonly FirstPartyPlugin[] = [greeter];

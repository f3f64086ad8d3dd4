import type { Ctx } from "../../access/context.ts";
import type { WorkMessage, WorkType } from "../../contract/work.ts";
import { actOnObligation } from "./act-on-obligation.ts";
import { pollPlugin } from "./poll-plugin.ts";

type Work = (call: { ctx: Ctx; input: Pick<WorkMessage, "organizationId" | "id"> }) => Promise<void>;

/** What each message of the `work` queue about obligations does. */
export const obligationWork = {
  "obligations.poll": pollPlugin,
  "obligation.act": actOnObligation,
} satisfies Partial<Record<WorkType, Work>>;

import type { Ctx } from "../../access/context.ts";
import type { WorkMessage, WorkType } from "../../contract/work.ts";
import { sendScheduled } from "./send-scheduled.ts";

/** What each message of the `work` queue about scheduled messages does. */
export const scheduleWork = {
  "schedule.send": sendScheduled,
} satisfies Partial<
  Record<WorkType, (call: { ctx: Ctx; input: Pick<WorkMessage, "organizationId" | "id"> }) => Promise<void>>
>;

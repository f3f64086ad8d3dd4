import type { RequestedEscalation } from "../../contract/escalation.ts";
import type { Escalation } from "./schemas.ts";

/** An escalation as the plugin that asked for it sees it. */
export function presentForPlugin({
  id,
  state,
  urgency,
  assignee,
  createdAt,
  takenAt,
  resolvedAt,
}: Escalation): RequestedEscalation {
  return { id, state, urgency, assignee, createdAt, takenAt, resolvedAt };
}

import type { InstanceRow } from "../tenancy/instances/index.ts";

/** Where the instance's provider calls us, for messages and for statuses alike. */
export function webhookPath({ id, channel }: Pick<InstanceRow, "id" | "channel">): string {
  return `/webhooks/${channel}/${id}`;
}

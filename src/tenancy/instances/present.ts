import type { InstanceRow } from "./find-instance.ts";
import type { Instance } from "./schemas.ts";

/** A row as the API shows it: without the channel's credentials, times in ISO 8601. */
export function presentInstance(row: InstanceRow): Instance {
  return {
    id: row.id,
    name: row.name,
    channel: row.channel,
    phoneNumber: row.phoneNumber,
    systemPrompt: row.systemPrompt,
    createdAt: new Date(row.createdAt).toISOString(),
    updatedAt: new Date(row.updatedAt).toISOString(),
  };
}

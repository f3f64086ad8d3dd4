/** First-party plugins on a desk's numbers. */
import type { Desk } from "./desk.ts";

/** Enables the plugin for the desk's organisation and grants it to the support number. Returns the installation's id. */
export async function grantFirstParty(
  desk: Desk,
  pluginId: string,
  grant: object = {},
  instanceId = desk.supportId,
): Promise<string> {
  const enabled = await desk.control<{ installationId: string }>(
    "POST",
    `/v1/admin/plugins/${pluginId}/enable`,
  );
  const { installationId } = enabled.body;
  const granted = await desk.control("PUT", `/v1/instances/${instanceId}/grants/${installationId}`, grant);
  if (granted.status !== 200) {
    throw new Error(`The grant failed: ${JSON.stringify(granted.body)}`);
  }
  return installationId;
}

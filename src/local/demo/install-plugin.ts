import type { Api } from "../api.ts";
import type * as Answer from "./answers.ts";

/** Installs the plugin of a manifest, confirming what it asks for, and grants it to the number as it proposes. */
export async function installPlugin(
  api: Api,
  { id: instanceId }: Pick<Answer.Instance, "id">,
  manifestUrl: string,
  configuration: Readonly<Record<string, unknown>> = {},
): Promise<Answer.NewInstallation> {
  const review = await api.send<Answer.Review>("POST", "/v1/plugin-reviews", { manifestUrl });
  const installed = await api.send<Answer.NewInstallation>("POST", "/v1/installations", {
    reviewId: review.id,
    configuration,
    permissionKeys: review.permissions.map(({ key }) => key),
  });
  await api.send("PUT", `/v1/instances/${instanceId}/grants/${installed.id}`, {});
  return installed;
}

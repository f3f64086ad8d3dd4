/** What a story over HTTP stands on: a fresh platform, its owner, and misbehaving plugins on loopback. */
import { type Api, createApi } from "../../../src/local/api.ts";
import { ensureOwner, type LocalSignIn } from "../../../src/local/owner.ts";
import { type LocalPlatform, startPlatform } from "../../../src/local/platform.ts";
import { type PluginStandIn, startPluginStandIn } from "../../support/plugin-stand-in.ts";

export type Stage = {
  readonly platform: LocalPlatform;
  readonly owner: LocalSignIn;
  /** The API as the owner. */
  readonly api: Api;
  readonly standIn: PluginStandIn;
  /** Everything that the Worker has written to its console. */
  readonly log: readonly string[];
  readonly clear: () => Promise<void>;
};

/** Sets the stage; `clear` takes everything down again. */
export async function setStage(options: { allowLoopbackPlugins?: boolean } = {}): Promise<Stage> {
  const log: string[] = [];
  const standIn = await startPluginStandIn();
  const platform = await startPlatform({ ...options, log: ({ message }) => log.push(message) });
  const owner = await ensureOwner(platform.url, { organizationName: "Duka la Amina" });
  return {
    platform,
    owner,
    api: createApi(platform.url, { token: owner.token }),
    standIn,
    log,
    clear: async () => {
      await platform.stop();
      await standIn.close();
    },
  };
}

/** Reviews and installs the plugin of a manifest, confirming what it asks for. Returns the installation's id. */
export async function installPlugin(
  api: Api,
  manifestUrl: string,
  configuration: Readonly<Record<string, unknown>>,
): Promise<string> {
  const review = await api.send<{ id: string; permissions: { key: string }[] }>(
    "POST",
    "/v1/plugin-reviews",
    { manifestUrl },
  );
  const { id } = await api.send<{ id: string }>("POST", "/v1/installations", {
    reviewId: review.id,
    configuration,
    permissionKeys: review.permissions.map(({ key }) => key),
  });
  return id;
}

/** Creates an instance and grants it the installations, with the default selection. Returns the instance's id. */
export async function createGrantedInstance(api: Api, installationIds: readonly string[]): Promise<string> {
  const { id } = await api.send<{ id: string }>("POST", "/v1/instances", {
    name: "Support WhatsApp",
    channel: "simulator",
  });
  for (const installationId of installationIds) {
    await api.send("PUT", `/v1/instances/${id}/grants/${installationId}`, {});
  }
  return id;
}

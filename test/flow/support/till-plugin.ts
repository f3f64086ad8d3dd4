import type { BridgePermission } from "../../../src/contract/permissions.ts";
import type { Api } from "../../../src/local/api.ts";
import { createPlugin, defineManifest } from "../../../src/sdk/index.ts";
import { servePlugin } from "../../../src/sdk/node.ts";

const manifest = (baseUrl: string, permissions: readonly BridgePermission[]) =>
  defineManifest({
    slug: "TILL",
    version: "1.0.0",
    name: "Till",
    baseUrl,
    auth: { type: "secret" },
    permissions: permissions.map((key) => ({ key, label: key, description: "What the tests do with it." })),
    tools: [
      {
        name: "on_payment",
        description: "Hears how payments ended.",
        inputSchema: { type: "object", properties: {} },
        metadata: { capability: "payments.event" },
      },
    ],
  });

export type HeardEvent = {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly id: string };
};

/** A plugin that reaches the platform over bridges only, and hears of payments. Not installed yet. */
export async function startTill(permissions: readonly BridgePermission[]) {
  let secret: string | undefined;
  const heard: HeardEvent[] = [];
  const server = await servePlugin(
    (url) =>
      createPlugin({
        secret: () => secret,
        manifest: manifest(url, permissions),
        tools: {
          on_payment: (event) => {
            heard.push(event as unknown as HeardEvent);
            return { taken: true };
          },
        },
      }),
    { port: 0 },
  );
  return {
    permissions,
    manifestUrl: `${server.url}/manifest.json`,
    /** Each try that reached the plugin. */
    heard: heard as readonly HeardEvent[],
    acceptSecret: (value: string) => {
      secret = value;
    },
    close: server.close,
  };
}
export type Till = Awaited<ReturnType<typeof startTill>>;

/** Installs the till and grants it all that it asks for on a number of the simulator. */
export async function installTill(api: Api, till: Till) {
  const review = await api.send<{ id: string }>("POST", "/v1/plugin-reviews", {
    manifestUrl: till.manifestUrl,
  });
  const installed = await api.send<{ id: string; secret: { value: string } }>("POST", "/v1/installations", {
    reviewId: review.id,
    configuration: {},
    permissionKeys: till.permissions,
  });
  const secret = installed.secret.value;
  till.acceptSecret(secret);
  const instance = await api.send<{ id: string }>("POST", "/v1/instances", {
    name: "Shop",
    channel: "simulator",
  });
  await api.send("PUT", `/v1/instances/${instance.id}/grants/${installed.id}`, {
    permissions: till.permissions,
  });
  return { installationId: installed.id, instanceId: instance.id, secret };
}

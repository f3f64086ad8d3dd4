import type { BridgePermission } from "../../../src/contract/permissions.ts";
import type { Api } from "../../../src/local/api.ts";
import { createPlugin, defineManifest } from "../../../src/sdk/index.ts";
import { servePlugin } from "../../../src/sdk/node.ts";

/** What the plugin is called, and of what it hears. */
export type TillKind = {
  readonly slug: string;
  readonly hears: "payments.event" | "messages.event";
  /** Called for each event that reached it, before it is answered. */
  readonly onEvent?: (event: HeardEvent) => void;
};

const manifest = (baseUrl: string, permissions: readonly BridgePermission[], { slug, hears }: TillKind) =>
  defineManifest({
    slug,
    version: "1.0.0",
    name: slug,
    baseUrl,
    auth: { type: "secret" },
    permissions: permissions.map((key) => ({ key, label: key, description: "What the tests do with it." })),
    tools: [
      {
        name: "on_event",
        description: "Hears how what it asked for ended.",
        inputSchema: { type: "object", properties: {} },
        metadata: { capability: hears },
      },
    ],
  });

export type HeardEvent = {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>> & { readonly id: string };
};

/** A plugin that reaches the platform over bridges only, and hears of events. Not installed yet. */
export async function startTill(
  permissions: readonly BridgePermission[],
  kind: TillKind = { slug: "TILL", hears: "payments.event" },
) {
  let secret: string | undefined;
  const heard: HeardEvent[] = [];
  const server = await servePlugin(
    (url) =>
      createPlugin({
        secret: () => secret,
        manifest: manifest(url, permissions, kind),
        tools: {
          on_event: (input) => {
            const event = input as unknown as HeardEvent;
            heard.push(event);
            kind.onEvent?.(event);
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

/** Installs the till. */
export async function installTillOnly(api: Api, till: Till) {
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
  return { installationId: installed.id, secret };
}

/** Grants it all that it asks for on a number. */
export async function grantTill(
  api: Api,
  till: Till,
  { installationId, instanceId }: { readonly installationId: string; readonly instanceId: string },
) {
  await api.send("PUT", `/v1/instances/${instanceId}/grants/${installationId}`, {
    permissions: till.permissions,
  });
}

/** Installs the till and grants it all that it asks for on a number of the simulator. */
export async function installTill(api: Api, till: Till) {
  const installed = await installTillOnly(api, till);
  const { id: instanceId } = await api.send<{ id: string }>("POST", "/v1/instances", {
    name: "Shop",
    channel: "simulator",
  });
  await grantTill(api, till, { ...installed, instanceId });
  return { ...installed, instanceId };
}

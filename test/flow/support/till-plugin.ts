import { createPlugin, defineManifest } from "../../../src/sdk/index.ts";
import { servePlugin } from "../../../src/sdk/node.ts";

const manifest = (baseUrl: string) =>
  defineManifest({
    slug: "TILL",
    version: "1.0.0",
    name: "Till",
    baseUrl,
    auth: { type: "secret" },
    permissions: [
      {
        key: "plugin:payments:initiate:external_recipient",
        label: "Ask anyone for money",
        description: "To ask the payers of the tests.",
      },
    ],
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

/** A plugin that may ask anybody for money, and hears what came of it. */
export async function startTillPlugin() {
  let secret: string | undefined;
  const heard: HeardEvent[] = [];
  const server = await servePlugin(
    (url) =>
      createPlugin({
        secret: () => secret,
        manifest: manifest(url),
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
    manifestUrl: `${server.url}/manifest.json`,
    /** Each try that reached the plugin. */
    heard: heard as readonly HeardEvent[],
    acceptSecret: (value: string) => {
      secret = value;
    },
    close: server.close,
  };
}

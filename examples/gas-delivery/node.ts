/** Gas Delivery on Node: `PLUGIN_SECRET=kps_… node examples/gas-delivery/node.ts`. */
import { createBridgeClient } from "kivuko/sdk";
import { servePlugin } from "kivuko/sdk/node";
import { offerCatalogue } from "./catalogue.ts";
import { createGasDelivery } from "./plugin.ts";

const { PLUGIN_SECRET: secret, PORT = "8789", HOST = "127.0.0.1", PUBLIC_URL } = process.env;
const { KIVUKO_URL: platformUrl, INSTALLATION_ID: installationId, INSTANCE_ID: instanceId } = process.env;

const server = await servePlugin(
  (url) =>
    createGasDelivery({
      baseUrl: PUBLIC_URL ?? url,
      secret,
      onRefusal: ({ reason }, { method, url: address }) => console.warn(`${method} ${address}: ${reason}`),
      onError: (error) => console.error(error),
    }),
  { port: Number(PORT), hostname: HOST },
);

console.log(`Gas Delivery: ${PUBLIC_URL ?? server.url}/manifest.json`);
if (!secret) {
  console.log(
    "No PLUGIN_SECRET yet, so every call is answered with 503. Install the manifest in Kivuko, then",
  );
  console.log("start again with PLUGIN_SECRET set to the secret that the installation shows once (kps_…).");
} else if (platformUrl && installationId && instanceId) {
  const bridge = createBridgeClient({ secret, platformUrl, installationId, instanceId });
  const { offered, imported } = await offerCatalogue(bridge);
  console.log(`The catalogue is offered: ${imported} in the shop, ${offered} wait for the merchant.`);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void server.close());
}

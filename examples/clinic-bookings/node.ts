/** Clinic Bookings on Node: `PLUGIN_SECRET=kps_… node examples/clinic-bookings/node.ts`. */
import { servePlugin } from "kivuko/sdk/node";
import { createClinicBookings } from "./plugin.ts";

const { PLUGIN_SECRET: secret, PORT = "8790", HOST = "127.0.0.1", PUBLIC_URL } = process.env;

const server = await servePlugin(
  (url) =>
    createClinicBookings({
      baseUrl: PUBLIC_URL ?? url,
      secret,
      onRefusal: ({ reason }, { method, url: address }) => console.warn(`${method} ${address}: ${reason}`),
      onError: (error) => console.error(error),
    }),
  { port: Number(PORT), hostname: HOST },
);

console.log(`Clinic Bookings: ${PUBLIC_URL ?? server.url}/manifest.json`);
if (!secret) {
  console.log(
    "No PLUGIN_SECRET yet, so every call is answered with 503. Install the manifest in Kivuko, then",
  );
  console.log("start again with PLUGIN_SECRET set to the secret that the installation shows once (kps_…).");
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void server.close());
}

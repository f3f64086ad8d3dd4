/** Gas Delivery as a Cloudflare Worker; `wrangler.toml` beside it says how it is deployed. */
import { createGasDelivery } from "./plugin.ts";

type Env = { readonly PUBLIC_URL: string; readonly PLUGIN_SECRET?: string };

let plugin: ReturnType<typeof createGasDelivery> | undefined;

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    plugin ??= createGasDelivery({ baseUrl: env.PUBLIC_URL, secret: env.PLUGIN_SECRET });
    return plugin.fetch(request);
  },
};

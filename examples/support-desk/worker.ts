/** The Support Desk as a Cloudflare Worker; `wrangler.toml` beside it says how it is deployed. */
import { createSupportDesk } from "./plugin.ts";

type Env = { readonly PUBLIC_URL: string; readonly PLUGIN_SECRET?: string };

let plugin: ReturnType<typeof createSupportDesk> | undefined;

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    plugin ??= createSupportDesk({ baseUrl: env.PUBLIC_URL, secret: env.PLUGIN_SECRET });
    return plugin.fetch(request);
  },
};

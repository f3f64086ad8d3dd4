/** Clinic Bookings as a Cloudflare Worker; `wrangler.toml` beside it says how it is deployed. */
import { createClinicBookings } from "./plugin.ts";

type Env = { readonly PUBLIC_URL: string; readonly PLUGIN_SECRET?: string };

let plugin: ReturnType<typeof createClinicBookings> | undefined;

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    plugin ??= createClinicBookings({ baseUrl: env.PUBLIC_URL, secret: env.PLUGIN_SECRET });
    return plugin.fetch(request);
  },
};

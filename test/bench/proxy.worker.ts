import { Hono } from "hono";

/**
 * The yardstick: the least a gateway can do in the same framework and runtime. Headers and bodies stream through
 * untouched in both directions; nothing is read, checked, signed or recorded.
 */
const app = new Hono<{ Bindings: { PLUGIN_URL: string } }>();

app.post("/call", (c) =>
  fetch(c.env.PLUGIN_URL, { method: "POST", headers: c.req.raw.headers, body: c.req.raw.body }),
);

export default app;

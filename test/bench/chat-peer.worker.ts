import { type Fetch, servedFetch } from "./chat-peer-server.ts";

/*
 * The other gateway, in workerd as it is deployed to Workers. Its package holds the entry for Node alone: the same
 * app, and a server of Node's around it, which chat-peer-server.ts stands in for. What it says about starting is
 * silenced; it says nothing per request.
 */

let handle: Promise<Fetch> | undefined;

async function start(): Promise<Fetch> {
  console.log = () => undefined;
  console.clear = () => undefined;
  process.stdout.write = () => true;
  await import("@portkey-ai/gateway/build/start-server.js");
  return servedFetch();
}

export default {
  async fetch(request: Request, env: unknown, context: unknown): Promise<Response> {
    handle ??= start();
    return (await handle)(request, env, context);
  },
};

/** In the place of the two packages by which the peer listens in Node: keeps its app instead. */

export type Fetch = (request: Request, env: unknown, context: unknown) => Response | Promise<Response>;

let kept: Fetch | undefined;

/** `@hono/node-server` */
export function serve({ fetch }: { readonly fetch: Fetch }): void {
  kept = fetch;
}

/** `@hono/node-ws`; no leg opens a WebSocket. */
export function createNodeWebSocket() {
  return {
    injectWebSocket: () => undefined,
    upgradeWebSocket: () => (_: unknown, next: () => unknown) => next(),
  };
}

/** What the peer would have served. Throws before it started. */
export function servedFetch(): Fetch {
  if (kept === undefined) {
    throw new Error("the peer did not start");
  }
  return kept;
}

import { createGatewayOnEdgeRuntime } from "@lobehub/chat-plugins-gateway/dist/edge.js";

/**
 * The peer's own edge entry point, unchanged and with its default validator (@cfworker/json-schema, no eval).
 * It logs a line per call; that is silenced here, in its favour, because reading the lines costs this machine CPU.
 */
console.info = () => undefined;

let handle: ReturnType<typeof createGatewayOnEdgeRuntime> | undefined;

export default {
  fetch(request: Request, env: { INDEX_URL: string }) {
    handle ??= createGatewayOnEdgeRuntime({ pluginsIndexUrl: env.INDEX_URL });
    return handle(request);
  },
};

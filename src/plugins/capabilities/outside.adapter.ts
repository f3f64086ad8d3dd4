import type { CtxBase } from "../../access/context.ts";
import { fetchOutside, type OutboundFailure, type OutboundResponse } from "../../kernel/outbound.ts";
import type { Result } from "../../kernel/result.ts";
import type { PluginRequest } from "../in-process/index.ts";
import { HTTP_RESPONSE_MAX_BYTES, HTTP_TIMEOUT_MS } from "./limits.ts";
import type { Guard } from "./permission-guard.ts";

/** One call to a host outside, through the same guard as every other. */
export function createFetch(
  { config }: Pick<CtxBase, "config">,
  requireGranted: Guard,
): (request: PluginRequest) => Promise<Result<OutboundResponse, OutboundFailure>> {
  return async ({ url, method = "GET", headers = {}, body }) => {
    requireGranted("EXTERNAL_HTTP");
    return fetchOutside({
      url,
      method,
      headers,
      ...(body !== undefined && { body }),
      timeoutMs: HTTP_TIMEOUT_MS,
      maxResponseBytes: HTTP_RESPONSE_MAX_BYTES,
      allowLoopbackHttp: config.allowInsecurePluginUrls,
    });
  };
}

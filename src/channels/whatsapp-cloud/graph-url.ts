import type { WhatsAppCloudCredentials } from "../../contract/channel.ts";
import { GRAPH_VERSION } from "../limits.ts";

const GRAPH_BASE_URL = "https://graph.facebook.com";

/** An address of the Graph API, in the instance's version. */
export function graphUrl(
  { graphBaseUrl, graphVersion }: Pick<WhatsAppCloudCredentials, "graphBaseUrl" | "graphVersion">,
  path: string,
): string {
  return `${graphBaseUrl ?? GRAPH_BASE_URL}/${graphVersion ?? GRAPH_VERSION}/${path}`;
}

/** Files of incoming messages: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media */
import type { WhatsAppCloudCredentials } from "../../contract/channel.ts";
import { fetchOutside } from "../../kernel/outbound.ts";
import { type OutboundStream, openOutside } from "../../kernel/outbound-stream.ts";
import { err, type Result } from "../../kernel/result.ts";
import type { MediaFailure, MediaRequest } from "../channel.ts";
import {
  MEDIA_FIRST_BYTE_TIMEOUT_MS,
  MEDIA_MAX_BYTES,
  MEDIA_TIMEOUT_MS,
  SEND_ANSWER_MAX_BYTES,
} from "../limits.ts";
import { toMedia } from "../media-outcome.ts";
import { graphUrl } from "./graph-url.ts";

/** Meta says that an object is not there, or is no longer, by this code and the status 400. */
const UNKNOWN_OBJECT = 100;

/** Opens the file of a media id: Meta says where it is for the next minutes, and is asked there with the same token. */
export async function openCloudMedia(
  { reference, allowLoopbackHttp }: MediaRequest,
  credentials: WhatsAppCloudCredentials,
): Promise<Result<OutboundStream, MediaFailure>> {
  const headers = { authorization: `Bearer ${credentials.accessToken}` };
  const found = await fetchOutside({
    url: graphUrl(credentials, encodeURIComponent(reference)),
    method: "GET",
    headers: { ...headers, accept: "application/json" },
    timeoutMs: MEDIA_FIRST_BYTE_TIMEOUT_MS,
    maxResponseBytes: SEND_ANSWER_MAX_BYTES,
    allowLoopbackHttp,
  });
  if (!found.ok) {
    return err({ reason: "unavailable", code: `provider_${found.error.reason}` });
  }
  const { url, code } = readAnswer(found.value.body);
  if (url === undefined) {
    const isGone = found.value.status === 404 || code === UNKNOWN_OBJECT;
    return err({ reason: isGone ? "gone" : "unavailable", code: `http_${found.value.status}` });
  }
  return toMedia(
    await openOutside({
      url,
      method: "GET",
      headers,
      firstByteTimeoutMs: MEDIA_FIRST_BYTE_TIMEOUT_MS,
      timeoutMs: MEDIA_TIMEOUT_MS,
      maxResponseBytes: MEDIA_MAX_BYTES,
      allowLoopbackHttp,
    }),
  );
}

function readAnswer(body: string): { url?: string; code?: number } {
  try {
    const { url, error } = JSON.parse(body) as { url?: unknown; error?: { code?: unknown } };
    const code = error?.code;
    return { ...(typeof url === "string" && { url }), ...(typeof code === "number" && { code }) };
  } catch {
    return {};
  }
}

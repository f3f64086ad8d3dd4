/** Files to send: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media */
import type { WhatsAppCloudCredentials } from "../../contract/channel.ts";
import { fetchOutside } from "../../kernel/outbound.ts";
import { err, ok, type Result } from "../../kernel/result.ts";
import type { OpenedFile, SendOutcome } from "../channel.ts";
import { SEND_ANSWER_MAX_BYTES, UPLOAD_TIMEOUT_MS } from "../limits.ts";
import { explainMetaCode, isBusyCode } from "./error-codes.ts";
import { graphUrl } from "./graph-url.ts";

type Upload = { readonly file: OpenedFile; readonly allowLoopbackHttp: boolean };

/**
 * Uploads a file; the id under which a message names it. Nothing has gone out to the customer then, so a failure that
 * may pass is `busy`, never `unknown`.
 */
export async function uploadToCloudApi(
  { file, allowLoopbackHttp }: Upload,
  credentials: WhatsAppCloudCredentials,
): Promise<Result<string, SendOutcome>> {
  const form = new FormData();
  form.set("messaging_product", "whatsapp");
  form.set("type", file.contentType);
  form.set("file", new File([file.bytes], file.fileName, { type: file.contentType }));
  const answer = await fetchOutside({
    url: graphUrl(credentials, `${credentials.phoneNumberId}/media`),
    method: "POST",
    headers: { authorization: `Bearer ${credentials.accessToken}`, accept: "application/json" },
    body: form,
    timeoutMs: UPLOAD_TIMEOUT_MS,
    maxResponseBytes: SEND_ANSWER_MAX_BYTES,
    allowLoopbackHttp,
  });
  if (!answer.ok) {
    const { reason } = answer.error;
    return err({ state: reason === "url_refused" ? "failed" : "busy", errorCode: `provider_${reason}` });
  }
  const { status, body } = answer.value;
  const { id, code } = readAnswer(body);
  if (status >= 200 && status < 300 && id !== undefined) {
    return ok(id);
  }
  const isPassing = status === 429 || status >= 500 || (code !== undefined && isBusyCode(code));
  const errorCode = code === undefined ? `http_${status}` : explainMetaCode(code);
  return err({ state: isPassing ? "busy" : "failed", errorCode });
}

function readAnswer(body: string): { id?: string; code?: number } {
  try {
    const { id, error } = JSON.parse(body) as { id?: unknown; error?: { code?: unknown } };
    const code = error?.code;
    return { ...(typeof id === "string" && { id }), ...(typeof code === "number" && { code }) };
  } catch {
    return {};
  }
}

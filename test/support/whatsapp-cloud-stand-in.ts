/**
 * Meta's Cloud API on loopback, as far as we use it. It refuses what Meta refuses, with Meta's codes; the end of the
 * recipient's number chooses how it behaves otherwise. `GET <url>/-/messages` lists what it took, `/-/uploads` the
 * files.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { checkCloudMessage, type Refusal } from "./check-cloud-message.ts";
import { answerJson, type LoopbackServer, readRequestBytes, startLoopbackServer } from "./loopback-server.ts";
import { sendMedia } from "./media-stand-in.ts";
import { CHANNEL_CREDENTIALS, type SentText, type Upload } from "./stand-in.ts";

const { phoneNumberId, accessToken, graphVersion } = CHANNEL_CREDENTIALS["whatsapp-cloud"];
const MESSAGES_PATH = `/${graphVersion}/${phoneNumberId}/messages`;
const UPLOAD_PATH = `/${graphVersion}/${phoneNumberId}/media`;
const MEDIA_PATH = new RegExp(`^/${graphVersion}/(media-[\\w-]+)$`);
const ATTACHMENT_PATH = /^\/attachments\/(media-[\w-]+)$/;
const UNKNOWN_PATH: Refusal = [400, 2_500, "Unknown path components"];

export async function startWhatsAppCloudStandIn(): Promise<LoopbackServer> {
  const taken: SentText[] = [];
  const uploads: Upload[] = [];

  return startLoopbackServer(async (request, response) => {
    if (request.url === "/-/messages" || request.url === "/-/uploads") {
      return answerJson(response, 200, request.url === "/-/messages" ? taken : uploads);
    }
    const bytes = await readRequestBytes(request);
    if (request.headers.authorization !== `Bearer ${accessToken}`) {
      return refuse(response, [401, 190, "Invalid OAuth access token - Cannot parse access token"]);
    }
    if (request.method === "GET") {
      return answerMedia(request, response);
    }
    if (request.url === UPLOAD_PATH) {
      return takeUpload(request, response, bytes, uploads);
    }
    return request.url === MESSAGES_PATH
      ? takeMessage(request, response, bytes.toString("utf8"), { taken, uploads })
      : refuse(response, UNKNOWN_PATH);
  });
}

function takeMessage(
  request: IncomingMessage,
  response: ServerResponse,
  text: string,
  { taken, uploads }: { taken: SentText[]; uploads: readonly Upload[] },
) {
  const body = request.headers["content-type"] === "application/json" ? parse(text) : {};
  const checked = checkCloudMessage(
    body,
    uploads.map(({ id }) => id),
  );
  if ("refusal" in checked) {
    return refuse(response, checked.refusal);
  }
  const to = String(body["to"]).replace(/^\+/, "");
  if (to.endsWith("131047") && body["type"] !== "template") {
    return refuse(response, [400, 131_047, "Re-engagement message"]);
  }
  const id = `wamid.${String(taken.length + 1).padStart(24, "0")}`;
  taken.push({ id, to: `+${to}`, text: checked.text, content: body, at: Date.now() });
  answerJson(response, 200, {
    messaging_product: "whatsapp",
    contacts: [{ input: body["to"], wa_id: to }],
    messages: [{ id }],
  });
}

async function takeUpload(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer<ArrayBuffer>,
  uploads: Upload[],
) {
  const headers = { "content-type": request.headers["content-type"] ?? "" };
  const form = await new Response(bytes, { headers }).formData().catch(() => new FormData());
  if (form.get("messaging_product") !== "whatsapp") {
    return refuse(response, [400, 100, "(#100) The parameter messaging_product is required."]);
  }
  const [file, type] = [form.get("file"), form.get("type")];
  if (!(file instanceof File) || typeof type !== "string") {
    return refuse(response, [400, 100, "(#100) Invalid parameter"]);
  }
  const unknown = [...form.keys()].find((name) => !["messaging_product", "file", "type"].includes(name));
  if (unknown !== undefined) {
    return refuse(response, [400, 100, `(#100) Unexpected key "${unknown}" on param.`]);
  }
  if (file.name.startsWith("busy")) {
    return refuse(response, [500, 131_000, "(#131000) Something went wrong"]);
  }
  const id = `media-uploaded-${uploads.length + 1}`;
  uploads.push({ id, fileName: file.name, type, text: await file.text() });
  answerJson(response, 200, { id });
}

/** A file: first where it is, then itself, both for the token. */
function answerMedia(request: IncomingMessage, response: ServerResponse) {
  const attachment = ATTACHMENT_PATH.exec(request.url ?? "")?.[1];
  if (attachment !== undefined) {
    return sendMedia(response, attachment);
  }
  const id = MEDIA_PATH.exec(request.url ?? "")?.[1];
  if (id === undefined || id.endsWith("gone")) {
    return refuse(response, [400, 100, "Unsupported get request. Object with this ID does not exist"]);
  }
  const url = id.endsWith("private")
    ? "https://10.0.0.5/latest/meta-data"
    : id.endsWith("downgrade")
      ? "http://lookaside.fbsbx.com/file"
      : `http://${request.headers.host}/attachments/${id}`;
  answerJson(response, 200, { messaging_product: "whatsapp", url, mime_type: "image/png", id });
}

function refuse(response: ServerResponse, [status, code, message]: Refusal) {
  answerJson(response, status, {
    error: { message, type: "OAuthException", code, error_data: { messaging_product: "whatsapp" } },
  });
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

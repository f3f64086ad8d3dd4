/**
 * Twilio's Messages API on loopback, as far as we use it. It refuses what Twilio refuses, with Twilio's codes; the end
 * of the recipient's number chooses how it behaves otherwise. `GET <url>/-/messages` lists what it took.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { answerJson, type LoopbackServer, readRequestBody, startLoopbackServer } from "./loopback-server.ts";
import { sendMedia } from "./media-stand-in.ts";
import { CHANNEL_CREDENTIALS, CONTENT_SID, type SentText } from "./stand-in.ts";

const { accountSid, authToken } = CHANNEL_CREDENTIALS.twilio;
const PATH = `/2010-04-01/Accounts/${accountSid}/Messages.json`;
const AUTHORIZATION = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}`;
const MEDIA_PATH = new RegExp(`^/2010-04-01/Accounts/${accountSid}/Messages/MM[\\w-]+/Media/(ME[\\w-]+)$`);
/** Where Twilio keeps files behind an address that it has signed; like S3, it takes no second way of proving oneself. */
const STORE_PATH = /^\/-store\/(ME[\w-]+)\?signature=valid$/;
const PARAMETERS = new Set([
  "From",
  "To",
  "Body",
  "MediaUrl",
  "ContentSid",
  "ContentVariables",
  "StatusCallback",
]);
const WHATSAPP_NUMBER = /^whatsapp:\+\d{4,15}$/;
const BODY_CHARACTERS = 1_600;

export async function startTwilioStandIn(): Promise<LoopbackServer> {
  const taken: SentText[] = [];
  const tries = new Map<string, number>();

  return startLoopbackServer(async (request, response) => {
    if (request.url === "/-/messages") {
      return answerJson(response, 200, taken);
    }
    if (request.method === "GET") {
      return answerMedia(request, response);
    }
    const form = new URLSearchParams(await readRequestBody(request));
    const [to = "", body = ""] = [form.get("To") ?? "", form.get("Body") ?? ""];
    const refused = refusalOf(request, form);
    if (refused) {
      return refuse(response, ...refused);
    }
    const attempt = (tries.get(to) ?? 0) + 1;
    tries.set(to, attempt);
    if (to.endsWith("63016") && !form.has("ContentSid")) {
      return refuse(response, 400, 63_016, "Failed to send freeform message: outside the allowed window.");
    }
    if (to.endsWith("0429") && attempt === 1) {
      return refuse(response, 429, 20_429, "Too many requests");
    }
    const sid = `SM${String(taken.length + 1).padStart(32, "0")}`;
    taken.push({
      id: sid,
      to: to.replace("whatsapp:", ""),
      text: body,
      content: Object.fromEntries(form),
      at: Date.now(),
    });
    if (to.endsWith("0500")) {
      response.destroy(); // it took the message, and nobody hears of it
      return;
    }
    answerJson(response, 201, { sid, status: "queued", to, from: form.get("From"), body, error_code: null });
  });
}

/** What Twilio would not take: HTTP status, code, sentence. */
function refusalOf(
  request: IncomingMessage,
  form: URLSearchParams,
): readonly [number, number, string] | undefined {
  if (request.method !== "POST" || request.url !== PATH) {
    return [404, 20_404, "The requested resource was not found"];
  }
  if (request.headers.authorization !== AUTHORIZATION) {
    return [401, 20_003, "Authenticate"];
  }
  const unknown = [...form.keys()].find((name) => !PARAMETERS.has(name));
  if (unknown !== undefined) {
    return [400, 20_001, `Unknown parameter ${unknown}`];
  }
  if (!WHATSAPP_NUMBER.test(form.get("To") ?? "")) {
    return [400, 21_211, "Invalid 'To' Phone Number"];
  }
  if (!WHATSAPP_NUMBER.test(form.get("From") ?? "")) {
    return [400, 21_212, "Invalid 'From' Phone Number"];
  }
  const contentSid = form.get("ContentSid");
  const variables = form.get("ContentVariables");
  const body = form.get("Body") ?? "";
  if (contentSid !== null) {
    if (form.has("Body") || form.has("MediaUrl")) {
      return [400, 20_001, "ContentSid takes neither Body nor MediaUrl"];
    }
    if (contentSid !== CONTENT_SID) {
      return [400, 21_655, "The ContentSid is Invalid"];
    }
    return variables === null || areVariables(variables)
      ? undefined
      : [400, 21_656, "The ContentVariables Parameter is invalid"];
  }
  if (variables !== null) {
    return [400, 21_654, "ContentSid Required"];
  }
  const mediaUrl = form.get("MediaUrl");
  if (mediaUrl !== null && !/^https?:\/\/./.test(mediaUrl)) {
    return [400, 21_620, "Invalid media URL(s)"];
  }
  if (body === "" && mediaUrl === null) {
    return [400, 21_619, "A text message body or media urls must be specified."];
  }
  return body.length > BODY_CHARACTERS
    ? [400, 21_617, "The concatenated message body exceeds the 1600 character limit"]
    : undefined;
}

/** JSON of names and texts, none of them empty, broken over lines or with more than four spaces in a row. */
function areVariables(text: string): boolean {
  try {
    const variables: unknown = JSON.parse(text);
    const isObject = typeof variables === "object" && variables !== null && !Array.isArray(variables);
    return (
      isObject &&
      Object.values(variables).every(
        (value) => typeof value === "string" && value !== "" && !/[\n\r\t]| {5}/.test(value),
      )
    );
  } catch {
    return false;
  }
}

/** A file, first at the API and then, by redirect, at the store. */
function answerMedia(request: IncomingMessage, response: ServerResponse) {
  const stored = STORE_PATH.exec(request.url ?? "")?.[1];
  if (stored !== undefined) {
    return request.headers.authorization === undefined
      ? sendMedia(response, stored)
      : refuse(response, 400, 20_001, "Only one auth mechanism allowed");
  }
  const id = MEDIA_PATH.exec(request.url ?? "")?.[1];
  if (id === undefined || id.endsWith("gone")) {
    return refuse(response, 404, 20_404, "The requested resource was not found");
  }
  if (request.headers.authorization !== AUTHORIZATION) {
    return refuse(response, 401, 20_003, "Authenticate");
  }
  const location = id.endsWith("private")
    ? "https://10.0.0.5/latest/meta-data"
    : id.endsWith("downgrade")
      ? "http://media.twiliocdn.com/file"
      : `http://${request.headers.host}/-store/${id}?signature=valid`;
  response.writeHead(307, { location }).end();
}

function refuse(response: ServerResponse, status: number, code: number, message: string) {
  answerJson(response, status, {
    code,
    message,
    more_info: `https://www.twilio.com/docs/errors/${code}`,
    status,
  });
}

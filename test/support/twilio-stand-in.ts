/**
 * Twilio's Messages API on loopback, as far as we use it. It refuses what Twilio refuses, with Twilio's codes; the end
 * of the recipient's number chooses how it behaves otherwise. `GET <url>/-/messages` lists what it took.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { answerJson, type LoopbackServer, readRequestBody, startLoopbackServer } from "./loopback-server.ts";
import { CHANNEL_CREDENTIALS, type SentText } from "./stand-in.ts";

const { accountSid, authToken } = CHANNEL_CREDENTIALS.twilio;
const PATH = `/2010-04-01/Accounts/${accountSid}/Messages.json`;
const AUTHORIZATION = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}`;
const PARAMETERS = new Set(["From", "To", "Body", "StatusCallback"]);
const WHATSAPP_NUMBER = /^whatsapp:\+\d{4,15}$/;
const BODY_CHARACTERS = 1_600;

export async function startTwilioStandIn(): Promise<LoopbackServer> {
  const taken: SentText[] = [];
  const tries = new Map<string, number>();

  return startLoopbackServer(async (request, response) => {
    if (request.url === "/-/messages") {
      return answerJson(response, 200, taken);
    }
    const form = new URLSearchParams(await readRequestBody(request));
    const [to = "", body = ""] = [form.get("To") ?? "", form.get("Body") ?? ""];
    const refused = refusalOf(request, form);
    if (refused) {
      return refuse(response, ...refused);
    }
    const attempt = (tries.get(to) ?? 0) + 1;
    tries.set(to, attempt);
    if (to.endsWith("63016")) {
      return refuse(response, 400, 63_016, "Failed to send freeform message: outside the allowed window.");
    }
    if (to.endsWith("0429") && attempt === 1) {
      return refuse(response, 429, 20_429, "Too many requests");
    }
    const sid = `SM${String(taken.length + 1).padStart(32, "0")}`;
    taken.push({ id: sid, to: to.replace("whatsapp:", ""), text: body });
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
  const body = form.get("Body") ?? "";
  if (body === "") {
    return [400, 21_619, "A text message body or media urls must be specified."];
  }
  return body.length > BODY_CHARACTERS
    ? [400, 21_617, "The concatenated message body exceeds the 1600 character limit"]
    : undefined;
}

function refuse(response: ServerResponse, status: number, code: number, message: string) {
  answerJson(response, status, {
    code,
    message,
    more_info: `https://www.twilio.com/docs/errors/${code}`,
    status,
  });
}

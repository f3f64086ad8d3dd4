/**
 * Meta's Cloud API on loopback, as far as we use it. It refuses what Meta refuses, with Meta's codes; the end of the
 * recipient's number chooses how it behaves otherwise. `GET <url>/-/messages` lists what it took.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { answerJson, type LoopbackServer, readRequestBody, startLoopbackServer } from "./loopback-server.ts";
import { CHANNEL_CREDENTIALS, type SentText } from "./stand-in.ts";

const { phoneNumberId, accessToken, graphVersion } = CHANNEL_CREDENTIALS["whatsapp-cloud"];
const PATH = `/${graphVersion}/${phoneNumberId}/messages`;
const FIELDS = new Set(["messaging_product", "recipient_type", "to", "type", "text"]);
const TEXT_FIELDS = new Set(["preview_url", "body"]);
const BODY_CHARACTERS = 4_096;

type Body = Readonly<Record<string, unknown>>;

export async function startWhatsAppCloudStandIn(): Promise<LoopbackServer> {
  const taken: SentText[] = [];

  return startLoopbackServer(async (request, response) => {
    if (request.url === "/-/messages") {
      return answerJson(response, 200, taken);
    }
    const body = parse(await readRequestBody(request));
    const refused = refusalOf(request, body);
    if (refused) {
      return refuse(response, ...refused);
    }
    const to = String(body["to"]).replace(/^\+/, "");
    const text = (body["text"] as { body: string }).body;
    if (to.endsWith("131047")) {
      return refuse(response, 400, 131_047, "Re-engagement message");
    }
    const id = `wamid.${String(taken.length + 1).padStart(24, "0")}`;
    taken.push({ id, to: `+${to}`, text });
    answerJson(response, 200, {
      messaging_product: "whatsapp",
      contacts: [{ input: body["to"], wa_id: to }],
      messages: [{ id }],
    });
  });
}

/** What Meta would not take: HTTP status, code, sentence. */
function refusalOf(request: IncomingMessage, body: Body): readonly [number, number, string] | undefined {
  if (request.method !== "POST" || request.url !== PATH) {
    return [400, 2_500, "Unknown path components"];
  }
  if (request.headers.authorization !== `Bearer ${accessToken}`) {
    return [401, 190, "Invalid OAuth access token - Cannot parse access token"];
  }
  if (request.headers["content-type"] !== "application/json" || body["messaging_product"] !== "whatsapp") {
    return [400, 100, "(#100) The parameter messaging_product is required."];
  }
  const text = (body["text"] ?? {}) as Body;
  const unknown = [
    ...Object.keys(body).filter((name) => !FIELDS.has(name)),
    ...Object.keys(text).filter((name) => !TEXT_FIELDS.has(name)),
  ][0];
  if (unknown !== undefined) {
    return [400, 100, `(#100) Unexpected key "${unknown}" on param.`];
  }
  if (body["recipient_type"] !== "individual" || !/^\+?\d{4,15}$/.test(String(body["to"]))) {
    return [400, 131_009, "(#131009) Parameter value is not valid"];
  }
  const length = typeof text["body"] === "string" ? text["body"].length : 0;
  return body["type"] !== "text" || length === 0 || length > BODY_CHARACTERS
    ? [400, 100, "(#100) Invalid parameter"]
    : undefined;
}

function refuse(response: ServerResponse, status: number, code: number, message: string) {
  answerJson(response, status, {
    error: { message, type: "OAuthException", code, error_data: { messaging_product: "whatsapp" } },
  });
}

function parse(text: string): Body {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Body) : {};
  } catch {
    return {};
  }
}

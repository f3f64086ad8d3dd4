/** Webhooks as the providers sign and send them. Written from their documentation, apart from the code under test. */
import { CHANNEL_CREDENTIALS } from "./stand-in.ts";

export type SignedWebhook = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const FORM = "application/x-www-form-urlencoded";

async function hmac(hash: "SHA-1" | "SHA-256", secret: string, text: string): Promise<ArrayBuffer> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
  return crypto.subtle.sign("HMAC", key, encoder.encode(text));
}

/** A form webhook of Twilio to our public origin. */
export async function signTwilioForm(
  origin: string,
  path: string,
  fields: Readonly<Record<string, string>>,
  authToken: string = CHANNEL_CREDENTIALS.twilio.authToken,
): Promise<SignedWebhook> {
  const sorted = Object.keys(fields)
    .sort()
    .map((name) => `${name}${fields[name]}`)
    .join("");
  const signature = Buffer.from(await hmac("SHA-1", authToken, origin + path + sorted)).toString("base64");
  return {
    path,
    headers: { "content-type": FORM, "x-twilio-signature": signature },
    body: new URLSearchParams(fields).toString(),
  };
}

/** A JSON webhook of Twilio: the address carries the body's hash. */
export async function signTwilioJson(origin: string, path: string, value: unknown): Promise<SignedWebhook> {
  const body = JSON.stringify(value);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body));
  const signedPath = `${path}?bodySHA256=${Buffer.from(digest).toString("hex")}`;
  const { authToken } = CHANNEL_CREDENTIALS.twilio;
  const signature = Buffer.from(await hmac("SHA-1", authToken, origin + signedPath)).toString("base64");
  return {
    path: signedPath,
    headers: { "content-type": "application/json", "x-twilio-signature": signature },
    body,
  };
}

/** A webhook of Meta with messages and statuses of the number. */
export async function signMeta(
  path: string,
  value: { messages?: readonly object[]; statuses?: readonly object[] },
  {
    appSecret = CHANNEL_CREDENTIALS["whatsapp-cloud"].appSecret as string,
    phoneNumberId = CHANNEL_CREDENTIALS["whatsapp-cloud"].phoneNumberId as string,
  } = {},
): Promise<SignedWebhook> {
  const metadata = { display_phone_number: "254712345678", phone_number_id: phoneNumberId };
  const body = JSON.stringify({
    object: "whatsapp_business_account",
    entry: [
      {
        id: "102290129340398",
        changes: [{ field: "messages", value: { messaging_product: "whatsapp", metadata, ...value } }],
      },
    ],
  });
  const signature = Buffer.from(await hmac("SHA-256", appSecret, body)).toString("hex");
  return {
    path,
    headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${signature}` },
    body,
  };
}

/** A text message in Meta's form; `timestamp` in epoch seconds. */
export function metaText(from: string, id: string, body: string, timestamp: number) {
  return { from: from.replace("+", ""), id, timestamp: String(timestamp), type: "text", text: { body } };
}

/** A text message in Twilio's form. */
export function twilioText(from: string, sid: string, body: string): Record<string, string> {
  return {
    MessageSid: sid,
    SmsMessageSid: sid,
    AccountSid: CHANNEL_CREDENTIALS.twilio.accountSid,
    From: `whatsapp:${from}`,
    To: "whatsapp:+254712345678",
    Body: body,
    NumMedia: "0",
    ProfileName: "Wanjiru",
    WaId: from.replace("+", ""),
  };
}

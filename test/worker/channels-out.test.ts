/** Every kind of message to every channel, once, and only when WhatsApp takes it. */
import { runInDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { registerDocumentSource } from "../../src/channels/documents.ts";
import type { OutgoingMessage } from "../../src/contract/channel.ts";
import type { SendAnswer } from "../../src/contract/chat.ts";
import { utf8 } from "../../src/kernel/encoding.ts";
import { CONTENT_SID, type SentText, type Upload } from "../support/stand-in.ts";
import {
  type ChatStub,
  chatStub,
  crash,
  createProviderInstance,
  newPhone,
  query,
  ring,
  sentTo,
} from "./support/chats.ts";
import { createDesk, type Desk } from "./support/desk.ts";

const CHANNELS = ["twilio", "whatsapp-cloud"] as const;
type ProviderName = (typeof CHANNELS)[number];

const FILE = "%PDF-1.7 receipt";
const LINK = "https://kivuko.test/files/receipt";
const TEMPLATES = [
  { name: "order_ready", language: "en", contentSid: CONTENT_SID },
  { name: "appointment_named", language: "en" },
  { name: "not_approved", language: "en", contentSid: `HX${"f".repeat(32)}` },
];

let desk: Desk;
const instances = {} as Record<ProviderName | "simulator", string>;

beforeAll(async () => {
  desk = await createDesk();
  instances.simulator = desk.supportId;
  for (const channel of CHANNELS) {
    instances[channel] = await createProviderInstance(desk, channel);
  }
  for (const id of Object.values(instances)) {
    const changed = await desk.control("PATCH", `/v1/instances/${id}`, { templates: TEMPLATES });
    expect(changed).toMatchObject({ status: 200, body: { templates: TEMPLATES } });
  }
  registerDocumentSource("receipt", async ({ input: { source, instance } }) =>
    source === "receipt:rcp_1" && instance.organizationId === desk.organization.id
      ? { bytes: utf8(FILE), url: LINK }
      : null,
  );
});

const TEXT: OutgoingMessage = { type: "text", text: "Your order is ready." };
const BUTTONS: OutgoingMessage = {
  type: "buttons",
  text: "Pay KES 500?",
  buttons: [
    { id: "pay_yes", title: "Pay now" },
    { id: "pay_no", title: "Not now" },
  ],
};
const documentNamed = (fileName: string, source = "receipt:rcp_1"): OutgoingMessage => ({
  type: "document",
  text: "Receipt for KES 500",
  document: { source, fileName, contentType: "application/pdf" },
});
const templateNamed = (name: string, variables: Record<string, string>): OutgoingMessage => ({
  type: "template",
  text: "Order 17 is ready at Moi Avenue",
  template: { name, language: "en", variables },
});
const READY = templateNamed("order_ready", { "2": "Moi  \n Avenue", "1": "17" });

/** Somebody with or without an open window, and how to send to them. */
async function customerOf(channel: ProviderName | "simulator", { hasWritten = true, ending = "" } = {}) {
  const phone = newPhone(ending);
  const stub = await chatStub(instances[channel], phone);
  const address = { organizationId: desk.organization.id, instanceId: instances[channel], phone };
  if (hasWritten) {
    await stub.receive({
      address,
      messages: [{ providerId: phone, sentAt: Date.now(), parts: [{ type: "text", text: "Hello" }] }],
    });
    await runInDurableObject(stub, (_, { storage }) => storage.deleteAlarm());
  }
  const send = (
    message: OutgoingMessage,
    dedupeKey: string | null = null,
    by = { kind: "plugin", id: "p" },
  ) => stub.send({ address, message, by, dedupeKey }) as Promise<SendAnswer>;
  return { phone, stub, send };
}

async function takenFor(channel: ProviderName, phone: string): Promise<SentText[]> {
  const url = inject(channel === "twilio" ? "twilioUrl" : "whatsAppCloudUrl");
  const taken = (await (await fetch(`${url}/-/messages`)).json()) as SentText[];
  return taken.filter(({ to }) => to === phone);
}

const readUploads = async () =>
  (await (await fetch(`${inject("whatsAppCloudUrl")}/-/uploads`)).json()) as Upload[];

const statesOf = (stub: ChatStub) =>
  query<{ state: string; error: string | null; tries: number }>(
    stub,
    "SELECT state, error_code AS error, tries FROM outbox ORDER BY seq",
  );

describe("twilio", () => {
  it("gets a text, buttons as numbered lines, a file by its link and a template by its SID", async () => {
    const { phone, send } = await customerOf("twilio");
    for (const message of [TEXT, BUTTONS, documentNamed("receipt.pdf"), READY]) {
      expect(await send(message)).toMatchObject({
        status: "accepted",
        line: {
          state: "sent",
          errorCode: null,
          message: { type: message === BUTTONS ? "text" : message.type },
        },
      });
    }
    const address = { From: expect.any(String), To: `whatsapp:${phone}`, StatusCallback: expect.any(String) };
    expect((await takenFor("twilio", phone)).map(({ content }) => content)).toEqual([
      { ...address, Body: "Your order is ready." },
      { ...address, Body: "Pay KES 500?\n\nReply 1 for Pay now, 2 for Not now" },
      { ...address, Body: "Receipt for KES 500", MediaUrl: LINK },
      { ...address, ContentSid: CONTENT_SID, ContentVariables: '{"1":"17","2":"Moi    Avenue"}' },
    ]);
  });

  it("[CHANNEL-04] is not asked for a template that it has no SID for, or that is not the account's", async () => {
    const { phone, send } = await customerOf("twilio");
    expect((await send(templateNamed("appointment_named", { who: "Asha" }))).line).toMatchObject({
      state: "failed",
      errorCode: "template_without_content_sid",
    });
    expect((await send(templateNamed("not_approved", {}))).line).toMatchObject({
      state: "failed",
      errorCode: "21655",
    });
    expect(await takenFor("twilio", phone)).toEqual([]);
  });
});

describe("whatsapp-cloud", () => {
  it("gets a text, buttons, an uploaded file and a template", async () => {
    const { phone, send } = await customerOf("whatsapp-cloud");
    const named = templateNamed("appointment_named", { who: "Asha" });
    for (const message of [TEXT, BUTTONS, documentNamed("risiti ñ.pdf"), READY, named]) {
      expect((await send(message)).line).toMatchObject({ state: "sent", errorCode: null });
    }
    const upload = (await readUploads()).find(({ fileName }) => fileName === "risiti ñ.pdf");
    expect(upload).toMatchObject({ type: "application/pdf", text: FILE });
    const address = { messaging_product: "whatsapp", recipient_type: "individual", to: phone };
    const template = { language: { code: "en" } };
    expect((await takenFor("whatsapp-cloud", phone)).map(({ content }) => content)).toEqual([
      { ...address, type: "text", text: { preview_url: false, body: "Your order is ready." } },
      {
        ...address,
        type: "interactive",
        interactive: {
          type: "button",
          body: { text: "Pay KES 500?" },
          action: {
            buttons: [
              { type: "reply", reply: { id: "pay_yes", title: "Pay now" } },
              { type: "reply", reply: { id: "pay_no", title: "Not now" } },
            ],
          },
        },
      },
      {
        ...address,
        type: "document",
        document: { id: upload?.id, caption: "Receipt for KES 500", filename: "risiti ñ.pdf" },
      },
      {
        ...address,
        type: "template",
        template: {
          ...template,
          name: "order_ready",
          components: [
            {
              type: "body",
              parameters: [
                { type: "text", text: "17" },
                { type: "text", text: "Moi    Avenue" },
              ],
            },
          ],
        },
      },
      {
        ...address,
        type: "template",
        template: {
          ...template,
          name: "appointment_named",
          components: [{ type: "body", parameters: [{ type: "text", parameter_name: "who", text: "Asha" }] }],
        },
      },
    ]);
  });

  it("gets buttons that it would refuse as numbered lines", async () => {
    const { phone, send } = await customerOf("whatsapp-cloud");
    const titles = ["A", "B", "C", "D"].map((title) => ({ id: title, title }));
    await send({ ...BUTTONS, buttons: titles });
    await send({ ...BUTTONS, buttons: [{ id: "long", title: "More than twenty characters" }] });
    expect((await takenFor("whatsapp-cloud", phone)).map(({ text }) => text)).toEqual([
      "Pay KES 500?\n\nReply 1 for A, 2 for B, 3 for C, 4 for D",
      "Pay KES 500?\n\nReply 1 for More than twenty characters",
    ]);
  });

  it("is asked again when the upload failed: nothing has gone out then", async () => {
    const { phone, stub, send } = await customerOf("whatsapp-cloud");
    expect((await send(documentNamed("busy.pdf"))).line).toMatchObject({
      state: "waiting",
      errorCode: "131000",
    });
    expect(await statesOf(stub)).toEqual([{ state: "waiting", error: "131000", tries: 1 }]);
    expect(await takenFor("whatsapp-cloud", phone)).toEqual([]);
  });

  it("notes that Meta refuses a template", async () => {
    const { send } = await customerOf("whatsapp-cloud");
    expect((await send(templateNamed("not_approved", {}))).line.errorCode).toBe("132001");
    expect((await send(templateNamed("order_ready", {}))).line.errorCode).toBe("132000");
  });
});

describe.for([...CHANNELS])("%s", (channel) => {
  it("[CHANNEL-01] gets a message once for its key, of twenty at once and afterwards", async () => {
    const { phone, stub, send } = await customerOf(channel);
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(TEXT, "receipt-1")));
    expect(answers.filter(({ status }) => status === "accepted")).toHaveLength(1);
    expect(await send(TEXT, "receipt-1")).toMatchObject({ status: "repeated", line: { state: "sent" } });
    expect(await send(TEXT, "receipt-2")).toMatchObject({ status: "accepted" });
    await crash(stub);
    expect(await send(TEXT, "receipt-2")).toMatchObject({ status: "repeated", line: { state: "sent" } });
    expect(await sentTo(channel, phone)).toEqual(["Your order is ready.", "Your order is ready."]);
    expect(await query(stub, "SELECT seq FROM message WHERE role = 'agent'")).toHaveLength(2);
  });

  it("[CHANNEL-01] does not get what may have gone out before a crash, not for the same key either", async () => {
    const { phone, stub, send } = await customerOf(channel);
    await send(TEXT, "receipt-1");
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("UPDATE outbox SET state = 'sending', provider_id = NULL");
    });
    await crash(stub);
    await ring(stub);
    expect(await send(TEXT, "receipt-1")).toMatchObject({
      status: "repeated",
      line: { state: "unknown", errorCode: "interrupted" },
    });
    const texts = await sentTo(channel, phone);
    expect(texts.filter((text) => text === "Your order is ready.")).toHaveLength(1);
  });

  it("[CHANNEL-03] gets only a template while the window is closed, also for somebody who never wrote", async () => {
    const { phone, send } = await customerOf(channel, { hasWritten: false });
    for (const message of [TEXT, BUTTONS, documentNamed("receipt.pdf")]) {
      expect((await send(message)).line).toMatchObject({ state: "blocked", errorCode: "outside_window" });
    }
    expect(await sentTo(channel, phone)).toEqual([]);
    expect((await send(READY)).line).toMatchObject({ state: "sent" });
    expect(await sentTo(channel, phone)).toHaveLength(1);
  });

  it("[CHANNEL-03] gets a template for which the provider has closed its window too", async () => {
    const ending = channel === "twilio" ? "63016" : "131047";
    const { phone, send } = await customerOf(channel, { ending });
    expect((await send(TEXT)).line).toMatchObject({ state: "failed", errorCode: "outside_window" });
    expect((await send(READY)).line).toMatchObject({ state: "sent" });
    expect(await sentTo(channel, phone)).toHaveLength(1);
  });

  it("[CHANNEL-04] is not asked for an unknown template or a file that is not there", async () => {
    const { phone, send } = await customerOf(channel);
    const swahili: OutgoingMessage = {
      type: "template",
      text: "Tayari",
      template: { name: "order_ready", language: "sw", variables: {} },
    };
    expect((await send(templateNamed("unknown", {}))).line.errorCode).toBe("template_unknown");
    expect((await send(swahili)).line.errorCode).toBe("template_unknown");
    for (const source of ["receipt:rcp_2", "elsewhere:1", ""]) {
      expect((await send(documentNamed("receipt.pdf", source))).line).toMatchObject({
        state: "failed",
        errorCode: "document_unavailable",
      });
    }
    expect(await sentTo(channel, phone)).toEqual([]);
  });

  it("gets a long text in several, and what is too long for a caption ahead of the file", async () => {
    const { phone, send } = await customerOf(channel);
    const words = "word ".repeat(1_000).trim();
    expect((await send({ type: "text", text: words }, "long")).line.text).toBe(
      (await sentTo(channel, phone)).at(-1),
    );
    expect((await sentTo(channel, phone)).join(" ")).toBe(words);
    const { phone: other, send: sendOther } = await customerOf(channel);
    const document = documentNamed("receipt.pdf");
    expect((await sendOther({ ...document, text: words })).line).toMatchObject({ state: "sent" });
    const texts = await takenFor(channel, other);
    expect(texts.map(({ text }) => text).join(" ")).toBe(words);
    expect(texts.at(-1)?.content).toHaveProperty(channel === "twilio" ? "MediaUrl" : "document");
  });
});

describe("the history", () => {
  it("has what went out as people read it, under who wrote it", async () => {
    const { phone, stub, send } = await customerOf("simulator", { hasWritten: false });
    await send(BUTTONS, null, { kind: "user", id: "usr_1" });
    await send(documentNamed("receipt.pdf"));
    expect(await query(stub, "SELECT role, text, written_by AS writtenBy FROM message ORDER BY seq")).toEqual(
      [
        { role: "person", text: "Pay KES 500?\n[Buttons: Pay now, Not now]", writtenBy: "usr_1" },
        { role: "agent", text: "Receipt for KES 500\n[File: receipt.pdf]", writtenBy: null },
      ],
    );
    const chats = await desk.control<{ data: { customer: string }[] }>(
      "GET",
      `/v1/instances/${instances.simulator}/chats`,
    );
    expect(chats.body.data.map(({ customer }) => customer)).toContain(`•••• ${phone.slice(-4)}`);
  });
});

it("a simulated phone shows buttons, a file as a link, and which template it was", async () => {
  const { phone, send } = await customerOf("simulator");
  for (const message of [BUTTONS, documentNamed("receipt.pdf"), READY]) {
    await send(message);
  }
  const { body } = await desk.control<{ data: object[] }>(
    "GET",
    `/v1/instances/${instances.simulator}/simulator/messages?phone=${encodeURIComponent(phone)}`,
  );
  expect(body.data).toMatchObject([
    { text: "Pay KES 500?", buttons: [{ id: "pay_yes", title: "Pay now" }, { id: "pay_no" }] },
    {
      text: "Receipt for KES 500",
      document: { fileName: "receipt.pdf", contentType: "application/pdf", url: LINK },
    },
    { text: "Order 17 is ready at Moi Avenue", template: { name: "order_ready", language: "en" } },
  ]);
});

it("refuses a list of templates that cannot be one", async () => {
  const [first] = TEMPLATES;
  for (const templates of [[first, first], [{ name: "Order Ready", language: "en" }], [{ name: "a" }]]) {
    const answer = await desk.control("PATCH", `/v1/instances/${instances.twilio}`, { templates });
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid_request" } });
  }
});

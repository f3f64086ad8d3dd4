/** The simulator's phone over its socket, as the page uses it. */
import { runInDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { registerDocumentSource } from "../../src/channels/documents.ts";
import type { ChatObject } from "../../src/worker.ts";
import { call } from "./support/call.ts";
import {
  type ChatStub,
  chatStub,
  newPhone,
  query,
  ring,
  saying,
  thinkBy,
  writeFromPhone,
} from "./support/chats.ts";
import { createDesk, type Desk } from "./support/desk.ts";

type Frame = { type: string } & Record<string, unknown>;
type Ticket = { url: string; protocols: string[]; expiresAt: string };

let desk: Desk;
beforeAll(async () => {
  desk = await createDesk();
  registerDocumentSource("leaflet", async ({ input: { source } }) =>
    source === "leaflet:1" ? { bytes: new Uint8Array([1]), url: "https://kivuko.test/leaflet" } : null,
  );
});

const open: WebSocket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) {
    socket.close(1000);
  }
});

async function ticketFor(phone: string, id = desk.supportId): Promise<Ticket> {
  const { status, body } = await desk.control<Ticket>("POST", `/v1/instances/${id}/simulator/tickets`, {
    phone,
  });
  expect(status).toBe(201);
  return body;
}

function knock({ url, protocols }: Ticket): Promise<Response> {
  return exports.default.fetch(url.replace(/^ws/, "http"), {
    headers: { upgrade: "websocket", "sec-websocket-protocol": protocols.join(", ") },
  });
}

/** An open socket of the phone, and the frames that it gets, one by one. */
async function connect(phone: string) {
  const response = await knock(await ticketFor(phone));
  const { webSocket } = response;
  if (webSocket === null) {
    throw new Error(`No socket: ${response.status} ${await response.text()}`);
  }
  expect(response.headers.get("sec-websocket-protocol")).toBe("kivuko.simulator");
  const frames: Frame[] = [];
  const waiting: ((frame: Frame) => void)[] = [];
  const closed = new Promise<number>((resolve) => {
    webSocket.addEventListener("close", ({ code }) => resolve(code));
  });
  webSocket.addEventListener("message", ({ data }) => {
    const frame = JSON.parse(String(data)) as Frame;
    const next = waiting.shift();
    if (next) {
      next(frame);
    } else {
      frames.push(frame);
    }
  });
  webSocket.accept();
  open.push(webSocket);
  return {
    send: (frame: unknown) => webSocket.send(typeof frame === "string" ? frame : JSON.stringify(frame)),
    next: () =>
      new Promise<Frame>((resolve) => {
        const frame = frames.shift();
        if (frame) {
          resolve(frame);
        } else {
          waiting.push(resolve);
        }
      }),
    closed,
  };
}

const stubOf = (phone: string): Promise<ChatStub> => chatStub(desk.supportId, phone);

describe("a conversation over the socket", () => {
  it("[CHANNEL-05] stores, shows typing, and brings the reply", async () => {
    const phone = newPhone();
    const page = await connect(phone);
    expect(await page.next()).toEqual({ type: "history", lines: [] });
    const stub = await stubOf(phone);
    await thinkBy(stub, saying("Sorry to hear that."));
    page.send({ type: "message", text: "My order arrived damaged", messageId: "m1" });
    expect(await page.next()).toMatchObject({
      type: "stored",
      messageId: "m1",
      text: "My order arrived damaged",
      isRead: false,
    });
    await ring(stub);
    expect(await page.next()).toEqual({ type: "typing", isTyping: true });
    expect(await page.next()).toMatchObject({ type: "message", seq: 1, text: "Sorry to hear that." });
    expect(await page.next()).toEqual({ type: "typing", isTyping: false });
  });

  it("counts a message once, and says that it has it", async () => {
    const phone = newPhone();
    const page = await connect(phone);
    await page.next();
    page.send({ type: "message", text: "Hello", messageId: "m1" });
    page.send({ type: "message", text: "Hello", messageId: "m1" });
    expect((await page.next())["messageId"]).toBe("m1");
    expect((await page.next())["messageId"]).toBe("m1");
    expect(await query(await stubOf(phone), "SELECT id FROM inbox")).toHaveLength(1);
  });

  it("takes a tap on a button and a location, as a provider would bring them", async () => {
    const phone = newPhone();
    const page = await connect(phone);
    await page.next();
    page.send({ type: "message", button: { text: "Pay now", payload: "pay_yes" } });
    expect(await page.next()).toMatchObject({ type: "stored", text: "Pay now" });
    page.send({ type: "message", location: { latitude: -1.28, longitude: 36.82 } });
    expect(await page.next()).toMatchObject({
      type: "stored",
      text: expect.stringContaining("-1.28, 36.82"),
    });
    const rows = await query<{ parts: string }>(await stubOf(phone), "SELECT parts FROM inbox ORDER BY id");
    expect(rows.map(({ parts }) => JSON.parse(parts))).toEqual([
      [{ type: "button", text: "Pay now", payload: "pay_yes" }],
      [{ type: "location", latitude: -1.28, longitude: 36.82, name: null, address: null }],
    ]);
  });

  it("shows buttons and files as they go out, and what came over the API, on every page of the phone", async () => {
    const phone = newPhone();
    const pages = [await connect(phone), await connect(phone)];
    for (const page of pages) {
      await page.next();
    }
    await writeFromPhone(desk, desk.supportId, phone, "From the terminal");
    const stub = await stubOf(phone);
    await runInDurableObject(stub, (_, { storage }) => storage.deleteAlarm());
    const address = { organizationId: desk.organization.id, instanceId: desk.supportId, phone };
    const by = { kind: "plugin", id: "p" };
    const buttons = [{ id: "yes", title: "Yes" }];
    await stub.send({ address, by, dedupeKey: null, message: { type: "buttons", text: "Sure?", buttons } });
    for (const source of ["leaflet:1", "leaflet:2"]) {
      const document = { source, fileName: "leaflet.pdf", contentType: "application/pdf" };
      await stub.send({
        address,
        by,
        dedupeKey: null,
        message: { type: "document", text: "Read this", document },
      });
    }
    for (const page of pages) {
      expect(await page.next()).toMatchObject({ type: "stored", text: "From the terminal" });
      expect(await page.next()).toMatchObject({ type: "message", text: "Sure?", buttons });
      expect(await page.next()).toMatchObject({
        type: "message",
        text: "Read this",
        document: { fileName: "leaflet.pdf", url: "https://kivuko.test/leaflet" },
      });
    }
    // The file that was not there has not gone out, so a page that comes later sees neither more nor less.
    const late = await connect(phone);
    expect(await late.next()).toMatchObject({
      type: "history",
      lines: [
        { text: "From the terminal", isRead: false },
        { text: "Sure?", buttons },
        { text: "Read this" },
      ],
    });
  });

  it("says what is wrong with a frame, and goes on", async () => {
    const phone = newPhone();
    const page = await connect(phone);
    await page.next();
    const wrong = [
      "hello",
      "[]",
      { type: "message" },
      { type: "message", text: "a", location: {} },
      { type: "x" },
    ];
    for (const frame of [...wrong, { type: "message", text: "x".repeat(130_000) }]) {
      page.send(frame);
      expect(await page.next()).toMatchObject({ type: "error", code: "frame_invalid" });
    }
    page.send({ type: "message", text: "Hello" });
    expect(await page.next()).toMatchObject({ type: "stored", text: "Hello" });
    expect(await query(await stubOf(phone), "SELECT id FROM inbox")).toHaveLength(1);
  });

  it("ends after its time, so that a credential has to be shown again", async () => {
    const phone = newPhone();
    const page = await connect(phone);
    await page.next();
    await runInDurableObject(await stubOf(phone), (_: ChatObject, state) => {
      for (const socket of state.getWebSockets()) {
        socket.serializeAttachment({ ...(socket.deserializeAttachment() as object), expiresAt: Date.now() });
      }
    });
    page.send({ type: "message", text: "Hello" });
    expect(await page.closed).toBe(4401);
  });
});

describe("[CHANNEL-06] a ticket", () => {
  it("opens one socket, of its own phone and instance", async () => {
    const phone = newPhone();
    const ticket = await ticketFor(phone);
    const elsewhere = {
      ...ticket,
      url: ticket.url.replace(encodeURIComponent(phone), encodeURIComponent(newPhone())),
    };
    const otherInstance = { ...ticket, url: ticket.url.replace(desk.supportId, desk.salesId) };
    for (const wrong of [elsewhere, otherInstance, { ...ticket, protocols: ["kivuko.simulator"] }]) {
      expect((await knock(wrong)).status).toBe(401);
    }
    const opened = await knock(ticket);
    expect(opened.status).toBe(101);
    opened.webSocket?.accept();
    opened.webSocket?.close(1000);
    const again = await knock(ticket);
    expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([401, "ticket_invalid"]);
  });

  it("is not good after its minute, and is not stored as it is", async () => {
    const phone = newPhone();
    const ticket = await ticketFor(phone);
    const stub = await stubOf(phone);
    const [row] = await query<{ hash: string }>(stub, "SELECT * FROM phone_ticket");
    expect(JSON.stringify(row)).not.toContain(ticket.protocols[1]?.slice("ticket.".length));
    expect(JSON.stringify(row)).not.toContain(phone);
    await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("UPDATE phone_ticket SET expires_at = 1"),
    );
    expect((await knock(ticket)).status).toBe(401);
  });

  it("makes no chat of a phone that has said nothing", async () => {
    const phone = newPhone();
    await ticketFor(phone);
    expect(await query(await stubOf(phone), "SELECT id FROM chat")).toEqual([]);
  });

  it("is for simulators, and for those who may call tools there", async () => {
    const path = `/v1/instances/${desk.supportId}/simulator/tickets`;
    const phone = newPhone();
    expect((await call("POST", path, { body: { phone } })).status).toBe(401);
    const stranger = await createDesk();
    expect(await stranger.control("POST", path, { phone })).toMatchObject({
      status: 404,
      body: { code: "instance_not_found" },
    });
    expect(await desk.control("POST", path, { phone: "0712" })).toMatchObject({
      status: 422,
      body: { code: "phone_number_invalid" },
    });
  });

  it("cannot be brought without a WebSocket", async () => {
    const { url } = await ticketFor(newPhone());
    const answer = await call("GET", url.slice(url.indexOf("/v1/")));
    expect(answer).toMatchObject({ status: 400, body: { code: "upgrade_expected" } });
  });
});

it("a simulated message over the API is one of words, a tap or a location", async () => {
  const path = `/v1/instances/${desk.supportId}/simulator/messages`;
  const from = newPhone();
  const button = { text: "Yes", payload: "yes" };
  expect((await desk.control("POST", path, { from, button })).status).toBe(202);
  for (const content of [{}, { text: "a", button }, { button: { text: "", payload: null } }]) {
    const answer = await desk.control("POST", path, { from, ...content });
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid_request" } });
  }
});

/** The bridge door: whom a plugin reaches, what happens once, and what it costs. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { z } from "zod";
import { type CtxBase, withActor } from "../../src/access/context.ts";
import { type BridgeCall, defineBridgeCall } from "../../src/bridge/bridge-call.ts";
import { BRIDGE_CALLS } from "../../src/bridge/bridge-calls.ts";
import { handleBridgeCall } from "../../src/bridge/handle-bridge-call.ts";
import { removeKeys } from "../../src/bridge/remove-keys.ts";
import { AppError } from "../../src/kernel/errors.ts";
import { callTool } from "../../src/plugins/dispatch/routes.ts";
import { clockAt, testBase } from "./support/base.ts";
import {
  type BridgeBody,
  type BridgeOptions,
  callBridge,
  createBridgeDesk,
  nextPhone,
  signBridgeToken,
} from "./support/bridge.ts";
import { BASE_URL } from "./support/call.ts";
import {
  chatStub,
  createProviderInstance,
  newPhone,
  phoneTexts,
  query,
  ring,
  sentTo,
} from "./support/chats.ts";
import { chatBodyOf, linesOf, openChat } from "./support/conversations.ts";
import { countingDb } from "./support/counting-db.ts";
import { createDesk, DAMAGED, type Desk, TICKET_TOOL } from "./support/desk.ts";

const TO_CURRENT = "plugin:messages:send:current_chat";
const TO_KNOWN = "plugin:messages:send:known_contact";
const TO_ANYONE = "plugin:messages:send:external_recipient";
const ALL = [TO_CURRENT, TO_KNOWN, TO_ANYONE] as const;
const MINUTE_MS = 60_000;

type Context = {
  callId: string;
  user?: { id: string };
  currentChat?: { token: string; expiresAt: string };
};

/** The context that the desk's plugin got, by a tool call over HTTP for this customer. */
async function contextFor(desk: Desk, customer: object, instanceId = desk.supportId): Promise<Context> {
  const { body } = await desk.callTool({ instanceId, body: { input: DAMAGED, customer } });
  const { context } = JSON.parse((body.result as { body: string }).body) as { context: Context };
  return context;
}

async function tokenFor(desk: Desk, phone: string): Promise<string> {
  return (await contextFor(desk, { phone })).currentChat?.token ?? "";
}

const toCurrentChat = (token: string, text = "Paid, thank you.") => ({
  method: "POST",
  path: "/messages",
  body: { recipient: { type: "current_chat", token }, text },
});
const toPhone = (phone: string, text = "On its way.") => ({
  method: "POST",
  path: "/messages",
  body: { recipient: { type: "external_recipient", phone }, text },
});
const toKnown = (userId: string, text = "Your next delivery is due.") => ({
  method: "POST",
  path: "/messages",
  body: { recipient: { type: "known_contact", userId }, text },
});

let desk: Desk;
beforeAll(async () => {
  desk = await createBridgeDesk(ALL);
});

describe("a current-chat token", () => {
  it("[BRIDGE-10] comes with a call for a customer, and reaches that customer", async () => {
    const phone = newPhone();
    const before = Date.now();
    const { currentChat } = await contextFor(desk, { phone });
    expect(currentChat?.token).toMatch(/^cct_[\w.-]+$/);
    const lifetimeMs = Date.parse(currentChat?.expiresAt ?? "") - before;
    expect(lifetimeMs).toBeGreaterThanOrEqual(10 * MINUTE_MS);
    expect(lifetimeMs).toBeLessThan(11 * MINUTE_MS);
    const sent = await callBridge(desk, toCurrentChat(currentChat?.token ?? ""));
    expect(sent).toMatchObject({ status: 201, body: { id: expect.stringMatching(/^msg_/), state: "sent" } });
    expect(await phoneTexts(desk, desk.supportId, phone)).toEqual(["Paid, thank you."]);
  });

  it("[BRIDGE-10] comes with a call of the chat's own agent", async () => {
    const { phone, stub } = await openChat(desk, "My order arrived damaged");
    await ring(stub);
    const calls = (await (await fetch(`${inject("standInUrl")}/-/calls`)).json()) as { body: string }[];
    const contexts = calls
      .filter(({ body }) => body.includes(desk.supportId))
      .map(({ body }) => (JSON.parse(body) as { context: Context }).context);
    const context = contexts.at(-1);
    const sent = await callBridge(desk, toCurrentChat(context?.currentChat?.token ?? "", "From the plugin"));
    expect(sent.body.state).toBe("sent");
    expect((await phoneTexts(desk, desk.supportId, phone)).at(-1)).toBe("From the plugin");
    const lines = await linesOf(desk, (await chatBodyOf(desk, phone)).id);
    expect(lines.at(-1)).toMatchObject({ from: "agent", text: "From the plugin" });
  });

  it("comes with a call for a chat by its id; another number's chat is not found", async () => {
    const { phone, stub } = await openChat(desk);
    await ring(stub);
    const { id: chatId } = await chatBodyOf(desk, phone);
    const { currentChat, user } = await contextFor(desk, { chatId });
    expect(user).toEqual((await contextFor(desk, { phone })).user);
    await callBridge(desk, toCurrentChat(currentChat?.token ?? "", "By its id"));
    expect((await phoneTexts(desk, desk.supportId, phone)).at(-1)).toBe("By its id");
    const stranger = await createDesk();
    for (const [by, customer] of [
      [stranger, { chatId }],
      [desk, { chatId: "chat_nobody" }],
    ] as const) {
      const { status, body } = await by.callTool({ body: { input: DAMAGED, customer } });
      expect([status, (body as { code?: string }).code]).toEqual([404, "chat_not_found"]);
    }
    const both = await desk.callTool({ body: { input: DAMAGED, customer: { chatId, phone } } });
    expect(both.status).toBe(422);
  });

  it("[BRIDGE-11] is not made, and no object is asked, for a plugin that may not reach the chat", async () => {
    const asked: string[] = [];
    const chats: CtxBase["chats"] = {
      idFromName: (name) => env.CHATS.idFromName(name),
      idFromString: (text) => env.CHATS.idFromString(text),
      get: (id) => {
        asked.push(id.toString());
        return env.CHATS.get(env.CHATS.idFromString(id.toString()));
      },
    };
    const callFor = async (by: Desk) => {
      const response = await callTool(
        new Request(`${BASE_URL}/v1/instances/${by.supportId}/tools/${TICKET_TOOL}/calls`, {
          method: "POST",
          headers: {
            authorization: `Bearer ${by.organization.gatewayKey}`,
            "content-type": "application/json",
          },
          body: JSON.stringify({ input: DAMAGED, customer: { phone: newPhone() } }),
        }),
        { instanceId: by.supportId, toolName: TICKET_TOOL },
        testBase({ chats }),
      );
      const { result } = (await response.json()) as { result: { body: string } };
      return (JSON.parse(result.body) as { context: Context }).context;
    };
    const plain = await createBridgeDesk([TO_ANYONE]);
    const ungranted = await createBridgeDesk([TO_CURRENT], []);
    expect((await callFor(plain)).currentChat).toBeUndefined();
    expect((await callFor(ungranted)).currentChat).toBeUndefined();
    expect(asked).toEqual([]);
    expect((await callFor(desk)).currentChat?.token).toMatch(/^cct_/);
    expect(asked).toHaveLength(1);
  });

  it("[BRIDGE-12] answers all that is wrong with it in one and the same way", async () => {
    const phone = newPhone();
    const token = await tokenFor(desk, phone);
    const other = await createBridgeDesk(ALL);
    await desk.control("PUT", `/v1/instances/${desk.salesId}/grants/${desk.installation.id}`, {
      permissions: ALL,
    });
    const stub = await chatStub(desk.supportId, phone);
    const stored = await query<{ hash: string }>(stub, "SELECT hash FROM current_chat_token");
    expect(JSON.stringify(stored)).not.toContain(token);
    const late = Date.now() + 10 * MINUTE_MS + 1;
    const answers = [
      await callBridge(desk, toCurrentChat("cct_nonsense")),
      await callBridge(desk, toCurrentChat(`${token.slice(0, -2)}AA`)),
      await callBridge(other, toCurrentChat(token)),
      await callBridge(desk, toCurrentChat(token), { instanceId: desk.salesId }),
      await callAt(desk, late, toCurrentChat(token)),
    ];
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("DELETE FROM current_chat_token");
    });
    answers.push(await callBridge(desk, toCurrentChat(token)));
    const told = answers.map(({ status, body: { requestId: _, ...body } }) => ({ status, body }));
    expect(told[0]).toMatchObject({
      status: 403,
      body: { gate: "recipient", code: "recipient_token_invalid" },
    });
    expect(told).toEqual(told.map(() => told[0]));
    expect(await phoneTexts(desk, desk.supportId, phone)).toEqual([]);
  });

  it("[BRIDGE-12] is forgotten by the conversation when it has ended", async () => {
    const phone = newPhone();
    await tokenFor(desk, phone);
    const stub = await chatStub(desk.supportId, phone);
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("UPDATE current_chat_token SET expires_at = 1");
    });
    await tokenFor(desk, phone);
    expect(await query(stub, "SELECT 1 AS one FROM current_chat_token")).toHaveLength(1);
  });

  it("[BRIDGE-12] is dead when the grant is revoked", async () => {
    const ours = await createBridgeDesk(ALL);
    const token = await tokenFor(ours, newPhone());
    await ours.control("DELETE", `/v1/instances/${ours.supportId}/grants/${ours.installation.id}`);
    expect(await callBridge(ours, toCurrentChat(token))).toMatchObject({
      status: 403,
      body: { code: "not_granted" },
    });
  });

  it("[BRIDGE-13] refuses a phone number beside it, wherever that stands", async () => {
    const token = await tokenFor(desk, newPhone());
    const { method, path, body } = toCurrentChat(token);
    for (const wrong of [
      { ...body, phone: "+254711000000" },
      { ...body, recipient: { ...body.recipient, phone: "+254711000000" } },
    ]) {
      expect(await callBridge(desk, { method, path, body: wrong })).toMatchObject({
        status: 422,
        body: { gate: "recipient", code: "recipient_phone_not_allowed" },
      });
    }
  });

  it("counts as the same recipient when the tool call comes again with another token", async () => {
    const phone = newPhone();
    const key = crypto.randomUUID();
    await callBridge(desk, toCurrentChat(await tokenFor(desk, phone)), { key });
    const again = await callBridge(desk, toCurrentChat(await tokenFor(desk, phone)), { key });
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(await phoneTexts(desk, desk.supportId, phone)).toHaveLength(1);
    const elsewhere = await callBridge(desk, toCurrentChat(await tokenFor(desk, newPhone())), { key });
    expect(elsewhere.body.code).toBe("idempotency_key_reused");
  });
});

describe("a known contact", () => {
  it("[BRIDGE-14] is whom the plugin was called for, by the hash that it knows", async () => {
    const { phone, stub } = await openChat(desk);
    await ring(stub);
    const { user } = await contextFor(desk, { phone });
    await expect.poll(() => countContacts(user?.id ?? "")).toBe(1);
    await contextFor(desk, { phone });
    const { body } = await callBridge(desk, toKnown(user?.id ?? ""));
    expect(body.state).toBe("sent");
    expect((await phoneTexts(desk, desk.supportId, phone)).at(-1)).toBe("Your next delivery is due.");
  });

  it("[BRIDGE-14] is nobody for another plugin, another number or a hash that was never told", async () => {
    const { phone, stub } = await openChat(desk);
    await ring(stub);
    const { user } = await contextFor(desk, { phone });
    await expect.poll(() => countContacts(user?.id ?? "")).toBe(1);
    await desk.control("PUT", `/v1/instances/${desk.salesId}/grants/${desk.installation.id}`, {
      permissions: ALL,
    });
    const other = await createBridgeDesk(ALL);
    for (const answer of [
      await callBridge(other, toKnown(user?.id ?? "")),
      await callBridge(desk, toKnown(user?.id ?? ""), { instanceId: desk.salesId }),
      await callBridge(desk, toKnown("never-told")),
    ]) {
      expect(answer).toMatchObject({ status: 403, body: { gate: "recipient", code: "recipient_not_known" } });
    }
  });

  it("is not written down for a plugin that may not write to known contacts", async () => {
    const plain = await createBridgeDesk([TO_CURRENT]);
    const { user } = await contextFor(plain, { phone: newPhone() });
    const known = await contextFor(desk, { phone: newPhone() });
    await expect.poll(() => countContacts(known.user?.id ?? "")).toBe(1);
    expect(await countContacts(user?.id ?? "")).toBe(0);
  });

  async function countContacts(userId: string): Promise<number | undefined> {
    return (
      await env.DB.prepare("select count(*) as n from plugin_contact where user_id = ?")
        .bind(userId)
        .first<{ n: number }>()
    )?.n;
  }
});

describe("an external recipient", () => {
  it("takes a number as people write it, and refuses what is none", async () => {
    expect((await callBridge(desk, toPhone("+254 711 900-100"))).body.state).toBe("sent");
    expect(await phoneTexts(desk, desk.supportId, "+254711900100")).toEqual(["On its way."]);
    for (const phone of ["0711900100", "ring me", "+1"]) {
      expect(await callBridge(desk, toPhone(phone))).toMatchObject({
        status: 422,
        body: { code: "phone_number_invalid", issues: [{ pointer: "/recipient/phone" }] },
      });
    }
  });

  it("[BRIDGE-15] gets nothing outside of WhatsApp's window, and the plugin is told so", async () => {
    const instanceId = await createProviderInstance(desk, "twilio");
    await desk.control("PUT", `/v1/instances/${instanceId}/grants/${desk.installation.id}`, {
      permissions: ALL,
    });
    const phone = newPhone();
    const { status, body } = await callBridge(desk, toPhone(phone), { instanceId });
    expect([status, body.state, body.reason]).toEqual([201, "blocked", "outside_window"]);
    expect(await sentTo("twilio", phone)).toEqual([]);
  });
});

describe("what cannot be read", () => {
  it.each<[string, unknown, number, string]>([
    ["no JSON", "hello", 400, "malformed_json"],
    ["a list", [], 422, "invalid_request"],
    ["no recipient", { text: "Hi" }, 422, "invalid_request"],
    ["a scope that does not exist", { recipient: { type: "everybody" }, text: "Hi" }, 422, "invalid_request"],
    ["no words", { ...toPhone("+254711900100").body, text: " " }, 422, "invalid_request"],
    ["a field too many", { ...toPhone("+254711900100").body, urgent: true }, 422, "invalid_request"],
    ["depth without end", deep(2_000), 422, "invalid_request"],
  ])("is refused: %s", async (_, body, status, code) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const token = await signBridgeToken(secretOf(desk), desk.supportId, text);
    const answer = await callBridge(
      desk,
      { method: "POST", path: "/messages", body: text },
      { token, sentBody: text },
    );
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it("is refused: a body of more than 256 KiB, another media type, a dry run by half", async () => {
    const large = toPhone("+254711900100", "x".repeat(256 * 1024));
    expect(await callBridge(desk, large)).toMatchObject({ status: 413, body: { code: "body_too_large" } });
    const request = toPhone(nextPhone());
    const headers = { "content-type": "text/plain" };
    expect((await callBridge(desk, request, { headers })).status).toBe(415);
    const typo = { ...request, path: "/messages?dryRun=yes" };
    expect(await callBridge(desk, typo)).toMatchObject({ status: 422, body: { code: "invalid_request" } });
  });

  function deep(levels: number): unknown {
    let value: unknown = "x";
    for (let level = 0; level < levels; level++) {
      value = [value];
    }
    return { recipient: value };
  }
});

const secretOf = ({ installation: { secret } }: Desk) => ({ secret: secret.value, kid: secret.kid });

/** A call past the router, with parts of its context replaced. */
async function callWith(
  by: Desk,
  replaced: Partial<CtxBase>,
  request: { method: string; path: string; body?: unknown },
  {
    call = sendMessageCall(),
    key = crypto.randomUUID(),
    claims = {},
  }: BridgeOptions & { call?: BridgeCall } = {},
) {
  const text = request.body === undefined ? "" : JSON.stringify(request.body);
  const response = await handleBridgeCall({
    base: testBase(replaced),
    call,
    request: new Request(`${BASE_URL}/bridge/v1${request.path}`, {
      method: request.method,
      headers: {
        authorization: `Bearer ${await signBridgeToken({ ...secretOf(by), claims }, by.supportId, text)}`,
        "content-type": "application/json",
        "content-length": String(text.length),
        ...(key !== null && { "idempotency-key": key }),
      },
      ...(request.body !== undefined && { body: text }),
    }),
    params: {},
  });
  const answered = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text: answered,
    body: JSON.parse(answered) as BridgeBody,
  };
}

function callAt(by: Desk, now: number, request: { method: string; path: string; body?: unknown }) {
  const iat = Math.floor(now / 1_000);
  return callWith(by, { clock: clockAt(now) }, request, { claims: { iat, exp: iat + 60 } });
}

function sendMessageCall(): BridgeCall {
  const found = BRIDGE_CALLS.find(({ operationId }) => operationId === "sendMessage");
  if (found === undefined) {
    throw new Error("sendMessage is not declared.");
  }
  return found;
}

/** A call whose verb counts its runs, and does what the test says. */
function countingCall(
  act: (run: number) => Promise<{ status: 200; body: unknown }>,
  keepsKeyForEver = false,
) {
  const runs = { count: 0 };
  const call = defineBridgeCall({
    method: "POST",
    path: "/counted",
    operationId: "count",
    summary: "Counts",
    body: z.strictObject({ thing: z.unknown() }),
    answer: z.unknown(),
    permissions: () => [TO_ANYONE],
    keepsKeyForEver,
    check: async () => undefined,
    run: () => {
      runs.count += 1;
      return act(runs.count);
    },
  });
  const send = (
    key: string,
    { thing = "one", now, base = {} }: { thing?: unknown; now?: number; base?: Partial<CtxBase> } = {},
  ) => {
    const iat = Math.floor((now ?? Date.now()) / 1_000);
    const replaced = now === undefined ? base : { ...base, clock: clockAt(now) };
    const request = { method: "POST", path: "/counted", body: { thing } };
    return callWith(desk, replaced, request, { call, key, claims: { iat, exp: iat + 60 } });
  };
  return { runs, send };
}

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("the idempotency ledger", () => {
  it("[BRIDGE-16] runs once for two hundred equal calls at once, and answers all of them alike", async () => {
    const { runs, send } = countingCall(async (run) => {
      await later(20);
      return { status: 200, body: { run, when: Date.now() } };
    });
    const key = crypto.randomUUID();
    const first = await Promise.all(Array.from({ length: 200 }, () => send(key)));
    const running = first.filter(({ status }) => status === 409);
    for (const { body, headers } of running) {
      expect([body.code, headers.get("retry-after")]).toEqual(["idempotency_in_progress", "1"]);
    }
    expect(runs.count).toBe(1);
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(key)));
    const done = [...first.filter(({ status }) => status === 200), ...answers];
    expect(new Set(done.map(({ text }) => text)).size).toBe(1);
    expect(done.length + running.length).toBe(220);
    expect(runs.count).toBe(1);
  });

  it("takes the fields of a body in any order, and each other content for another thing", async () => {
    const { runs, send } = countingCall(async () => ({ status: 200, body: {} }));
    const key = crypto.randomUUID();
    await send(key, { thing: { a: 1, b: [1, 2] } });
    expect((await send(key, { thing: { b: [1, 2], a: 1 } })).headers.get("idempotent-replayed")).toBe("true");
    for (const thing of [{ a: 1, b: [2, 1] }, { a: "1", b: [1, 2] }, { a: 1 }]) {
      expect(await send(key, { thing })).toMatchObject({
        status: 422,
        body: { code: "idempotency_key_reused" },
      });
    }
    expect(runs.count).toBe(1);
  });

  it("[BRIDGE-17] keeps the verb's final refusal, byte for byte", async () => {
    const { runs, send } = countingCall(async () => {
      throw new AppError("conflict", "sold_out", "It is gone.");
    });
    const key = crypto.randomUUID();
    const first = await send(key);
    const second = await send(key);
    expect(first).toMatchObject({ status: 409, body: { code: "sold_out" } });
    expect([second.status, second.text]).toEqual([first.status, first.text]);
    expect(second.headers.get("content-type")).toBe("application/problem+json");
    expect(runs.count).toBe(1);
  });

  it.each<[string, unknown, number]>([
    ["a failure of ours", new Error("broken"), 500],
    ["a failure of theirs", new AppError("upstream", "provider_failed", "No."), 502],
    ["not now", new AppError("unavailable", "provider_unavailable", "Later."), 503],
    ["come back", new AppError("conflict", "payer_busy", "Later.", { retryAfterSeconds: 5 }), 409],
    ["too many", new AppError("rate_limited", "rate_limited", "Later."), 429],
  ])("[BRIDGE-17] runs again after %s", async (_, error, status) => {
    const { runs, send } = countingCall(async (run) => {
      if (run === 1) {
        throw error;
      }
      return { status: 200, body: { run } };
    });
    const key = crypto.randomUUID();
    expect((await send(key)).status).toBe(status);
    expect((await send(key, { thing: "another" })).body.code).toBe("idempotency_key_reused");
    expect((await send(key)).body).toEqual({ run: 2 });
    expect(runs.count).toBe(2);
  });

  it("[BRIDGE-18] waits for a run that may be alive, and runs again after one that died", async () => {
    const { runs, send } = countingCall(async (run) => {
      if (run === 1) {
        return new Promise(() => undefined); // the process ends here
      }
      return { status: 200, body: { run } };
    });
    const key = crypto.randomUUID();
    const now = Date.now();
    send(key, { now }).catch(() => undefined);
    await expect.poll(() => runs.count).toBe(1);
    expect((await send(key, { now: now + 59_999 })).body.code).toBe("idempotency_in_progress");
    const [one, two] = await Promise.all([
      send(key, { now: now + 60_000 }),
      send(key, { now: now + 60_000 }),
    ]);
    expect(runs.count).toBe(2);
    expect([one.status, two.status].sort()).toEqual([200, expect.toBeOneOf([200, 409])]);
    expect((await send(key, { now: now + 60_001 })).body).toEqual({ run: 2 });
  });

  it("[BRIDGE-18] does not let a run that was taken for dead write over the answer", async () => {
    let finishFirst: () => void = () => undefined;
    const { runs, send } = countingCall(async (run) => {
      if (run === 1) {
        await new Promise<void>((resolve) => {
          finishFirst = resolve;
        });
      }
      return { status: 200, body: { run } };
    });
    const key = crypto.randomUUID();
    const now = Date.now();
    const first = send(key, { now });
    await expect.poll(() => runs.count).toBe(1);
    await send(key, { now: now + 60_000 });
    finishFirst();
    await first;
    expect((await send(key)).body).toEqual({ run: 2 });
  });

  it("[BRIDGE-19] forgets a key after a day, unless it is kept for ever", async () => {
    const day = 24 * 60 * MINUTE_MS;
    const forget = (now: number) =>
      removeKeys({
        ctx: withActor(testBase({ clock: clockAt(now) }), {
          kind: "platform",
          id: "test",
          organizationId: null,
        }),
      });
    const now = Date.now();
    const daily = countingCall(async (run) => ({ status: 200, body: { run } }));
    const lasting = countingCall(async (run) => ({ status: 200, body: { run } }), true);
    const [one, two] = [crypto.randomUUID(), crypto.randomUUID()];
    await daily.send(one, { now });
    await lasting.send(two, { now });
    await forget(now + day - 1);
    expect((await daily.send(one, { now: now + day - 1 })).body).toEqual({ run: 1 });
    // What has ended counts no more, whether the tick has been there or not.
    expect((await daily.send(one, { now: now + day, thing: "another" })).body).toEqual({ run: 2 });
    await forget(now + 3 * day);
    const left = await env.DB.prepare(
      "select count(*) as n from idempotency_key where expires_at is not null",
    ).first<{
      n: number;
    }>();
    expect(left?.n).toBe(0);
    expect((await lasting.send(two, { now: now + 400 * day })).body).toEqual({ run: 1 });
  });

  it("keeps each installation's keys apart", async () => {
    const key = crypto.randomUUID();
    const phone = nextPhone();
    const other = await createBridgeDesk(ALL);
    await callBridge(desk, toPhone(phone, "From one"), { key });
    expect((await callBridge(other, toPhone(phone, "From another"), { key })).status).toBe(201);
  });
});

describe("what a bridge call costs and leaves", () => {
  it("[BRIDGE-20] is three round trips to the database, one for a replay or a refusal", async () => {
    const cost = async (request: { method: string; path: string; body?: unknown }, key: string) => {
      const { count, db } = countingDb();
      const { status } = await callWith(desk, { db }, request, { key });
      return [status, count.roundTrips];
    };
    const request = toPhone(nextPhone());
    const key = crypto.randomUUID();
    expect(await cost(request, key)).toEqual([201, 3]);
    expect(await cost(request, key)).toEqual([201, 1]);
    expect(await cost(toPhone("nobody"), crypto.randomUUID())).toEqual([422, 1]);
    expect(await cost(toCurrentChat(await tokenFor(desk, newPhone())), crypto.randomUUID())).toEqual([
      201, 3,
    ]);
  });

  it("[BRIDGE-21] records every call behind a valid signature, without numbers, tokens or keys", {
    timeout: 15_000,
  }, async () => {
    const ours = await createBridgeDesk(ALL);
    const phone = nextPhone();
    const key = "the-key-itself";
    const token = await tokenFor(ours, newPhone());
    await callBridge(ours, toPhone(phone), { key });
    await callBridge(ours, toPhone(phone), { key });
    await callBridge(ours, toPhone(phone, "Other words"), { key });
    await callBridge(ours, toCurrentChat(`${token}x`));
    await callBridge(ours, { ...toPhone(phone), path: "/messages?dryRun=true" }, { key: null });
    await callBridge(ours, toPhone(phone), { claims: { aud: "https://elsewhere.test" } });
    await callBridge(ours, toCurrentChat(token));
    const list = () =>
      ours.control<{ data: Record<string, unknown>[] }>(
        "GET",
        `/v1/bridge-calls?installationId=${ours.installation.id}`,
      );
    await expect.poll(async () => (await list()).body.data.length, { timeout: 10_000 }).toBe(6);
    const page = await list();
    expect(page.body.data.toReversed()).toMatchObject([
      {
        operation: "sendMessage",
        status: "ok",
        httpStatus: 201,
        plugin: "SUPPORT_DESK",
        instanceId: ours.supportId,
      },
      { status: "replayed", httpStatus: 201 },
      { status: "failed", code: "idempotency_key_reused", gate: null },
      { status: "refused", gate: "recipient", code: "recipient_token_invalid" },
      { status: "dry_run", httpStatus: 200, code: null },
      { status: "ok", callId: expect.stringMatching(/^call_/) },
    ]);
    const text = JSON.stringify(page.body);
    for (const secret of [phone, phone.slice(1), token, key]) {
      expect(text).not.toContain(secret);
    }
    const refused = await ours.control<{ data: unknown[] }>(
      "GET",
      "/v1/bridge-calls?status=refused&gate=recipient",
    );
    expect(refused.body.data).toHaveLength(1);
    const stranger = await createDesk();
    expect((await stranger.control<{ data: unknown[] }>("GET", "/v1/bridge-calls")).body.data).toEqual([]);
  });
});

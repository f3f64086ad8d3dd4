/**
 * The master key is changed as docs/operations.md says, on a platform with something sealed in every column that has
 * any. In the end it runs with the new key alone, and all that was sealed by the old one still does what it is for.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, createApi } from "../../src/local/api.ts";
import { readPhone } from "../../src/local/demo/phone.ts";
import { readUntil } from "../../src/local/demo/poll.ts";
import { ensureOwner } from "../../src/local/owner.ts";
import { type LocalPlatform, startPlatform } from "../../src/local/platform.ts";
import { findFreePort } from "../../src/local/ports.ts";
import type { LoopbackServer } from "../support/loopback-server.ts";
import type { SentText, SunkEvent } from "../support/stand-in.ts";
import { metaText, signMeta } from "../support/webhook.ts";
import { fillSealedColumns, MODEL, PHONES, type Stands, startStands } from "./support/sealed-shop.ts";

const DEADLINE_MS = 30_000;
/** The platform is started four times. */
const TEST_TIMEOUT_MS = 240_000;
const HOUR_MS = 3_600_000;
/** Ticks after which everything must have been sealed again. */
const TICKS_MAX = 10;

const OLD = `a:${randomBytes(32).toString("base64")}`;
const NEW = `b:${randomBytes(32).toString("base64")}`;

let folder: string;
let port: number;
let platform: LocalPlatform;
let api: Api;
let stands: Stands;
const log: string[] = [];

async function startWith(...keys: string[]): Promise<void> {
  await platform?.stop();
  platform = await startPlatform({
    port,
    persistTo: folder,
    vars: { KEY_RING: keys.join(",") },
    log: ({ message }) => log.push(message),
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kivuko-keys-"));
  port = await findFreePort();
  stands = await startStands();
  await startWith(OLD);
  const owner = await ensureOwner(platform.url, { organizationName: "Duka la Amina" });
  api = createApi(platform.url, { token: owner.token });
});
afterAll(async () => {
  await platform.stop();
  await Promise.all(Object.values(stands).map((stand) => stand.close()));
  await rm(folder, { recursive: true });
});

/** The columns of every table. */
async function readColumns(db: D1Database): Promise<ReadonlyMap<string, readonly string[]>> {
  const { results } = await db
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
    .all<{ name: string }>();
  const columns = new Map<string, readonly string[]>();
  for (const { name } of results.filter((table) => !/^(_cf|sqlite)_/.test(table.name))) {
    const info = await db.prepare(`PRAGMA table_info("${name}")`).all<{ name: string }>();
    columns.set(
      name,
      info.results.map((column) => column.name),
    );
  }
  return columns;
}

/** The columns in which a key has sealed something, wherever in the database that is, as `<table>.<column>`. */
async function findSealedBy(db: D1Database, keyId: string): Promise<string[]> {
  const found: string[] = [];
  for (const [table, columns] of await readColumns(db)) {
    const marks = columns.map((column) => `max(instr("${column}", ?1)) AS "${column}"`).join(", ");
    const row = await db
      .prepare(`SELECT ${marks} FROM "${table}"`)
      .bind(`v1.${keyId}.`)
      .first<Record<string, number>>();
    found.push(...columns.filter((column) => row?.[column]).map((column) => `${table}.${column}`));
  }
  return found.toSorted();
}

/** Makes what is due in an hour due now. */
async function ageByAnHour(db: D1Database): Promise<void> {
  await db.batch([
    db.prepare("UPDATE scheduled_message SET due_at = due_at - ?1, send_at = send_at - ?1").bind(HOUR_MS),
    db.prepare("UPDATE obligation SET next_act_at = next_act_at - ?1").bind(HOUR_MS),
  ]);
}

const sentByMeta = async (cloud: LoopbackServer) =>
  (await (await fetch(`${cloud.url}/-/messages`)).json()) as SentText[];

const textsOf = async (instanceId: string, phone: string) =>
  (await readPhone(api, instanceId, phone)).map(({ text }) => text);

const reads = (instanceId: string, phone: string, text: string) =>
  readUntil(
    () => textsOf(instanceId, phone),
    (texts) => texts.some((one) => one.includes(text)),
    DEADLINE_MS,
  );

test("[SECRET-05] [SECRET-06] what the old key sealed does what it is for under the new one alone", {
  timeout: TEST_TIMEOUT_MS,
}, async () => {
  const { models, cloud, sink, daraja } = stands;

  // Under the old key, something in every sealed column.
  const { bridge, shopId, metaId, oldSecret, paymentId, orderId } = await fillSealedColumns(api, stands);
  const customer = "+254700000007";
  const write = (text: string) =>
    api.send("POST", `/v1/instances/${shopId}/simulator/messages`, { from: customer, text });
  await write("Hello");
  await readUntil(
    () => textsOf(shopId, customer),
    (texts) => texts.length > 0,
    DEADLINE_MS,
  );

  let db = await platform.getD1();
  const named = [...(await readColumns(db))].flatMap(([table, columns]) =>
    columns.filter((column) => column.endsWith("_sealed")).map((column) => `${table}.${column}`),
  );
  // All of the columns have something, and no other column has anything.
  expect(await findSealedBy(db, "a")).toEqual(named.toSorted());

  // As docs/operations.md says: behind, in front, wait, alone.
  await startWith(OLD, NEW);
  await platform.tick();
  await startWith(NEW, OLD);
  db = await platform.getD1();
  let ticks = 0;
  for (; (await findSealedBy(db, "a")).length > 0 && ticks < TICKS_MAX; ticks++) {
    await platform.tick();
  }
  expect(ticks).toBeLessThan(TICKS_MAX);
  await platform.tick();
  const keys = () => db.prepare("SELECT id, role, left, may_be_removed FROM master_key ORDER BY id").all();
  const older = { id: "a", role: "older", left: 0 };
  expect((await keys()).results).toMatchObject([{ ...older, may_be_removed: 0 }, { role: "newest" }]);
  await db
    .prepare("UPDATE master_key SET since = since - ?")
    .bind(3 * HOUR_MS)
    .run();
  await platform.tick();
  expect((await keys()).results).toMatchObject([{ ...older, may_be_removed: 1 }, { role: "newest" }]);
  expect(log.join("")).toContain("master_key_unused");
  await startWith(NEW);
  db = await platform.getD1();
  log.length = 0;

  // Everything does what it is for.
  const [pending] = (await api.get<{ data: { id: string }[] }>("/v1/approvals?state=pending")).data;
  await api.send("POST", `/v1/approvals/${pending?.id}/approve`);
  const approval = await readUntil(
    () => api.get<{ state: string }>(`/v1/approvals/${pending?.id}`),
    ({ state }) => state !== "approved" && state !== "executing",
    DEADLINE_MS,
  );
  expect(approval).toMatchObject({ state: "executed" });

  const shown = await api.get<{ approvers: unknown }>(`/v1/instances/${metaId}`);
  expect(shown.approvers).toEqual([{ name: "Amina", phoneNumber: "•••• 0001" }]);
  const from = "+254700000008";
  const message = metaText(from, "wamid.in.1", "Hello", Math.floor(Date.now() / 1_000));
  const webhook = await signMeta(`/webhooks/whatsapp-cloud/${metaId}`, { messages: [message] });
  const taken = await fetch(platform.url + webhook.path, {
    method: "POST",
    headers: webhook.headers,
    body: webhook.body,
  });
  expect(taken.status).toBe(200);
  await readUntil(
    () => sentByMeta(cloud),
    (sent) => sent.some(({ to }) => to === from),
    DEADLINE_MS,
  );

  const { key } = await api.send<{ key: string }>("POST", "/v1/gateway-keys", { name: "App" });
  models.script(MODEL.providerModel, { text: "Still thinking." });
  const thought = await createApi(platform.url, { token: key }).send("POST", "/v1/chat/completions", {
    model: MODEL.alias,
    messages: [{ role: "user", content: "Hello" }],
  });
  expect(JSON.stringify(thought)).toContain("Still thinking.");

  await fetch(`${daraja.url}/-/deliver`, {
    method: "POST",
    body: JSON.stringify({ payer: PHONES.payer.slice(1) }),
  });
  await readUntil(
    () => bridge.payments.get(paymentId),
    ({ state }) => state === "succeeded",
    DEADLINE_MS,
  );
  await readUntil(
    () => readPhone(api, shopId, PHONES.payer),
    (messages) => messages.some(({ document }) => document !== undefined),
    DEADLINE_MS,
  );
  const told = await readUntil(
    async () => (await (await fetch(`${sink.url}/shop`)).json()) as { data: SunkEvent[] },
    ({ data }) => data.some(({ body }) => body.includes(paymentId)),
    DEADLINE_MS,
  );
  const event = told.data.find(({ body }) => body.includes(paymentId));
  expect(new Webhook(oldSecret).verify(event?.body ?? "", { ...event?.headers })).toBeTruthy();
  expect(await bridge.orders.checkOut(orderId, { provider: "sandbox" })).toBeTruthy();

  await ageByAnHour(db);
  await platform.tick();
  await reads(shopId, PHONES.scheduled, "Your appointment is tomorrow.");
  await reads(shopId, PHONES.obliged, "Your rent is due.");
  const before = (await textsOf(shopId, customer)).length;
  await write("Are you still there?");
  await readUntil(
    () => textsOf(shopId, customer),
    (texts) => texts.length > before,
    DEADLINE_MS,
  );
  expect(log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

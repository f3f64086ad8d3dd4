/** The rotation of the master key: bounded, by index, beside what changes meanwhile, and over again after a crash. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { eq, sql } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { withActor } from "../../src/access/context.ts";
import { createDb, type Db } from "../../src/db/client.ts";
import { chat, eventEndpoint, masterKey } from "../../src/db/schema/index.ts";
import { endpointSecretPurpose } from "../../src/effects/events/sealed.ts";
import { hashPayer } from "../../src/effects/payments/payer.ts";
import { readPlatform } from "../../src/env.ts";
import { createKeyRing, type KeyRing } from "../../src/kernel/key-ring.ts";
import type { LogFields } from "../../src/kernel/log.ts";
import { SEALED_COLUMNS } from "../../src/sealed-columns.ts";
import { countValues } from "../../src/tenancy/sealing/count-values.ts";
import {
  OLD_KEY_STAYS_MS,
  RESEAL_PAGE,
  RESEAL_VALUES_PER_TICK,
  WRITE_MAX_CHARACTERS,
} from "../../src/tenancy/sealing/limits.ts";
import { reportKeys } from "../../src/tenancy/sealing/report-keys.ts";
import { resealValues } from "../../src/tenancy/sealing/reseal-values.ts";
import { nameOf, type SealedColumn } from "../../src/tenancy/sealing/sealed-column.ts";
import { clockAt, testBase } from "./support/base.ts";
import { type ChatStub, query, ring } from "./support/chats.ts";
import { openChat, textsOf } from "./support/conversations.ts";
import { createDesk, type Desk } from "./support/desk.ts";
import { testDb } from "./support/organization.ts";

const keyOf = (fill: number) => btoa(String.fromCharCode(...new Uint8Array(32).fill(fill)));
/** The key that the Worker under test runs with. */
const OLD = { id: "test", key: keyOf(7) };
const NEXT = { id: "next", key: keyOf(8) };
const OTHER = { id: "other", key: keyOf(9) };
const ROTATING = createKeyRing([NEXT, OLD]);

type Line = { readonly event: string; readonly fields: LogFields | undefined };

/** The platform with this ring, and what it logs. */
function platform(keyRing: KeyRing, { now = Date.now(), db = testDb() }: { now?: number; db?: Db } = {}) {
  const lines: Line[] = [];
  const write = (event: string, fields?: LogFields) => void lines.push({ event, fields });
  const base = testBase({
    keyRing,
    db,
    clock: clockAt(now),
    log: { info: write, warn: write, error: write },
  });
  return { lines, ctx: withActor(base, { kind: "platform", id: "test", organizationId: null }) };
}

const endpoints = SEALED_COLUMNS.filter(({ column }) => column.table === eventEndpoint);
const chats = SEALED_COLUMNS.filter(({ column }) => column.table === chat);

let desk: Desk;
beforeAll(async () => {
  desk = await createDesk();
});
beforeEach(async () => {
  await testDb().delete(eventEndpoint);
});

/** Endpoints whose secret says their id, sealed by that ring. */
async function addEndpoints(count: number, keyRing = createKeyRing([OLD])): Promise<string[]> {
  const ids = Array.from({ length: count }, () => `evep_${crypto.randomUUID()}`);
  const rows = await Promise.all(
    ids.map(async (id) => ({
      id,
      organizationId: desk.organization.id,
      url: "https://example.com/events",
      description: "",
      types: [],
      status: "active" as const,
      secretSealed: await keyRing.seal(`secret of ${id}`, endpointSecretPurpose(id)),
      createdBy: "test",
      createdAt: Date.now(),
      updatedAt: Date.now(),
    })),
  );
  for (let start = 0; start < rows.length; start += 8) {
    await testDb()
      .insert(eventEndpoint)
      .values(rows.slice(start, start + 8));
  }
  return ids;
}

const sealedIn = async (id: string) =>
  (await testDb().select().from(eventEndpoint).where(eq(eventEndpoint.id, id)).get())?.secretSealed ?? "";

async function countUnder({ id }: { id: string }): Promise<number> {
  const { found } = await testDb().get<{ found: number }>(
    sql`select count(*) as found from event_endpoint where secret_sealed like ${`v1.${id}.%`}`,
  );
  return found;
}

const reseal = (keyRing: KeyRing, columns: readonly SealedColumn[] = endpoints, db = testDb()) => {
  const { ctx, lines } = platform(keyRing, { db });
  return resealValues({ ctx, input: { columns } }).then((values) => ({ values, lines }));
};

describe("a master key's rotation", () => {
  it("[SECRET-05] seals a bounded number of values each time, until the old key opens nothing more", async () => {
    const [first = ""] = await addEndpoints(RESEAL_VALUES_PER_TICK + 1);
    expect(await reseal(ROTATING)).toMatchObject({ values: RESEAL_VALUES_PER_TICK, lines: [] });
    expect(await countUnder(OLD)).toBe(1);
    expect((await reseal(ROTATING)).values).toBe(1);
    expect((await reseal(ROTATING)).values).toBe(0);
    expect(await createKeyRing([NEXT]).open(await sealedIn(first), endpointSecretPurpose(first))).toBe(
      `secret of ${first}`,
    );
  });

  it("[SECRET-05] takes both keys where two rotations overlap", async () => {
    await addEndpoints(2);
    await addEndpoints(3, createKeyRing([OTHER]));
    expect((await reseal(createKeyRing([NEXT, OTHER, OLD]))).values).toBe(5);
    expect(await countUnder(NEXT)).toBe(5);
  });

  it("[SECRET-05] asks the database nothing while the ring has one key", async () => {
    const db = new Proxy({} as Db, {
      get: () => {
        throw new Error("It was asked.");
      },
    });
    expect((await reseal(createKeyRing([NEXT]), SEALED_COLUMNS, db)).values).toBe(0);
  });

  it("[SECRET-05] leaves what a change has written meanwhile", async () => {
    const [id = ""] = await addEndpoints(1);
    const changed = await createKeyRing([OLD]).seal("changed", endpointSecretPurpose(id));
    const racing: KeyRing = {
      ...ROTATING,
      reseal: async (sealed, purpose) => {
        await testDb().update(eventEndpoint).set({ secretSealed: changed }).where(eq(eventEndpoint.id, id));
        return ROTATING.reseal(sealed, purpose);
      },
    };
    expect((await reseal(racing)).values).toBe(0);
    expect(await sealedIn(id)).toBe(changed);
    expect((await reseal(ROTATING)).values).toBe(1);
    expect(await ROTATING.open(await sealedIn(id), endpointSecretPurpose(id))).toBe("changed");
  });

  it("[SECRET-05] goes on where a crash has ended it", async () => {
    await addEndpoints(2 * RESEAL_PAGE + 1);
    let writes = 0;
    const dying = new Proxy(testDb(), {
      get: (target, name) => {
        if (name === "run" && ++writes > 1) {
          throw new Error("The isolate has died.");
        }
        return Reflect.get(target, name) as unknown;
      },
    });
    await expect(reseal(ROTATING, endpoints, dying)).rejects.toThrow("could not be sealed again");
    expect(await countUnder(NEXT)).toBe(RESEAL_PAGE);
    expect((await reseal(ROTATING)).values).toBe(RESEAL_PAGE + 1);
    expect(await countUnder(OLD)).toBe(0);
  });

  it("[SECRET-05] takes values that are larger than what one statement writes of others", async () => {
    const ids = await addEndpoints(3);
    const large = "x".repeat(WRITE_MAX_CHARACTERS);
    for (const id of ids.slice(1)) {
      const secretSealed = await createKeyRing([OLD]).seal(large, endpointSecretPurpose(id));
      await testDb().update(eventEndpoint).set({ secretSealed }).where(eq(eventEndpoint.id, id));
    }
    expect((await reseal(ROTATING)).values).toBe(3);
    expect(await countUnder(NEXT)).toBe(3);
  });

  it("[SECRET-05] passes over a value that does not open, and says whose it is and not what it is", async () => {
    const [broken = ""] = await addEndpoints(3);
    const altered = (await sealedIn(broken)).replace(/.{4}$/, "AAAA");
    await testDb().update(eventEndpoint).set({ secretSealed: altered }).where(eq(eventEndpoint.id, broken));
    const { values, lines } = await reseal(ROTATING);
    expect(values).toBe(2);
    expect(lines).toMatchObject([
      { event: "value_not_resealed", fields: { column: "event_endpoint.secret_sealed", id: broken } },
    ]);
    expect(JSON.stringify(lines)).not.toContain(altered);
  });

  it.each(SEALED_COLUMNS.map(({ column }) => [nameOf(column), column] as const))(
    "[SECRET-05] reads of %s only what is to be sealed again, by its index",
    async (_, column) => {
      const statements: string[] = [];
      const { ctx } = platform(NEVER_USED, { db: notingDb(statements) });
      const columns = SEALED_COLUMNS.filter((one) => one.column === column);
      await resealValues({ ctx, input: { columns } });
      expect(statements).toHaveLength(1);
      expect(await planOf(statements[0])).toEqual([
        expect.stringMatching(/^SEARCH \w+ USING INDEX \w+_sealed \(<expr>=\? AND rowid>\?\)$/),
      ]);
    },
  );

  it("[SECRET-06] reads of the indexes only what is counted, however many values the newest key has sealed", async () => {
    await addEndpoints(1_000, createKeyRing([NEXT]));
    await addEndpoints(3);
    const statements: string[] = [];
    const { ctx } = platform(ROTATING, { db: notingDb(statements) });
    expect((await countValues(ctx, endpoints)).get("test")).toEqual({ "event_endpoint.secret_sealed": 3 });
    const [statement = ""] = statements;
    const { meta } = await env.DB.prepare(statement).bind("", 100_000, "v1.next.").all();
    expect(meta.rows_read).toBeGreaterThan(0);
    expect(meta.rows_read).toBeLessThan(30);
    expect((await planOf(statement)).filter((step) => step.includes("event_endpoint"))).toEqual(
      Array(3).fill(expect.stringContaining("USING INDEX event_endpoint_secret_sealed (<expr>")),
    );
  });
});

/** A ring whose older key has sealed nothing. */
const NEVER_USED = createKeyRing([OTHER, { id: "never", key: keyOf(1) }]);

function notingDb(statements: string[]): Db {
  return createDb({
    prepare: (text: string) => {
      statements.push(text);
      return env.DB.prepare(text);
    },
  } as unknown as D1Database);
}

/** How SQLite goes about it. */
async function planOf(statement = ""): Promise<string[]> {
  const values = Array.from(statement.matchAll(/\?/g), () => 0);
  const { results } = await env.DB.prepare(`explain query plan ${statement}`)
    .bind(...values)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail);
}

describe("a conversation's number", () => {
  const phoneIn = async (stub: ChatStub) =>
    (await query<{ phone_sealed: string }>(stub, "SELECT phone_sealed FROM chat"))[0]?.phone_sealed;
  const indexed = async (stub: ChatStub) =>
    (await testDb().select().from(chat).where(eq(chat.objectId, stub.id.toString())).get())?.phoneSealed;
  const runWith = (stub: ChatStub, keyRing: KeyRing) =>
    runInDurableObject(stub, (object) => Object.assign(object, { createBase: () => testBase({ keyRing }) }));

  it("[SECRET-05] is sealed again in its object first, and the index follows; then it opens without the old key", async () => {
    const { phone, stub } = await openChat(desk);
    await ring(stub);
    const before = await phoneIn(stub);
    expect(await indexed(stub)).toBe(before);
    // An isolate that still runs with the ring before keeps its number, and the index waits.
    await reseal(ROTATING, chats);
    expect([await phoneIn(stub), await indexed(stub)]).toEqual([before, before]);

    await runWith(stub, ROTATING);
    expect((await reseal(ROTATING, chats)).values).toBeGreaterThan(0);
    const after = await phoneIn(stub);
    expect(after).toMatch(/^v1\.next\./);
    expect(await indexed(stub)).toBe(after);

    await runWith(stub, createKeyRing([NEXT]));
    const address = { organizationId: desk.organization.id, instanceId: desk.supportId, phone };
    const by = { kind: "user", id: "usr_1" };
    const sent = await stub.send({
      address,
      message: { type: "text", text: "Still here?" },
      by,
      dedupeKey: null,
    });
    expect(sent).toMatchObject({ status: "accepted", line: { state: "sent" } });
    await runWith(stub, createKeyRing([OLD, NEXT]));
    await reseal(createKeyRing([OLD, NEXT]), chats);
    expect(await textsOf(desk, phone)).toContain("Still here?");
  });

  it("[SECRET-05] is sealed again in the index when a crash came between the two", async () => {
    const { stub } = await openChat(desk);
    await ring(stub);
    await runWith(stub, ROTATING);
    await stub.reseal();
    expect(await phoneIn(stub)).toMatch(/^v1\.next\./);
    expect(await indexed(stub)).toMatch(/^v1\.test\./);
    await reseal(ROTATING, chats);
    expect(await indexed(stub)).toBe(await phoneIn(stub));
    await runWith(stub, createKeyRing([OLD, NEXT]));
    await reseal(createKeyRing([OLD, NEXT]), chats);
  });
});

describe("the report on master keys", () => {
  const report = (keyRing: KeyRing, now: number) => {
    const { ctx, lines } = platform(keyRing, { now });
    return reportKeys({ ctx, input: { columns: endpoints } }).then((rows) => ({ rows, lines }));
  };
  const NOW = Date.parse("2027-01-01T00:00:00Z");
  beforeEach(async () => {
    await testDb().delete(masterKey);
  });

  it("[SECRET-06] says how much an older key is needed for, and when it may be taken out", async () => {
    await addEndpoints(3);
    const needed = await report(ROTATING, NOW);
    expect(needed.rows).toMatchObject([
      { id: "next", role: "newest", mayBeRemoved: false },
      { id: "test", role: "older", since: NOW, left: 3, mayBeRemoved: false },
    ]);
    expect(needed.lines).toEqual([
      {
        event: "master_key_needed",
        fields: { key: "test", left: 3, byColumn: { "event_endpoint.secret_sealed": 3 } },
      },
    ]);
    await reseal(ROTATING);
    // Nothing is left, but what was handed out under it is still about.
    const resting = await report(ROTATING, NOW + OLD_KEY_STAYS_MS - 1);
    expect(resting.rows[1]).toMatchObject({ since: NOW, left: 0, mayBeRemoved: false });
    expect(resting.lines).toMatchObject([{ event: "master_key_needed", fields: { left: 0 } }]);
    const unused = await report(ROTATING, NOW + OLD_KEY_STAYS_MS);
    expect(unused.lines).toMatchObject([{ event: "master_key_unused", fields: { key: "test" } }]);
    expect(await testDb().select().from(masterKey).where(eq(masterKey.id, "test"))).toMatchObject([
      { left: 0, mayBeRemoved: true, countedAt: NOW + OLD_KEY_STAYS_MS },
    ]);
    const alone = await report(createKeyRing([NEXT]), NOW + OLD_KEY_STAYS_MS);
    expect(alone).toMatchObject({ rows: [{ id: "next", role: "newest" }], lines: [] });
  });

  it("[SECRET-06] counts the rest anew when a key was the newest again", async () => {
    await report(ROTATING, NOW);
    await report(createKeyRing([OLD, NEXT]), NOW + OLD_KEY_STAYS_MS);
    expect((await report(ROTATING, NOW + 2 * OLD_KEY_STAYS_MS)).rows[1]).toMatchObject({
      id: "test",
      since: NOW + 2 * OLD_KEY_STAYS_MS,
      mayBeRemoved: false,
    });
  });

  it("[SECRET-06] sounds the alarm for a key that was taken out while values need it", async () => {
    await addEndpoints(2, createKeyRing([OTHER]));
    await addEndpoints(1);
    expect((await report(ROTATING, NOW)).lines).toMatchObject([
      { event: "master_key_needed", fields: { key: "test", left: 1 } },
      { event: "master_key_missing", fields: { key: "other", left: 2 } },
    ]);
  });
});

describe("the ring", () => {
  const read = (KEY_RING: string) => readPlatform({ ...env, KEY_RING } as Env);

  it.each([
    ["two keys of one id, of which the older would open nothing", `k1:${keyOf(1)},k1:${keyOf(2)}`],
    ["an id that would end in the middle of what it seals", `k.1:${keyOf(1)}`],
  ])("[SECRET-04] is refused with %s", (_, text) => {
    expect(() => read(text)).toThrow("KEY_RING");
    expect(() => read(`k2:${keyOf(1)},k1:${keyOf(2)}`)).not.toThrow();
  });

  it("[SECRET-05] knows a payer again wherever a new key stands", async () => {
    const k2 = { id: "k2", key: keyOf(2) };
    const k10 = { id: "k10", key: keyOf(10) };
    const hashWith = (...keyRing: { id: string; key: string }[]) => {
      const { config } = testBase();
      return hashPayer({ config: { ...config, keyRing } }, desk.organization.id, "+254712345678");
    };
    const before = await hashWith(k2);
    expect(await hashWith(k2, k10)).toBe(before);
    expect(await hashWith(k10, k2)).toBe(before);
    expect(await hashWith(k10)).not.toBe(before);
  });
});

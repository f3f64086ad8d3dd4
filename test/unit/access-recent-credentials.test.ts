/** The isolate's memory of credentials: how long, how much, and what makes it forget. */
import { expect, test } from "vitest";
import { CREDENTIAL_MAX_AGE_MS, createRecentCredentials } from "../../src/tenancy/keys/recent-credentials.ts";

type Row = { readonly id: string; readonly version: number };

/** A store that counts its reads and answers each with the number of the read. */
function countingStore() {
  let reads = 0;
  return {
    read: async (): Promise<Row> => {
      reads += 1;
      return { id: "key_1", version: reads };
    },
    reads: () => reads,
  };
}

test("reads once within the bound, and again at its end", async () => {
  const recent = createRecentCredentials<Row>();
  const store = countingStore();
  expect(await recent.get("hash", 1_000, store.read)).toMatchObject({ version: 1 });
  expect(await recent.get("hash", 1_000 + CREDENTIAL_MAX_AGE_MS - 1, store.read)).toMatchObject({
    version: 1,
  });
  expect(await recent.get("hash", 1_000 + CREDENTIAL_MAX_AGE_MS, store.read)).toMatchObject({ version: 2 });
});

test("a use does not make a memory younger", async () => {
  const recent = createRecentCredentials<Row>();
  const store = countingStore();
  for (let now = 0; now < CREDENTIAL_MAX_AGE_MS; now += 1_000) {
    await recent.get("hash", now, store.read);
  }
  expect(store.reads()).toBe(1);
  expect(await recent.get("hash", CREDENTIAL_MAX_AGE_MS, store.read)).toMatchObject({ version: 2 });
});

test("a clock that went back does not keep a memory alive", async () => {
  const recent = createRecentCredentials<Row>();
  const store = countingStore();
  await recent.get("hash", 1_000_000, store.read);
  expect(await recent.get("hash", 999_999, store.read)).toMatchObject({ version: 2 });
});

test("does not remember what there is not", async () => {
  const recent = createRecentCredentials<Row>();
  expect(await recent.get("hash", 0, async () => null)).toBeNull();
  expect(await recent.get("hash", 0, countingStore().read)).toMatchObject({ version: 1 });
});

test("forgets by id", async () => {
  const recent = createRecentCredentials<Row>();
  const store = countingStore();
  await recent.get("hash", 0, store.read);
  recent.forget("key_2");
  expect(await recent.get("hash", 0, store.read)).toMatchObject({ version: 1 });
  recent.forget("key_1");
  expect(await recent.get("hash", 0, store.read)).toMatchObject({ version: 2 });
});

test("keeps the thousand newest", async () => {
  const recent = createRecentCredentials<Row>();
  const store = countingStore();
  for (let index = 0; index <= 1_000; index += 1) {
    await recent.get(`hash ${index}`, 0, store.read);
  }
  expect(await recent.get("hash 1000", 0, store.read)).toMatchObject({ version: 1_001 });
  expect(await recent.get("hash 1", 0, store.read)).toMatchObject({ version: 2 });
  expect(await recent.get("hash 0", 0, store.read)).toMatchObject({ version: 1_002 });
});

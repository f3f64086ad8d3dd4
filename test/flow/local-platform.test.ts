import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApi } from "../../src/local/api.ts";
import { migrate } from "../../src/local/migrate.ts";
import { ensureOwner } from "../../src/local/owner.ts";
import { type LocalPlatform, startPlatform } from "../../src/local/platform.ts";

let folder: string;
let running: LocalPlatform | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kivuko-test-"));
});
afterAll(async () => {
  await running?.stop();
  await rm(folder, { recursive: true });
});

test("[LOCAL-02] a platform that is started again knows its owner, its secrets and its schema", async () => {
  running = await startPlatform({ persistTo: folder });
  const first = await ensureOwner(running.url, { organizationName: "Duka la Amina" });
  const secrets = await readFile(join(folder, "secrets.json"), "utf8");
  await running.stop();

  running = await startPlatform({ persistTo: folder });

  const me = await createApi(running.url, { token: first.token }).get("/v1/me");
  expect(me).toMatchObject({ organizationId: first.organizationId, actor: { kind: "api_token" } });
  expect(await readFile(join(folder, "secrets.json"), "utf8")).toBe(secrets);
  expect((await stat(join(folder, "secrets.json"))).mode & 0o777).toBe(0o600);
  expect(await migrate(await running.getD1())).toEqual([]);
  // With the same credentials it is the same organisation, and a token of its own.
  const again = await ensureOwner(running.url, { organizationName: "Another", ...first });
  expect(again).toMatchObject({ organizationId: first.organizationId, email: first.email });
  expect(again.token).not.toBe(first.token);
  await running.tick();
});

test("[CONFIG-01] variables given go before those of wrangler.toml, and a wrong one is named in the log", async () => {
  const log: string[] = [];
  const closed = await startPlatform({ vars: { SIGN_UP: "closed" } });
  await expect(ensureOwner(closed.url, { organizationName: "Duka" })).rejects.toThrow(
    "cannot sign in or up: 403",
  );
  await closed.stop();

  const broken = await startPlatform({
    vars: { KEY_RING: "nonsense" },
    log: (line) => log.push(line.message),
  });
  expect((await fetch(`${broken.url}/v1/me`)).status).toBe(500);
  await broken.stop();
  expect(log.join("\n")).toContain("KEY_RING");
  expect(log.join("\n")).not.toContain("nonsense");
});

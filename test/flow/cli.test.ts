/** The command line against the built platform: a plugin's way from its manifest to the log, in words. */
import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Desk, openDesk } from "../../src/local/demo/desk.ts";
import { createKivukoProcess, type KivukoProcess } from "./support/kivuko-process.ts";
import { type Stage, setStage } from "./support/stage.ts";

const TOOL = "SUPPORT_DESK__create_support_ticket";
const SUMMARY = "Customer says their delivered item arrived damaged.";
const ONLY_THE_OWNER = 0o600;
const PERMISSION_BITS = 0o777;

let stage: Stage;
let desk: Desk;
let kivuko: KivukoProcess;
let supportId: string;

/** The tests below are one story: each stands on those before it. */
beforeAll(async () => {
  stage = await setStage();
  desk = await openDesk();
  kivuko = await createKivukoProcess({ baseUrl: stage.platform.url, token: stage.owner.token });
});
afterAll(async () => {
  await desk.close();
  await stage.clear();
  await kivuko.removeFolder();
});

test("validate: a good manifest, and every problem of a bad one", async () => {
  const good = await kivuko.run(["validate", desk.manifestUrl]);
  expect(good).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^SUPPORT_DESK 1\.0\.0 is valid: 2 tools, /),
  });

  const path = join(kivuko.folder, "bad.json");
  await writeFile(path, JSON.stringify({ slug: "support desk", version: "one", name: "x", tools: [] }));
  const bad = await kivuko.run(["validate", "bad.json", "--json"]);

  expect(bad.exitCode).toBe(1);
  const { valid, issues } = JSON.parse(bad.stdout);
  expect(valid).toBe(false);
  expect(issues.map(({ pointer }: { pointer: string }) => pointer)).toEqual(
    expect.arrayContaining(["/slug", "/version", "/tools"]),
  );
  expect(JSON.parse(bad.stderr)).toMatchObject({ code: "manifest_invalid", issues });

  expect(await kivuko.run(["validate", "absent.json"])).toMatchObject({ exitCode: 1, stdout: "" });
  expect(await kivuko.run(["validate", stage.standIn.badManifestUrl("html")])).toMatchObject({ exitCode: 1 });
});

test("instances: create and list, without their numbers", async () => {
  const created = await kivuko.run([
    "instances",
    "create",
    "Support WhatsApp",
    "--phone-number",
    "+254712345678",
  ]);
  expect(created).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^inst_\w+\n$/) });
  supportId = created.stdout.trim();
  await kivuko.runJson(["instances", "create", "Sales WhatsApp"]);

  const listed = await kivuko.run(["instances", "list"]);

  expect(listed.exitCode).toBe(0);
  expect(listed.stdout).toContain(supportId);
  expect(listed.stdout).toContain("Sales WhatsApp");
  expect(created.stderr + listed.stdout).not.toContain("254712345678");
});

test("[CLI-03] install: confirmed, configured, its secret in a file for one pair of eyes", async () => {
  const install = ["install", desk.manifestUrl];
  expect(await kivuko.run(install)).toMatchObject({ exitCode: 2, stdout: "" });

  const unconfigured = await kivuko.run([...install, "--yes"]);
  expect(unconfigured.exitCode).toBe(1);
  expect(unconfigured.stderr).toContain("--config");

  const installed = await kivuko.run([
    ...install,
    "--yes",
    "--config",
    "defaultQueue=customer-care",
    "--secret-file",
    "secret",
  ]);
  expect(installed).toMatchObject({ exitCode: 0, stdout: "" });
  expect(installed.stderr).toContain("support:tickets:read (off unless granted by name)");
  expect(installed.stderr).not.toContain("kps_");
  const path = join(kivuko.folder, "secret");
  expect((await stat(path)).mode & PERMISSION_BITS).toBe(ONLY_THE_OWNER);
  const secret = (await readFile(path, "utf8")).trim();
  expect(secret).toMatch(/^kps_/);
  desk.acceptSecret(secret);

  const again = await kivuko.run([...install, "--yes"]);
  expect(again.exitCode).toBe(1);
  expect(again.stderr).toContain("--upgrade");
  const upgraded = await kivuko.runJson<{ slug: string }>([...install, "--yes", "--upgrade"]);
  expect(upgraded.slug).toBe("SUPPORT_DESK");
});

test("grant and tools", async () => {
  const granted = await kivuko.run([
    "grant",
    "support whatsapp",
    "support_desk",
    "--calls-per-minute",
    "100",
  ]);
  expect(granted.exitCode).toBe(0);
  expect(granted.stdout).toContain("tools on: create_support_ticket");
  expect(granted.stdout).toContain("permissions off: support:tickets:read");
  expect(granted.stdout).toContain("calls per minute: 100");

  const words = ["grant", supportId, "SUPPORT_DESK", "--permission", "support:tickets:read"];
  const more = await kivuko.runJson([...words, "--all-tools", "--calls-per-minute", "none"]);
  expect(more).toMatchObject({
    permissions: ["support:tickets:create", "support:tickets:read"],
    callsPerMinute: null,
  });
  const less = await kivuko.runJson([...words, "--only"]);
  expect(less).toMatchObject({
    permissions: ["support:tickets:read"],
    tools: ["create_support_ticket", "refund_order"],
  });

  const unknown = await kivuko.run(["grant", supportId, "SUPPORT_DESK", "--tool", "delete_everything"]);
  expect(unknown.exitCode).toBe(1);
  expect(unknown.stderr).toContain("delete_everything");

  const tools = await kivuko.runJson<{ data: { name: string }[] }>(["tools", "Support WhatsApp"]);
  expect(tools.data.map(({ name }) => name)).toEqual([TOOL, "SUPPORT_DESK__refund_order"]);
  expect(await kivuko.run(["tools", "Sales WhatsApp"])).toMatchObject({ exitCode: 0, stdout: "" });
});

test("call, why and the log that follows them", async () => {
  const log = kivuko.stay(["logs", "--follow", "--json", "--limit", "1"]);

  const called = await kivuko.run(["call", "Support WhatsApp", TOOL, `summary=${SUMMARY}`, "priority=high"]);
  expect(called.exitCode).toBe(0);
  expect(JSON.parse(called.stdout)).toMatchObject({ ticketId: "SUP-10421", status: "created" });
  expect(await log.nextJson()).toMatchObject({ status: "ok", instanceId: supportId });

  const stdin = JSON.stringify({ priority: "urgent" });
  const wrong = await kivuko.run(["call", supportId, TOOL, "-", "--json"], { stdin });
  expect(wrong.exitCode).toBe(1);
  expect(JSON.parse(wrong.stdout)).toMatchObject({ status: "error" });
  expect(JSON.parse(wrong.stderr).issues.length).toBe(2);
  expect(await log.nextJson()).toMatchObject({ status: "error" });

  const refused = await kivuko.run([
    "call",
    "Sales WhatsApp",
    TOOL,
    "--input",
    JSON.stringify({ summary: SUMMARY }),
  ]);
  expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
  expect(refused.stderr).toContain("refused by the gate: instance_grant");
  expect(await log.nextJson()).toMatchObject({ status: "refused", gate: "instance_grant" });

  expect(await log.interrupt()).toEqual({ exitCode: 0, stderr: "" });
  expect(desk.received).toHaveLength(1);

  expect(await kivuko.run(["why", "Support WhatsApp", TOOL])).toMatchObject({ exitCode: 0 });
  const why = await kivuko.run(["why", "Sales WhatsApp", TOOL, "--json"]);
  expect(why.exitCode).toBe(1);
  expect(JSON.parse(why.stdout)).toMatchObject({ allowed: false, gate: "instance_grant" });
  expect(JSON.parse(why.stderr)).toMatchObject({ gate: "instance_grant", hint: expect.any(String) });

  const refusals = await kivuko.run(["logs", "--instance", "Sales WhatsApp", "--status", "refused"]);
  expect(refusals.stdout.trim().split("\n")).toHaveLength(1);
  expect(refusals.stdout).toContain("instance_grant");
  const calls = await kivuko.runJson<{ data: unknown[] }>([
    "logs",
    "--plugin",
    "SUPPORT_DESK",
    "--limit",
    "2",
  ]);
  expect(calls.data).toHaveLength(2);
  expect(await kivuko.run(["logs", "--plugin", "NO_SUCH"])).toMatchObject({ exitCode: 1, stdout: "" });
});

test("keys: one that serves the agent, until it is revoked", async () => {
  const created = await kivuko.run(["keys", "create", "Support agent", "--instance", "Support WhatsApp"]);
  expect(created).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^kvk_\S+\n$/) });
  const env = { KIVUKO_TOKEN: created.stdout.trim() };

  expect(await kivuko.run(["tools", supportId], { env })).toMatchObject({ exitCode: 0 });
  const managing = await kivuko.run(["instances", "list"], { env });
  expect(managing.exitCode).toBe(1);
  expect(managing.stderr).toContain("API token");

  const { data } = await kivuko.runJson<{ data: { id: string; hint: string }[] }>(["keys", "list"]);
  expect(env.KIVUKO_TOKEN.endsWith(data[0]?.hint ?? "?")).toBe(true);
  expect(await kivuko.run(["keys", "revoke", data[0]?.id ?? ""])).toMatchObject({ exitCode: 0, stdout: "" });
  expect(await kivuko.run(["keys", "revoke", "key_unknown"])).toMatchObject({ exitCode: 1 });
});

test("tokens: scoped, listed, revoked", async () => {
  const created = await kivuko.runJson<{ id: string; token: string }>([
    "tokens",
    "create",
    "CI",
    "--scope",
    "plugins:read",
    "--expires-in-days",
    "7",
  ]);
  const env = { KIVUKO_TOKEN: created.token };
  const beyond = await kivuko.run(["instances", "create", "Another"], { env });
  expect(beyond.exitCode).toBe(1);
  expect(beyond.stderr).toContain("instances:write");

  const unknownScope = await kivuko.run(["tokens", "create", "CI", "--scope", "everything"]);
  expect(unknownScope.exitCode).toBe(1);
  expect(unknownScope.stderr).toContain("/scopes/0");

  const listed = await kivuko.run(["tokens", "list"]);
  expect(listed.stdout).toContain(created.id);
  expect(listed.stdout).not.toContain(created.token);
  expect(await kivuko.runJson(["tokens", "revoke", created.id])).toEqual({ id: created.id, revoked: true });
});

test("grant --revoke takes it back, once", async () => {
  const revoke = ["grant", "Support WhatsApp", "SUPPORT_DESK", "--revoke"];
  expect(await kivuko.runJson(revoke)).toMatchObject({ instanceId: supportId, revoked: true });
  const again = await kivuko.run(revoke);
  expect(again.exitCode).toBe(1);
  expect(again.stderr).toMatch(/\nnext: {2}./);
});

/** Puts the file in place at once, as editors do: a half-written manifest would be reported, rightly. */
async function putManifest(manifest: object): Promise<void> {
  const draft = join(kivuko.folder, "manifest.json.draft");
  await writeFile(draft, JSON.stringify(manifest));
  await rename(draft, join(kivuko.folder, "manifest.json"));
}

test("[CLI-05] dev: installs a file, grants it, installs it anew at each change, and follows its calls", async () => {
  // A number of its own: what an isolate remembers of another may be five seconds old.
  await kivuko.runJson(["instances", "create", "Dev WhatsApp"]);
  const manifest = {
    slug: "DEV_DESK",
    version: "0.1.0",
    name: "Dev Desk",
    baseUrl: `${stage.standIn.url}/well`,
    auth: { type: "secret" },
    tools: [
      { name: "first", description: "Answers a ticket.", inputSchema: { type: "object", properties: {} } },
    ],
  };
  const second = { ...manifest.tools[0], name: "second" };
  await putManifest(manifest);

  const dev = kivuko.stay([
    "dev",
    "manifest.json",
    "--instance",
    "Dev WhatsApp",
    "--secret-file",
    "dev-secret",
    "--json",
  ]);
  expect(await dev.nextJson()).toMatchObject({
    event: "installed",
    installation: { slug: "DEV_DESK", secret: { file: "dev-secret" } },
  });
  expect(await dev.nextJson()).toMatchObject({ event: "granted", grant: { tools: ["first"] } });

  await putManifest({ ...manifest, version: "no version" });
  expect(await dev.nextJson()).toMatchObject({
    event: "failed",
    problem: { code: "manifest_invalid", issues: [{ pointer: "/version" }] },
  });

  await putManifest({ ...manifest, tools: [...manifest.tools, second] });
  expect(await dev.nextJson()).toMatchObject({ event: "upgraded", installation: { slug: "DEV_DESK" } });
  expect(await dev.nextJson()).toMatchObject({ event: "granted", grant: { tools: ["first", "second"] } });

  await kivuko.runJson(["call", "Dev WhatsApp", "DEV_DESK__second"]);
  expect(await dev.nextJson()).toMatchObject({
    event: "call",
    call: { status: "ok", plugin: "DEV_DESK" },
  });

  expect(await dev.interrupt()).toEqual({ exitCode: 0, stderr: "" });
});

test("dev: an address is watched too, and one that is the same already is left alone", async () => {
  const dev = kivuko.stay(["dev", desk.manifestUrl, "--json"]);
  expect(await dev.nextJson()).toMatchObject({ event: "unchanged", installation: { slug: "SUPPORT_DESK" } });
  expect(await dev.interrupt()).toEqual({ exitCode: 0, stderr: "" });

  const url = stage.standIn.badManifestUrl("missing");
  expect(await kivuko.run(["dev", url])).toMatchObject({ exitCode: 1, stdout: "" });
});

test("a token that the platform does not know", async () => {
  const run = await kivuko.run(["instances", "list"], { env: { KIVUKO_TOKEN: "kvt_unknown" } });
  expect(run).toMatchObject({ exitCode: 1, stdout: "" });
  expect(run.stderr).toContain("KIVUKO_TOKEN");
});

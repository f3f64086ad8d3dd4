/** What the command line makes of words: exit codes, streams, and the sentence that says what to do next. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import {
  type Answer,
  type Answering,
  answerWith,
  kivuko,
  problem,
  TOKEN,
  temporaryFolder,
} from "../support/command-line.ts";
import { closedPortUrl } from "../support/plugin-stand-in.ts";

const INSTANCE = "inst_01kaj0000000000000000000";
const TOOL = "SUPPORT_DESK__create_support_ticket";

const running: Answering[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ close }) => close()));
});

async function platform(routes: Readonly<Record<string, Answer>>) {
  const answering = await answerWith(routes);
  running.push(answering);
  return { ...answering, env: { KIVUKO_BASE_URL: answering.url, KIVUKO_TOKEN: TOKEN } };
}

const NOWHERE = { KIVUKO_BASE_URL: "http://127.0.0.1:9", KIVUKO_TOKEN: TOKEN };

describe("used wrongly: exit code 2, nothing on stdout, and how it is done right", () => {
  test.each([
    ["an unknown command", ["instal", "x"], "Did you mean install?"],
    ["an unknown option", ["logs", "--folow"], "Did you mean --follow?"],
    ["a missing word", ["tools"], "missing required argument 'instance'"],
    ["a word too many", ["tools", "a", "b"], "too many arguments"],
    ["a number that is none", ["logs", "--limit", "many"], "whole number from 1 to 100"],
    ["a number out of range", ["logs", "--limit", "101"], "whole number from 1 to 100"],
    ["a status that there is not", ["logs", "--status", "fine"], "Allowed choices are ok, error, refused"],
    [
      "options that exclude each other",
      ["grant", "a", "b", "--all-tools", "--tool", "c"],
      "cannot be used with",
    ],
    [
      "revoking and granting",
      ["grant", "a", "b", "--revoke", "--calls-per-minute", "3"],
      "cannot be used with",
    ],
    ["keeping only nothing", ["grant", "a", "b", "--only"], "--only"],
    ["a limit that is none", ["grant", "a", "b", "--calls-per-minute", "0"], "or none"],
    ["a token without a scope", ["tokens", "create", "CI"], "--scope"],
    ["input that is not key=value", ["call", INSTANCE, TOOL, "summary"], "key=value"],
    ["a key given twice", ["call", INSTANCE, TOOL, "a=1", "a=2"], "given twice"],
    ["input given twice", ["call", INSTANCE, TOOL, "a=1", "--input", "{}"], "given twice"],
    ["input that is not JSON", ["call", INSTANCE, TOOL, "--input", "{a:1}"], "not a JSON object"],
    ["input that is an array", ["call", INSTANCE, TOOL, "--input", "[1]"], "not a JSON object"],
    [
      "a secret of an upgrade",
      ["install", "u", "--yes", "--upgrade", "--secret-file", "s"],
      "cannot be used with",
    ],
    ["installing with nobody to confirm", ["install", "http://127.0.0.1:9/m.json"], "--yes"],
  ])("%s", async (_, words, expected) => {
    const run = await kivuko(words, { env: NOWHERE });

    expect(run).toMatchObject({ exitCode: 2, stdout: "" });
    expect(run.stderr).toMatch(/^error: .+\n(.*\n)*next: {2}.+\n$/);
    expect(run.stderr).toContain(expected);
  });

  test.each([[[]], [["keys"]]])("no command (%j) lists them", async (words) => {
    const human = await kivuko(words);
    const machine = await kivuko([...words, "--json"]);

    expect(human).toMatchObject({ exitCode: 2, stdout: "" });
    expect(human.stderr).toContain("\nCommands:\n");
    expect(machine).toMatchObject({ exitCode: 2, stdout: "" });
    expect(JSON.parse(machine.stderr)).toMatchObject({ code: "usage" });
  });

  test("[CLI-01] no platform known", async () => {
    const run = await kivuko(["instances", "list"]);

    expect(run).toMatchObject({ exitCode: 2, stdout: "" });
    expect(run.stderr).toContain("npm run dev");
  });

  test("[CLI-02] with --json the problem is JSON, wherever --json stands", async () => {
    for (const words of [
      ["--json", "tools"],
      ["tools", "--json"],
    ]) {
      const run = await kivuko(words, { env: NOWHERE });

      expect(run).toMatchObject({ exitCode: 2, stdout: "" });
      expect(JSON.parse(run.stderr)).toMatchObject({
        code: "usage",
        detail: expect.any(String),
        hint: expect.any(String),
      });
    }
  });
});

describe("help", () => {
  test.each([
    [["--help"]],
    [["validate", "--help"]],
    [["install", "--help"]],
    [["grant", "--help"]],
    [["tools", "--help"]],
    [["call", "--help"]],
    [["why", "--help"]],
    [["logs", "--help"]],
    [["dev", "--help"]],
    [["instances", "create", "--help"]],
    [["keys", "create", "--help"]],
    [["tokens", "create", "--help"]],
  ])("%j has examples and needs no platform", async (words) => {
    const run = await kivuko(words);

    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(run.stdout).toContain("Examples:\n  $ ");
    expect(run.stdout).toContain("--json");
  });

  test("--version", async () => {
    expect(await kivuko(["--version"])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe("what the platform, or whatever is there instead, answers", () => {
  test.each<[string, Answer, string, string[]]>([
    [
      "401 names where the token came from",
      problem(401, "token_unknown", "The token is not valid."),
      "token_unknown",
      ["KIVUKO_TOKEN", "npm run dev", "kivuko tokens create"],
    ],
    [
      "403 passes the platform's own hint on",
      problem(403, "permission_missing", "This needs a permission.", { hint: "Ask an owner." }),
      "permission_missing",
      ["Ask an owner."],
    ],
    [
      "404",
      problem(404, "instance_not_found", "There is no instance here."),
      "instance_not_found",
      ["kivuko instances list"],
    ],
    [
      "422 lists every issue with its pointer",
      problem(422, "invalid_request", "The body is wrong.", {
        issues: [
          { pointer: "/a", code: "type", message: "It wants a number." },
          { pointer: "", code: "required", message: "It wants b." },
        ],
      }),
      "invalid_request",
      ["/a  It wants a number. (type)", "/  It wants b. (required)"],
    ],
    [
      "429 says when",
      { ...problem(429, "too_many", "Too many requests."), headers: { "retry-after": "7" } },
      "too_many",
      ["Try again in 7 s."],
    ],
    [
      "500 has the request id",
      problem(500, "internal_error", "Something went wrong."),
      "internal_error",
      ["request req_1"],
    ],
    ["a page of HTML", { type: "text/html", body: "<html>" }, "not_a_platform", ["--base-url"]],
    ["JSON that is cut off", { body: '{"data":[' }, "not_a_platform", ["--base-url"]],
    [
      "a redirect",
      { status: 302, type: "text/plain", body: "", headers: { location: "https://elsewhere.example/" } },
      "redirected",
      ["https://elsewhere.example/"],
    ],
  ])("%s", async (_, answer, code, expected) => {
    const { env } = await platform({ "GET /v1/instances": answer });

    const human = await kivuko(["instances", "list"], { env });
    const machine = await kivuko(["instances", "list", "--json"], { env });

    expect(human).toMatchObject({ exitCode: 1, stdout: "" });
    for (const text of expected) {
      expect(human.stderr).toContain(text);
    }
    expect(human.stderr).toMatch(/\nnext: {2}./);
    expect(machine).toMatchObject({ exitCode: 1, stdout: "" });
    expect(JSON.parse(machine.stderr)).toMatchObject({ code, hint: expect.any(String) });
    expect(human.stderr + machine.stderr).not.toContain(TOKEN);
  });

  test("nobody there", async () => {
    const run = await kivuko(["instances", "list"], {
      env: { ...NOWHERE, KIVUKO_BASE_URL: await closedPortUrl() },
    });

    expect(run).toMatchObject({ exitCode: 1, stdout: "" });
    expect(run.stderr).toContain("ECONNREFUSED");
    expect(run.stderr).toContain("npm run dev");
  });

  test("[CLI-06] control characters of somebody else never reach the terminal", async () => {
    const { env } = await platform({ "GET /v1/instances": problem(403, "no", "a\u001b[2Jb\u202ec\nd") });

    const run = await kivuko(["instances", "list"], { env });

    expect(run.stderr).toMatch(/^error: ab c d\n/);
  });
});

describe("a tool call", () => {
  const path = `POST /v1/instances/${INSTANCE}/tools/${TOOL}/calls`;
  const tools = {
    [`GET /v1/instances/${INSTANCE}/tools`]: {
      body: {
        data: [
          {
            name: TOOL,
            inputSchema: {
              type: "object",
              properties: {
                count: { type: "integer" },
                urgent: { type: "boolean" },
                tags: { type: "array" },
              },
            },
          },
        ],
      },
    },
  };

  test("takes its types from the tool's schema", async () => {
    const { env, asked } = await platform({
      ...tools,
      [path]: { body: { callId: "call_1", status: "ok", result: { a: 1 } } },
    });
    const words = ["count=3", "urgent=true", 'tags=["x"]', "note=5 = five", "code=007"];

    const run = await kivuko(["call", INSTANCE, TOOL, ...words, "--phone", "+254712345678"], { env });

    expect(run).toMatchObject({ exitCode: 0, stdout: '{\n  "a": 1\n}\n' });
    expect(JSON.parse(asked.at(-1)?.body ?? "")).toEqual({
      input: { count: 3, urgent: true, tags: ["x"], note: "5 = five", code: "007" },
      customer: { phone: "+254712345678" },
    });
    expect(run.stderr).not.toContain("254712345678");
  });

  test("takes JSON from stdin as it is, without asking for a schema", async () => {
    const { env, asked } = await platform({
      [path]: { body: { callId: "call_1", status: "ok", result: null } },
    });

    const run = await kivuko(["call", INSTANCE, TOOL, "-", "--json"], { env, stdin: '{"count":"3"}' });

    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(JSON.parse(run.stdout)).toEqual({ callId: "call_1", status: "ok", result: null });
    expect(asked.map(({ body }) => body)).toEqual(['{"input":{"count":"3"}}']);
  });

  test("[CLI-01] that is refused has its answer on stdout, its problem on stderr, and exit code 1", async () => {
    const refusal = {
      callId: "call_2",
      status: "refused",
      gate: "instance_grant",
      error: { code: "not_granted", message: "It is not granted.", hint: "Grant it." },
    };
    const { env } = await platform({ [path]: { status: 403, body: refusal } });

    const machine = await kivuko(["call", INSTANCE, TOOL, "--input", "{}", "--json"], { env });
    const human = await kivuko(["call", INSTANCE, TOOL, "--input", "{}"], { env });

    expect(machine.exitCode).toBe(1);
    expect(JSON.parse(machine.stdout)).toEqual(refusal);
    expect(JSON.parse(machine.stderr)).toMatchObject({
      code: "not_granted",
      gate: "instance_grant",
      callId: "call_2",
    });
    expect(human).toMatchObject({ exitCode: 1, stdout: "" });
    expect(human.stderr).toBe(
      "error: It is not granted.\n  refused by the gate: instance_grant\nnext:  Grant it.\n",
    );
  });

  test("that is not even looked at, for the credential, is a problem and no answer", async () => {
    const { env } = await platform({
      [path]: problem(403, "permission_missing", "This needs a permission."),
    });

    const run = await kivuko(["call", INSTANCE, TOOL, "--input", "{}", "--json"], { env });

    expect(run).toMatchObject({ exitCode: 1, stdout: "" });
    expect(JSON.parse(run.stderr)).toMatchObject({ code: "permission_missing", status: 403 });
  });
});

describe("calendar", () => {
  const ENTRY = {
    kind: "reminder",
    at: "2026-12-01T09:00:00.000Z",
    state: "held",
    reason: "quiet_hours",
    text: "Your rent\u001b[2J is due.",
    why: {
      askedBy: { kind: "plugin" },
      plugin: "RENT",
      occurrence: 2,
      occurrences: 3,
      obligation: { title: "Rent of November" },
    },
  };
  const calendar = (isComplete: boolean, ...data: object[]) =>
    platform({ "GET /v1/calendar": { body: { data, nextCursor: null, isComplete } } });

  test("shows what goes out, why, and that there is more", async () => {
    const { env, asked } = await calendar(false, ENTRY, {
      ...ENTRY,
      kind: "message",
      state: "scheduled",
      reason: null,
      why: { ...ENTRY.why, plugin: null, askedBy: { kind: "user" }, occurrences: 1, obligation: null },
    });
    const run = await kivuko(["calendar", "--kind", "reminder", "--days", "2", "--back", "1"], { env });
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain(
      "2026-12-01T09:00:00Z  reminder  held: quiet_hours  RENT, Rent of November, 2 of 3",
    );
    expect(run.stdout).toMatch(/message +scheduled +staff +Your rent is due\./);
    expect(run.stdout).not.toContain("\u001b[2J");
    expect(run.stderr).toContain("There is more");
    expect(asked).toHaveLength(1);
  });

  test("is the platform's own answer with --json, and says when there is nothing", async () => {
    const { env } = await calendar(true);
    expect((await kivuko(["calendar"], { env })).stderr).toContain("Nothing goes out");
    const run = await kivuko(["calendar", "--json"], { env });
    expect(JSON.parse(run.stdout)).toMatchObject({ data: [], isComplete: true });
    expect(await kivuko(["calendar", "--days", "94"], { env })).toMatchObject({ exitCode: 2 });
  });
});

describe("approvals", () => {
  const APPROVAL = {
    id: "apr_1",
    slug: "SHOP",
    tool: "refund",
    callId: "call_1",
    state: "executed",
    payload: '{"amount":100}',
    outcome: '{"done":true}',
    errorCode: null,
    expiresAt: "2026-11-21T10:00:00.000Z",
  };

  test("a call that waits says what it waits for, and is not done", async () => {
    const { expiresAt } = APPROVAL;
    const waiting = {
      callId: "call_1",
      status: "pending_approval",
      approvalId: "apr_1",
      decider: "staff",
      expiresAt,
    };
    const { env } = await platform({
      [`POST /v1/instances/${INSTANCE}/tools/${TOOL}/calls`]: { body: waiting },
    });
    const run = await kivuko(["call", INSTANCE, TOOL, "--input", "{}"], { env });
    expect(run).toMatchObject({ exitCode: 1, stdout: "" });
    expect(run.stderr).toContain("apr_1 waits until 2026-11-21T10:00:00.000Z");
    expect(run.stderr).toContain("kivuko approvals approve apr_1");
  });

  test("are listed, approved and rejected", async () => {
    const { env, asked } = await platform({
      "GET /v1/approvals": { body: { data: [{ ...APPROVAL, state: "pending" }], nextCursor: null } },
      "POST /v1/approvals/apr_1/approve": { body: APPROVAL },
      "POST /v1/approvals/apr_2/reject": { body: { ...APPROVAL, id: "apr_2", state: "rejected" } },
    });
    const list = await kivuko(["approvals", "list"], { env });
    expect(list.stdout).toMatch(/apr_1 +SHOP +refund +2026-11-21T10:00:00\.000Z +\{"amount":100\}/);
    const approved = await kivuko(["approvals", "approve", "apr_1"], { env });
    expect(approved).toMatchObject({
      exitCode: 0,
      stdout: '{"done":true}\n',
      stderr: "apr_1 is executed.\n",
    });
    const rejected = await kivuko(["approvals", "reject", "apr_2", "--reason", "Too old"], { env });
    expect(rejected).toMatchObject({ exitCode: 0, stderr: "apr_2 is rejected.\n" });
    expect(JSON.stringify(asked.at(-1))).toContain("Too old");
  });

  test("one whose call failed fails", async () => {
    const { env } = await platform({
      "POST /v1/approvals/apr_1/approve": {
        body: { ...APPROVAL, state: "failed", errorCode: "outcome_unknown" },
      },
    });
    const run = await kivuko(["approvals", "approve", "apr_1", "--json"], { env });
    expect(run.exitCode).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({ state: "failed" });
    expect(JSON.parse(run.stderr)).toMatchObject({ code: "outcome_unknown", callId: "call_1" });
  });
});

describe("names instead of ids", () => {
  const instance = (id: string, name: string) => ({
    id,
    name,
    channel: "simulator",
    phoneNumber: "+254700000000",
  });
  const routes = {
    "GET /v1/instances": {
      body: {
        data: [
          instance("inst_1", "Support WhatsApp"),
          instance("inst_2", "Sales"),
          instance("inst_3", "SALES"),
        ],
        nextCursor: null,
      },
    },
    "GET /v1/instances/inst_1/tools": { body: { data: [] } },
  };

  test("one that fits, in any case", async () => {
    const { env } = await platform(routes);
    expect(await kivuko(["tools", "support whatsapp"], { env })).toMatchObject({ exitCode: 0 });
  });

  test("one that fits two", async () => {
    const { env } = await platform(routes);
    const run = await kivuko(["tools", "sales"], { env });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain("inst_2 or inst_3");
  });

  test("one that fits none", async () => {
    const { env } = await platform(routes);
    const run = await kivuko(["tools", "Marketing"], { env });
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('"Support WhatsApp" (inst_1)');
  });

  test("no phone number is ever shown", async () => {
    const { env } = await platform(routes);
    const human = await kivuko(["instances", "list"], { env });
    const machine = await kivuko(["instances", "list", "--json"], { env });
    expect(human.stdout).toContain("Support WhatsApp");
    expect(JSON.parse(machine.stdout).data[0]).toMatchObject({ id: "inst_1", hasPhoneNumber: true });
    expect(human.stdout + machine.stdout).not.toContain("254700000000");
  });
});

describe("granting", () => {
  const plugin = {
    id: "ins_1",
    slug: "DESK",
    status: "active",
    tools: ["a", "b", "c"].map((name) => ({ name, capability: null })),
    permissions: [{ key: "desk:read" }, { key: "desk:write" }],
  };
  const grant = {
    installationId: "ins_1",
    status: "active",
    tools: ["b", "gone"],
    permissions: ["desk:read"],
    callsPerMinute: null,
  };
  const routes = {
    "GET /v1/installations/ins_1": { body: plugin },
    [`GET /v1/instances/${INSTANCE}/grants`]: {
      body: { data: [{ ...grant, status: "revoked", tools: ["c"] }, grant], nextCursor: null },
    },
    [`PUT /v1/instances/${INSTANCE}/grants/ins_1`]: { body: grant },
  };

  test.each<[string[], object]>([
    [[], {}],
    [["--tool", "a"], { tools: ["b", "a"] }],
    [["--tool", "a", "--only"], { tools: ["a"] }],
    [["--all-tools", "--calls-per-minute", "none"], { tools: ["a", "b", "c"], callsPerMinute: null }],
    [["--permission", "desk:write"], { permissions: ["desk:read", "desk:write"] }],
    [["--calls-per-minute", "30"], { callsPerMinute: 30 }],
  ])("%j changes what it names and keeps the rest", async (words, expected) => {
    const { env, asked } = await platform(routes);

    expect(await kivuko(["grant", INSTANCE, "ins_1", ...words], { env })).toMatchObject({ exitCode: 0 });

    expect(JSON.parse(asked.at(-1)?.body ?? "")).toEqual(expected);
  });
});

describe("installing", () => {
  const review = {
    id: "rev_1",
    contentHash: "h",
    plugin: {
      slug: "DESK",
      version: "1.0.0",
      name: "Desk",
      description: null,
      baseUrl: "https://d.example",
      auth: "secret",
    },
    tools: [
      { name: "create", description: "Creates.", sensitive: true, sideEffects: true, capability: null },
    ],
    permissions: [
      { key: "desk:write", label: "l", description: "Writes.", default: false, family: "plugin" },
    ],
    configurationSchema: {
      type: "object",
      properties: {
        queue: { type: "string" },
        level: { type: "integer" },
        apiKey: { type: "string", format: "password" },
      },
      required: ["queue"],
    },
    warnings: [{ pointer: "/tools/0/description", code: "weak_description", message: "It is short." }],
    installed: null,
  };
  const installed = {
    id: "ins_1",
    slug: "DESK",
    version: "1.0.0",
    secret: { kid: "ins_1.v1", version: 1, value: "kps_shown_once" },
  };
  const routes = {
    "POST /v1/plugin-reviews": { status: 201, body: review },
    "POST /v1/installations": { status: 201, body: installed },
  };

  test("shows what it is about, asks for the configuration and a yes, and shows the secret alone on stdout", async () => {
    const { env, asked } = await platform(routes);

    const run = await kivuko(["install", "https://d.example/m.json"], {
      env,
      answers: ["care", "3", "", "y"],
    });

    expect(run).toMatchObject({ exitCode: 0, stdout: "kps_shown_once\n" });
    for (const text of [
      "create (sensitive",
      "desk:write (off unless granted by name)",
      "queue (required)",
      "weak_description",
    ]) {
      expect(run.stderr).toContain(text);
    }
    expect(JSON.parse(asked.at(-1)?.body ?? "")).toEqual({
      reviewId: "rev_1",
      configuration: { queue: "care", level: 3 },
      permissionKeys: ["desk:write"],
    });
  });

  test("installs nothing without the yes", async () => {
    const { env, asked } = await platform(routes);

    const run = await kivuko(["install", "https://d.example/m.json", "--config", "queue=care"], {
      env,
      answers: ["n"],
    });

    expect(run).toMatchObject({ exitCode: 1, stdout: "" });
    expect(asked.map(({ path }) => path)).toEqual(["/v1/plugin-reviews"]);
  });

  test("[CLI-02] never asks with --json", async () => {
    const { env } = await platform(routes);
    expect(
      await kivuko(["install", "https://d.example/m.json", "--json"], { env, answers: ["y"] }),
    ).toMatchObject({
      exitCode: 2,
      stdout: "",
    });
  });

  test("says how a configuration is given when that was wrong, and leaves no empty secret file", async () => {
    const issues = [{ pointer: "/configuration", code: "required", message: "It wants queue." }];
    const { env } = await platform({
      ...routes,
      "POST /v1/installations": problem(422, "configuration_invalid", "It does not fit.", { issues }),
    });
    const folder = await temporaryFolder();
    const words = ["install", "https://d.example/m.json", "--yes", "--secret-file", join(folder, "secret")];

    const first = await kivuko(words, { env });
    const second = await kivuko(words, { env });

    expect(first).toMatchObject({ exitCode: 1, stdout: "" });
    expect(first.stderr).toContain("--config key=value");
    expect(second).toEqual(first);
  });

  test("[CLI-03] never overwrites a file with a secret", async () => {
    const { env, asked } = await platform(routes);
    const folder = await temporaryFolder();
    const path = join(folder, "secret");
    await writeFile(path, "another\n");

    const run = await kivuko(["install", "https://d.example/m.json", "--yes", "--secret-file", path], {
      env,
    });

    expect(run).toMatchObject({ exitCode: 2, stdout: "" });
    expect(asked.map(({ path: asking }) => asking)).toEqual(["/v1/plugin-reviews"]);
  });

  test("does not replace an installed plugin unless asked", async () => {
    const { env } = await platform({
      "POST /v1/plugin-reviews": {
        status: 201,
        body: { ...review, installed: { installationId: "ins_1", version: "0.9.0" } },
      },
    });

    const run = await kivuko(["install", "https://d.example/m.json", "--yes"], { env });

    expect(run).toMatchObject({ exitCode: 1, stdout: "" });
    expect(run.stderr).toContain("--upgrade");
  });
});

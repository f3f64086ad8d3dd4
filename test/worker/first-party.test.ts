/** What first-party plugins are given, by a plugin of the test's own. */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { createPlatformContext } from "../../src/context.ts";
import { toolCall as toolCallTable } from "../../src/db/schema/index.ts";
import { DOCUMENT_MAX_CHARACTERS, DOCUMENTS_MAX } from "../../src/plugins/capabilities/limits.ts";
import { runPluginJobs } from "../../src/plugins/dispatch/run-plugin-jobs.ts";
import {
  definePlugin,
  type FirstPartyTool,
  type PluginContext,
  registerFirstPartyPlugins,
} from "../../src/plugins/in-process/index.ts";
import { clockAt } from "./support/base.ts";
import {
  chatStub,
  newPhone,
  phoneTexts,
  query,
  ring,
  saying,
  thinkBy,
  writeFromPhone,
} from "./support/chats.ts";
import { chatBodyOf, openChat, type Page, textsOf } from "./support/conversations.ts";
import { createDesk, type Desk } from "./support/desk.ts";
import { grantFirstParty } from "./support/first-party.ts";
import { testDb } from "./support/organization.ts";
import { toolCall, useScriptedModel } from "./support/scripted-model.ts";

type Work = (ctx: PluginContext) => Promise<unknown>;

const TOOLBOX = "test.toolbox";
const ALL = [
  "READ_MESSAGES",
  "WRITE_MESSAGES",
  "READ_NOTES",
  "WRITE_NOTES",
  "EXTERNAL_HTTP",
  "SEARCH",
  "READ_USERS",
  "MANAGE_TASKS",
] as const;

/** Records go through a queue, which gathers for a second. */
const WAIT = { timeout: 5_000, interval: 50 };

/** What the plugin does next, and what it is asked. */
let work: Work = async () => null;
let systemContext: NonNullable<ReturnType<typeof definePlugin>["getSystemContext"]> = async () => null;
let dynamicTools: readonly unknown[] = [];
let runJob: (payload: unknown) => Promise<void> = async () => undefined;

registerFirstPartyPlugins(async () => [
  definePlugin({
    id: TOOLBOX,
    name: "Toolbox",
    version: "1.0.0",
    description: "Does what the test says.",
    permissions: ALL,
    injectsContext: true,
    tools: [{ name: "work", description: "Works.", parameters: { type: "object" }, sideEffects: true }],
    getSystemContext: (ctx) => systemContext(ctx),
    getDynamicTools: async () => dynamicTools as readonly FirstPartyTool[],
    executeTool: async (name, args, ctx) =>
      name === "work" ? JSON.stringify((await work(ctx)) ?? null) : `${name} ${args}`,
    runJob: (_name, payload) => runJob(payload),
  }),
  definePlugin({
    id: "test.modest",
    name: "Modest",
    version: "1.0.0",
    description: "Declares nothing.",
    tools: [{ name: "work", description: "Works.", parameters: { type: "object" } }],
    executeTool: async (_name, _args, ctx) => JSON.stringify((await work(ctx)) ?? null),
  }),
]);

let desk: Desk;
let installationId: string;
beforeAll(async () => {
  desk = await createDesk();
  installationId = await grantFirstParty(desk, TOOLBOX, { permissions: ALL });
});
afterEach(() => {
  vi.restoreAllMocks();
  systemContext = async () => null;
  dynamicTools = [];
});

/** Has the plugin do this in one tool call. */
async function use<T>(
  todo: (ctx: PluginContext) => Promise<T>,
  { on = desk, phone, tool = "toolbox__work" }: { on?: Desk; phone?: string; tool?: string } = {},
) {
  work = todo;
  const { body } = await on.callTool({
    tool,
    body: { input: {}, ...(phone !== undefined && { customer: { phone } }) },
  });
  const result = body.status === "ok" ? (JSON.parse(String(body.result)) as T) : undefined;
  return { ...body, result };
}

async function otherDesk(grant: object = { permissions: ALL }): Promise<Desk> {
  const other = await createDesk();
  await grantFirstParty(other, TOOLBOX, grant);
  return other;
}

describe("[FIRSTPARTY-01] a plugin's documents", () => {
  it("are kept, listed by key, searched and deleted", async () => {
    await use(async ({ data }) => {
      await data.put("order:2", { text: "100% wet_" });
      await data.put("order:1", { text: 'said "hello"' });
      await data.put("order:1", { text: 'said "hello" again' });
      await data.put("note", null);
    });
    const { result } = await use(async ({ data }) => ({
      one: await data.get("order:1"),
      none: (await data.get("nothing")) ?? "none",
      nothing: await data.get("note"),
      orders: (await data.list({ prefix: "order:" })).map(({ key }) => key),
      rest: (await data.list({ after: "note", limit: 1 })).map(({ key }) => key),
      quoted: (await data.search('"HELLO"')).map(({ key }) => key),
      percent: (await data.search("100%")).map(({ key }) => key),
      letters: (await data.search("wet_")).map(({ key }) => key),
      wild: (await data.search("w%t")).map(({ key }) => key),
    }));
    expect(result).toEqual({
      one: { text: 'said "hello" again' },
      none: "none",
      nothing: null,
      orders: ["order:1", "order:2"],
      rest: ["order:1"],
      quoted: ["order:1"],
      percent: ["order:2"],
      letters: ["order:2"],
      wild: [],
    });
    await use(({ data }) => data.delete("order:1"));
    expect((await use(async ({ data }) => (await data.get("order:1")) ?? "gone")).result).toBe("gone");
  });

  it("are bounded in size and number", async () => {
    const other = await otherDesk();
    const refusal = (todo: Work) =>
      use(
        async (ctx) =>
          todo(ctx).then(
            () => "fine",
            (error: Error) => error.name,
          ),
        { on: other },
      );
    expect((await refusal(({ data }) => data.put("k", "x".repeat(DOCUMENT_MAX_CHARACTERS)))).result).toBe(
      "PluginLimitError",
    );
    expect((await refusal(({ data }) => data.put("", 1))).result).toBe("PluginLimitError");
    expect((await refusal(({ data }) => data.put("k".repeat(201), 1))).result).toBe("PluginLimitError");
    expect((await refusal(({ data }) => data.put("k", undefined))).result).toBe("PluginLimitError");
    await env.DB.prepare(
      `with recursive n (i) as (select 1 union all select i + 1 from n where i < ?1)
       insert into plugin_document select ?2, ?3, 'k' || i, '1', 0 from n`,
    )
      .bind(DOCUMENTS_MAX, other.organization.id, TOOLBOX)
      .run();
    expect((await refusal(({ data }) => data.put("one more", 1))).result).toBe("PluginLimitError");
    expect((await refusal(({ data }) => data.put("k7", 2))).result).toBe("fine");
    expect((await use(({ data }) => data.get("k7"), { on: other })).result).toBe(2);
  });

  it("and cache, members and events belong to one organisation, and to one plugin", async () => {
    const other = await otherDesk();
    await grantFirstParty(desk, "test.modest");
    await use(async ({ data, cache, events }) => {
      await data.put("secret", "ours");
      cache.put("secret", { of: "us" }, 60);
      await events.emit("ticket.closed", { phone: "+254711222333", ticket: "SUP-1" });
    });
    const look: Work = async ({ data, cache }) => [
      (await data.get("secret")) ?? "none",
      cache.get("secret") ?? "none",
      (await data.list()).map(({ key }) => key).filter((key) => key === "secret"),
    ];
    expect((await use(look)).result).toEqual(["ours", { of: "us" }, ["secret"]]);
    expect((await use(look, { on: other })).result).toEqual(["none", "none", []]);
    expect((await use(look, { tool: "modest__work" })).result).toEqual(["none", "none", []]);

    const members = await use(({ users }) => users.list());
    expect(members.result).toEqual([{ id: desk.organization.userId, name: "A test's owner", role: "owner" }]);
    type EventBody = { name: string; plugin: string; data: string; sourceId: string };
    const events = await desk.control<Page<EventBody>>(
      "GET",
      `/v1/plugin-events?installationId=${installationId}`,
    );
    expect(events.body.data[0]).toMatchObject({ name: "ticket.closed", plugin: "toolbox" });
    expect(events.body.data[0]?.data).toContain("SUP-1");
    expect(events.body.data[0]?.data).not.toContain("254711222333");
    expect((await other.control<Page<EventBody>>("GET", "/v1/plugin-events")).body.data).toEqual([]);
  });
});

describe("[FIRSTPARTY-01] the cache", () => {
  it("forgets after its time, and keeps what was put as it was", async () => {
    const { result } = await use(async ({ cache }) => {
      const value = { count: 1 };
      cache.put("short", 1, 0);
      cache.put("long", value, 60);
      value.count = 2;
      const kept = cache.get("long");
      cache.delete("long");
      return [cache.get("short") ?? "gone", kept, cache.get("long") ?? "gone"];
    });
    expect(result).toEqual(["gone", { count: 1 }, "gone"]);
  });
});

describe("[FIRSTPARTY-02] permissions", () => {
  const USES: Readonly<Record<(typeof ALL)[number], Work>> = {
    READ_MESSAGES: async ({ room }) => room?.recentMessages(),
    WRITE_MESSAGES: async ({ room }) => room?.send({ type: "text", text: "Hello" }),
    READ_NOTES: async ({ room }) => room?.readNotes(),
    WRITE_NOTES: async ({ room }) => room?.addNote("A note"),
    EXTERNAL_HTTP: async (ctx) => (await ctx.fetch({ url: `${inject("standInUrl")}/well/manifest.json` })).ok,
    SEARCH: async ({ data }) => data.search("x"),
    READ_USERS: async ({ users }) => users.list(),
    MANAGE_TASKS: async ({ jobs }) => jobs.enqueue({ name: "later", delaySeconds: 3_600 }),
  };

  it.each(ALL)("%s is needed for what it names, and for nothing else", async (permission) => {
    const others = await otherDesk({ permissions: ALL.filter((key) => key !== permission) });
    const { phone, stub } = await openChat(others);
    await ring(stub);
    const refused = await use(USES[permission], { on: others, phone });
    expect(refused).toMatchObject({ status: "error", error: { code: "permission_not_granted" } });
    expect(refused.error?.message).toMatch(/^Fallback suggestions:/m);
    for (const key of ALL.filter((other) => other !== permission)) {
      expect(await use(USES[key], { on: others, phone }), key).toMatchObject({ status: "ok" });
    }
    const undeclared = await use(USES[permission], { phone, on: others, tool: "modest__work" });
    expect(undeclared).toMatchObject({ status: "refused" });
  });

  it("are refused to a plugin that does not declare them, and the record says so though the plugin goes on", async () => {
    await grantFirstParty(desk, "test.modest");
    const answer = await use(
      async ({ users }) => users.list().catch((error: Error) => [error.name, error.message]),
      { tool: "modest__work" },
    );
    expect(answer.result).toEqual(["PermissionRefused", "The plugin does not declare READ_USERS."]);
    await vi.waitFor(async () => {
      const rows = await testDb().select().from(toolCallTable);
      const row = rows.find(({ id }) => id === answer.callId);
      expect(row).toMatchObject({ status: "ok", errorCode: "permission_not_granted" });
    }, WAIT);
  });
});

describe("the room", () => {
  it("is the chat: messages, participants, notes; the customer is a hash", async () => {
    const { phone, stub } = await openChat(desk, "My order arrived damaged");
    await thinkBy(stub, saying("I look into it."));
    await ring(stub);
    const { id } = await chatBodyOf(desk, phone);
    const noted = await desk.control("POST", `/v1/chats/${id}/notes`, { text: "A good customer." });
    expect(noted.status).toBe(201);
    const { result } = await use(
      async (ctx) => {
        await ctx.room?.addNote("Wants a refund.");
        return {
          ids: [ctx.roomId, ctx.room?.id],
          sender: ctx.sender?.id,
          messages: (await ctx.room?.recentMessages())?.map(({ from, text }) => [from, text]),
          participants: await ctx.room?.participants(),
          notes: (await ctx.room?.readNotes())?.map(({ text, author }) => [text, author.kind]),
        };
      },
      { phone },
    );
    expect(result).toEqual({
      ids: [id, id],
      sender: expect.stringMatching(/^[\w-]{43}$/),
      messages: [
        ["customer", "My order arrived damaged"],
        ["agent", "I look into it."],
      ],
      participants: [
        { kind: "customer", id: result?.sender },
        { kind: "agent", id: desk.supportId },
      ],
      notes: [
        ["Wants a refund.", "plugin"],
        ["A good customer.", "api_token"],
      ],
    });
    expect(JSON.stringify(result)).not.toContain(phone.slice(1));
    type Note = { text: string; author: { id: string } };
    const notes = await desk.control<Page<Note>>("GET", `/v1/chats/${id}/notes`);
    expect(notes.body.data.map(({ text }) => text)).toEqual(["Wants a refund.", "A good customer."]);
    expect(notes.body.data[0]?.author.id).toBe("toolbox");
    const other = await createDesk();
    expect(await other.control("GET", `/v1/chats/${id}/notes`)).toMatchObject({ status: 404 });
    expect(await other.control("POST", `/v1/chats/${id}/notes`, { text: "x" })).toMatchObject({
      status: 404,
    });
    const nobody = await use(async ({ room, sender, roomId }) => [room, sender, roomId]);
    expect(nobody.result).toEqual([null, null, null]);
  });

  it("[FIRSTPARTY-08] gets a message of the toolkit once a call, and no other chat does", async () => {
    await grantFirstParty(desk, "kivuko.whatsapp", { permissions: ["WRITE_MESSAGES"] });
    const phone = newPhone();
    const stranger = newPhone();
    const send = (input: object, customer?: object) =>
      desk.callTool({ tool: "whatsapp__send_message", body: { input, ...customer } });
    const sent = await send({ text: "Your parcel is here." }, { customer: { phone } });
    expect(sent.body).toMatchObject({ status: "ok", result: "The message was sent." });
    expect(await textsOf(desk, phone)).toEqual(["Your parcel is here."]);
    const toStranger = await send({ text: "Hi", to: stranger }, { customer: { phone } });
    expect(toStranger.body).toMatchObject({ status: "error", error: { code: "invalid_input" } });
    expect((await send({ text: "Hi" })).body.result).toMatch(/^Fallback suggestions:/m);
    expect(await phoneTexts(desk, desk.supportId, stranger)).toEqual([]);

    const other = await createDesk();
    await grantFirstParty(other, "kivuko.whatsapp");
    const refused = await other.callTool({
      tool: "whatsapp__send_message",
      body: { input: { text: "Hi" }, customer: { phone } },
    });
    expect(refused.body).toMatchObject({ status: "refused", gate: "permission" });
  });
});

describe("[FIRSTPARTY-09] a tool that asks for an approval", () => {
  it("waits, and is run from its beginning when somebody approves", async () => {
    const steps: string[] = [];
    const todo: Work = async ({ approvals }) => {
      steps.push("begun");
      approvals.require();
      steps.push("done");
      return approvals.isApproved;
    };
    const waiting = await use(todo);
    expect(waiting).toMatchObject({ status: "pending_approval" });
    expect(steps).toEqual(["begun"]);
    const { approvalId } = waiting as unknown as { approvalId: string };
    const approved = await desk.control("POST", `/v1/approvals/${approvalId}/approve`);
    expect(approved).toMatchObject({ status: 200, body: { state: "executed", reason: "tool" } });
    expect(steps).toEqual(["begun", "begun", "done"]);
    const rejected = (await use(todo)) as unknown as { approvalId: string };
    await desk.control("POST", `/v1/approvals/${rejected.approvalId}/reject`);
    expect(steps).toEqual(["begun", "begun", "done", "begun"]);
  });
});

describe("[FIRSTPARTY-03] jobs", () => {
  /** Runs what is due at that moment, as the cron tick does. */
  async function tickAt(now: number): Promise<void> {
    const ctx = createPlatformContext(env, { waitUntil: () => undefined }, "cron:test", clockAt(now));
    await runPluginJobs({ ctx });
  }
  const waiting = async (id: string) =>
    (
      await env.DB.prepare("select name, tries, due_at as dueAt from plugin_job where installation_id = ?")
        .bind(id)
        .all<{ name: string; tries: number; dueAt: number }>()
    ).results;
  const letters = async (on: Desk) =>
    (await on.control<Page<{ id: string; queue: string }>>("GET", "/v1/dead-letters")).body.data;

  async function jobDesk(): Promise<{ on: Desk; id: string }> {
    const on = await createDesk();
    return { on, id: await grantFirstParty(on, TOOLBOX, { permissions: ALL }) };
  }

  it("run when they are due, once for a key, and are gone", async () => {
    const { on, id } = await jobDesk();
    const seen: unknown[] = [];
    runJob = async (payload) => void seen.push(payload);
    await use(
      async ({ jobs }) => {
        await jobs.enqueue({ name: "remind", payload: { to: "Amina" }, delaySeconds: 60, dedupeKey: "a" });
        await jobs.enqueue({ name: "remind", payload: { to: "Baraka" }, delaySeconds: 60, dedupeKey: "a" });
      },
      { on },
    );
    const [job] = await waiting(id);
    await tickAt((job?.dueAt ?? 0) - 1);
    expect(seen).toEqual([]);
    await Promise.all([tickAt(job?.dueAt ?? 0), tickAt(job?.dueAt ?? 0)]);
    expect(seen).toEqual([{ to: "Amina" }]);
    expect(await waiting(id)).toEqual([]);
  });

  it("that fail are tried again, ever later, and then wait for a person to replay them", async () => {
    const { on, id } = await jobDesk();
    let tries = 0;
    runJob = async () => {
      tries += 1;
      throw new Error("not yet");
    };
    await use(({ jobs }) => jobs.enqueue({ name: "remind", payload: { to: "Amina" } }), { on });
    const pauses: number[] = [];
    for (let [job] = await waiting(id); job !== undefined; [job] = await waiting(id)) {
      await tickAt(job.dueAt);
      const [next] = await waiting(id);
      if (next !== undefined) {
        pauses.push((next.dueAt - job.dueAt) / 60_000);
      }
    }
    expect(tries).toBe(5);
    expect(pauses).toEqual([1, 2, 4, 8]);
    const [letter] = await letters(on);
    expect(letter).toMatchObject({ queue: "plugin-jobs" });
    const seen: unknown[] = [];
    runJob = async (payload) => void seen.push(payload);
    expect((await on.control("POST", `/v1/dead-letters/${letter?.id}/replay`)).status).toBeLessThan(300);
    await tickAt(Date.now() + 1_000);
    expect(seen).toEqual([{ to: "Amina" }]);
    expect(await letters(on)).toEqual([]);
  });

  it("that were cut off run again, and those of a plugin without the grant do not", async () => {
    const { on, id } = await jobDesk();
    const seen: unknown[] = [];
    runJob = async (payload) => void seen.push(payload);
    await use(({ jobs }) => jobs.enqueue({ name: "remind", payload: 1 }), { on });
    // As a Worker that died leaves it: claimed, and neither done nor failed.
    await env.DB.prepare(
      "update plugin_job set tries = 1, due_at = due_at + 300000 where installation_id = ?",
    )
      .bind(id)
      .run();
    const [job] = await waiting(id);
    await tickAt(job?.dueAt ?? 0);
    expect(seen).toEqual([1]);

    await use(({ jobs }) => jobs.enqueue({ name: "remind", payload: 2 }), { on });
    await on.control("PUT", `/v1/instances/${on.supportId}/grants/${id}`, { permissions: [] });
    await tickAt(Date.now() + 1_000);
    expect(seen).toEqual([1]);
    expect(await letters(on)).toHaveLength(1);
  });
});

describe("a turn", () => {
  const TOOL = { name: "track", description: "Tracks.", parameters: { type: "object" } };

  it("[FIRSTPARTY-04] knows what the plugin says, of this number and this customer", async () => {
    systemContext = async (ctx) => `The shop is closed. Customer ${ctx.sender?.id}.`;
    const model = await useScriptedModel(desk, () => "Hello");
    const { phone, stub } = await openChat(desk);
    await ring(stub);
    const hash = (await use(async ({ sender }) => sender?.id ?? "", { phone })).result;
    expect(model.requests[0]?.messages[0]).toMatchObject({ role: "system" });
    expect(String(model.requests[0]?.messages[0]?.content)).toContain(
      `From the plugin Toolbox:\nThe shop is closed. Customer ${hash}.`,
    );
    await desk.control("PATCH", `/v1/instances/${desk.supportId}`, {
      enabledPluginIds: ["first_party:greeter"],
    });
    await writeFromPhone(desk, desk.supportId, phone, "And now?");
    await ring(stub);
    expect(JSON.stringify(model.requests[1])).not.toContain("The shop is closed.");
    await desk.control("PATCH", `/v1/instances/${desk.supportId}`, { enabledPluginIds: null });
    const other = newPhone();
    await writeFromPhone(desk, desk.salesId, other, "Hello");
    await ring(await chatStub(desk.salesId, other));
    expect(JSON.stringify(model.requests[2])).not.toContain("The shop is closed.");
  });

  it.each<[string, typeof systemContext]>([
    ["never answers", () => new Promise(() => undefined)],
    ["fails", () => Promise.reject(new Error("broken"))],
  ])("[FIRSTPARTY-04] goes on without a plugin that %s", async (_, broken) => {
    systemContext = broken;
    const model = await useScriptedModel(desk, () => "Hello");
    const { phone, stub } = await openChat(desk);
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual(["Hello"]);
    expect(JSON.stringify(model.requests[0])).not.toContain("From the plugin");
  });

  it("[FIRSTPARTY-05] offers and calls dynamic tools where the grant has them", async () => {
    const on = await createDesk();
    const id = await grantFirstParty(on, TOOLBOX);
    const grants = (tools: string[], permissions: string[] = []) =>
      on.control("PUT", `/v1/instances/${on.supportId}/grants/${id}`, { tools, permissions });
    const bad = { ...TOOL, name: "bad", parameters: { type: "objekt" } };
    const needy = { ...TOOL, name: "needy", permissionsRequired: ["SEARCH"] };
    dynamicTools = [TOOL, TOOL, bad, needy, { ...TOOL, name: "work" }, { ...TOOL, name: "a b" }];
    const model = await useScriptedModel(on, ({ messages }) =>
      messages.at(-1)?.role === "tool"
        ? String(messages.at(-1)?.content)
        : toolCall("toolbox__track", { id: 7 }),
    );
    const offered = () => model.requests.at(-1)?.tools?.map((tool) => tool.function.name) ?? [];
    const converse = async () => {
      const { phone, stub } = await openChat(on);
      await ring(stub);
      return (await textsOf(on, phone)).join();
    };
    expect(await converse()).toContain("tool_unknown");
    expect(offered()).not.toContain("toolbox__track");
    expect(await grants(["work", "*dynamic"])).toMatchObject({ status: 200 });
    expect(await converse()).toBe('track {"id":7}');
    expect(offered()).toEqual(["SUPPORT_DESK__create_support_ticket", "toolbox__track", "toolbox__work"]);
    await grants(["work", "*dynamic"], ["SEARCH"]);
    await converse();
    expect(offered()).toContain("toolbox__needy");
    const plain = await on.control("PUT", `/v1/instances/${on.supportId}/grants/${on.installation.id}`, {
      tools: ["*dynamic"],
    });
    expect(plain).toMatchObject({ status: 422, body: { code: "selection_invalid" } });
  });

  it("[FIRSTPARTY-07] does without a plugin that is off in its chat", async () => {
    work = async () => "worked";
    const model = await useScriptedModel(desk, ({ messages }) =>
      messages.at(-1)?.role === "tool" ? String(messages.at(-1)?.content) : toolCall("toolbox__work", {}),
    );
    const { phone, stub } = await openChat(desk);
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual(['"worked"']);
    const { id } = await chatBodyOf(desk, phone);
    const path = `/v1/chats/${id}/plugins`;
    const off = await desk.control("PUT", `${path}/${installationId}`, { enabled: false });
    expect(off).toMatchObject({ status: 200, body: { slug: "toolbox", enabled: false } });
    const listed = await desk.control<{ data: { slug: string; enabled: boolean }[] }>("GET", path);
    expect(listed.body.data.find(({ slug }) => slug === "toolbox")?.enabled).toBe(false);
    expect(listed.body.data.find(({ slug }) => slug === "SUPPORT_DESK")?.enabled).toBe(true);
    await writeFromPhone(desk, desk.supportId, phone, "Again");
    await ring(stub);
    expect((await textsOf(desk, phone)).at(-1)).toContain("plugin_off_in_chat");
    expect(model.requests.at(-1)?.tools?.map((tool) => tool.function.name)).not.toContain("toolbox__work");
    const second = await openChat(desk);
    await ring(second.stub);
    expect(await textsOf(desk, second.phone)).toEqual(['"worked"']);
    await desk.control("PUT", `${path}/${installationId}`, { enabled: true });
    await writeFromPhone(desk, desk.supportId, phone, "And again");
    await ring(stub);
    expect((await textsOf(desk, phone)).at(-1)).toBe('"worked"');
    expect(await desk.control("PUT", `${path}/ins_nobody`, { enabled: false })).toMatchObject({
      status: 404,
    });
    const other = await createDesk();
    expect(await other.control("GET", path)).toMatchObject({ status: 404 });
    expect(await other.control("PUT", `${path}/${installationId}`, { enabled: true })).toMatchObject({
      status: 404,
    });
    expect(await query(stub, "SELECT * FROM switched_off")).toEqual([]);
  });
});

/** Commands that customers type. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { definePlugin, registerFirstPartyPlugins } from "../../src/plugins/in-process/index.ts";
import { crash, ring, saying, thinkBy, writeFromPhone } from "./support/chats.ts";
import { chatBodyOf, linesOf, openChat, textsOf } from "./support/conversations.ts";
import { createDesk, type Desk } from "./support/desk.ts";
import { grantFirstParty } from "./support/first-party.ts";
import { type ScriptedModel, useScriptedModel } from "./support/scripted-model.ts";

const noted: string[] = [];
let fails = false;

registerFirstPartyPlugins(async () => [
  definePlugin({
    id: "test.notebook",
    name: "Notebook",
    version: "1.0.0",
    description: "Notes things.",
    tools: [
      {
        name: "note",
        description: "Notes something.",
        usage: "/note <text>",
        parameters: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
        sideEffects: true,
      },
      {
        name: "wipe",
        description: "Wipes all.",
        usage: "/wipe",
        parameters: { type: "object" },
        sideEffects: true,
        sensitive: true,
      },
    ],
    executeTool: async (name, args) => {
      if (fails) {
        throw new Error("The pencil is broken.");
      }
      noted.push(`${name} ${args}`);
      return `Noted: ${noted.length}`;
    },
  }),
]);

let desk: Desk;
let greeterId: string;
let model: ScriptedModel;
beforeEach(async () => {
  noted.length = 0;
  fails = false;
  desk = await createDesk();
  greeterId = await grantFirstParty(desk, "kivuko.greeter");
  model = await useScriptedModel(desk, () => "The agent answers.");
  await desk.control("PATCH", `/v1/instances/${desk.supportId}`, { slashCommands: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** What a customer who writes these gets for them. */
async function write(...texts: string[]): Promise<string[]> {
  const { phone, stub } = await openChat(desk, texts[0]);
  for (const text of texts.slice(1)) {
    await writeFromPhone(desk, desk.supportId, phone, text);
  }
  await ring(stub);
  return textsOf(desk, phone);
}

describe("[FIRSTPARTY-06] a slash command", () => {
  it("runs its tool without the model, and stands in the history", async () => {
    const { phone, stub } = await openChat(desk, "/greet de");
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual(["Hallo, world!"]);
    expect(model.requests).toEqual([]);
    const { id } = await chatBodyOf(desk, phone);
    expect((await linesOf(desk, id)).map(({ from, text }) => [from, text])).toEqual([
      ["customer", "/greet de"],
      ["agent", "Hallo, world!"],
    ]);
    await writeFromPhone(desk, desk.supportId, phone, "What did you say?");
    await ring(stub);
    expect(model.requests[0]?.messages.slice(-3)).toEqual([
      { role: "user", content: "/greet de" },
      { role: "assistant", content: "Hallo, world!" },
      { role: "user", content: "What did you say?" },
    ]);
  });

  it("is a message like any other where the number does not allow it, or nobody knows it", async () => {
    expect(await write("/dance now")).toEqual(["The agent answers."]);
    const off = await desk.control("PATCH", `/v1/instances/${desk.supportId}`, { slashCommands: false });
    expect(off).toMatchObject({ status: 200, body: { slashCommands: false } });
    expect(await write("/greet de")).toEqual(["The agent answers."]);
  });

  it("says how it is written, and what there is; what is meant for a model stays out", async () => {
    expect(await write("/greet")).toEqual(["Please write it like this: /greet <language>"]);
    expect(await write("/help")).toEqual([
      "You can write:\n/greet <language>\n  Say hello in a given language.",
    ]);
    expect(await write("/greet tlh")).toEqual(['Greeter failed: no greeting in "tlh".']);
    expect(model.requests).toEqual([]);
  });

  it("takes quotes, and the rest of the line", async () => {
    await grantFirstParty(desk, "test.notebook");
    await write('/note "two  words"');
    await write("/note milk, eggs and\nbread");
    expect(noted).toEqual(['note {"text":"two  words"}', 'note {"text":"milk, eggs and\\nbread"}']);
  });

  it("is answered beside what else was written", async () => {
    expect(await write("/greet sw", "My order is late", "/greet fr")).toEqual([
      "Habari, world!\n\nBonjour, world!\n\nThe agent answers.",
    ]);
    expect(JSON.stringify(model.requests[0]?.messages.at(-1))).toContain("answered already");
  });

  it("goes through the gates: off in the chat, not granted, not enabled, waiting for an approval", async () => {
    const { phone, stub } = await openChat(desk);
    await ring(stub);
    const { id } = await chatBodyOf(desk, phone);
    await desk.control("PUT", `/v1/chats/${id}/plugins/${greeterId}`, { enabled: false });
    await writeFromPhone(desk, desk.supportId, phone, "/greet de");
    await ring(stub);
    expect((await textsOf(desk, phone)).at(-1)).toBe("The agent answers.");

    const settings = `/v1/instances/${desk.supportId}`;
    await desk.control("PATCH", settings, { enabledPluginIds: [] });
    expect(await write("/greet de")).toEqual(["The agent answers."]);
    await desk.control("PATCH", settings, { enabledPluginIds: ["first_party:greeter"] });
    expect(await write("/greet de")).toEqual(["Hallo, world!"]);
    await desk.control("PATCH", settings, { enabledPluginIds: null });

    await grantFirstParty(desk, "test.notebook");
    expect(await write("/wipe")).toEqual(["The agent answers."]);
    await grantFirstParty(desk, "test.notebook", { tools: ["wipe"] });
    expect((await write("/wipe")).join()).toContain("has to be approved first");
    expect(noted).toEqual([]);
    await desk.control("DELETE", `/v1/instances/${desk.supportId}/grants/${greeterId}`);
    expect(await write("/greet de")).toEqual(["The agent answers."]);
  });

  it("that fails is told as failed", async () => {
    await grantFirstParty(desk, "test.notebook");
    fails = true;
    expect(await write("/note milk")).toEqual(["The plugin had an internal problem."]);
  });

  it("is carried out once, also when the turn is repeated after a crash", async () => {
    await grantFirstParty(desk, "test.notebook");
    const { phone, stub } = await openChat(desk, "/note milk");
    await writeFromPhone(desk, desk.supportId, phone, "Hello");
    await thinkBy(
      stub,
      saying(() => {
        throw new Error("The model is gone.");
      }),
    );
    await ring(stub);
    await crash(stub);
    await ring(stub);
    expect(noted).toEqual(['note {"text":"milk"}']);
    expect(await textsOf(desk, phone)).toEqual(["Noted: 1\n\nThe agent answers."]);
  });

  it("typed while a person has the chat is left to people", async () => {
    const { phone, stub } = await openChat(desk);
    await ring(stub);
    const { id } = await chatBodyOf(desk, phone);
    await desk.control("POST", `/v1/chats/${id}/take`);
    await writeFromPhone(desk, desk.supportId, phone, "/greet de");
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual(["The agent answers."]);
    await desk.control("POST", `/v1/chats/${id}/release`);
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual(["The agent answers.", "The agent answers."]);
  });
});

import { describe, expect, it } from "vitest";
import {
  type CommandTool,
  describeCommands,
  listCommands,
  readCommand,
} from "../../../src/agent/chats/slash-commands.ts";

/** A tool with that usage. */
function entry(usage: string | undefined, properties: object, modelName = "desk__tool"): CommandTool {
  return {
    modelName,
    definition: {
      description: "Does a thing. And more.",
      inputSchema: { type: "object", properties },
      ...(usage !== undefined && { usage }),
    },
  };
}

const TEXT = { type: "string" };
const commands = listCommands([
  entry("/greet <language> [name]", { language: TEXT, name: TEXT }, "greeter__greet"),
  entry("/order <number> <count> [gift]", {
    number: TEXT,
    count: { type: "integer" },
    gift: { type: "boolean" },
  }),
  entry("[/stop]", {}),
]);

/** What is called, or what else comes of it. */
function read(text: string) {
  const asked = readCommand(text, commands);
  return asked?.kind === "call" ? [asked.command.word, asked.input] : (asked?.kind ?? null);
}

describe("slash commands", () => {
  it.each<[string, ReturnType<typeof read>]>([
    ["/greet de", ["greet", { language: "de" }]],
    ["  /GREET de  ", ["greet", { language: "de" }]],
    ["/greet de Amina Wanjiru", ["greet", { language: "de", name: "Amina Wanjiru" }]],
    ['/greet "pt br" “Amina Wanjiru”', ["greet", { language: "pt br", name: "Amina Wanjiru" }]],
    ["/greet 'pt br' O'Brien and me", ["greet", { language: "pt br", name: "O'Brien and me" }]],
    ['/greet de "Amina" Wanjiru', ["greet", { language: "de", name: '"Amina" Wanjiru' }]],
    ['/greet de "Amina', ["greet", { language: "de", name: '"Amina' }]],
    ["/order KV-1 3", ["order", { number: "KV-1", count: 3 }]],
    ["/order KV-1 3 yes", ["order", { number: "KV-1", count: 3, gift: true }]],
    ["/order KV-1 many", ["order", { number: "KV-1", count: "many" }]],
    ["/stop", ["stop", {}]],
    ["/stop it", "usage"],
    ["/greet", "usage"],
    ["/order KV-1", "usage"],
    ["/help", "help"],
    ["/help me", "help"],
    ["/unknown", null],
    ["greet de", null],
    ["/ greet de", null],
    ["see /greet de", null],
    ["/greetings", null],
    ["/tmp/file", null],
  ])("%s", (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it("are tools whose usage is a pattern of their own parameters, the first of one word", () => {
    const listed = listCommands([
      entry(undefined, {}),
      entry("Type greet and a language", { language: TEXT }),
      entry("/greet <nobody>", { language: TEXT }),
      entry("/help <me>", { me: TEXT }),
      entry("/greet <language>", { language: TEXT }, "a__greet"),
      entry("/greet <language>", { language: TEXT }, "b__greet"),
    ]);
    expect([...listed].map(([word, { toolName }]) => [word, toolName])).toEqual([["greet", "a__greet"]]);
    expect(describeCommands(listed)).toBe("You can write:\n/greet <language>\n  Does a thing.");
    expect(readCommand("/help", new Map())).toBeNull();
  });
});

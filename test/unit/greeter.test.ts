import { describe, expect, it } from "vitest";
import { definePlugin } from "../../src/plugins/in-process/define-plugin.ts";
import { greeter } from "../../src/toolkits/greeter/greeter.plugin.ts";
import { pluginContext } from "../support/plugin-context.ts";

const ctx = pluginContext();

describe("the Greeter, in isolation", () => {
  it.each([
    ['{"language":"en"}', "Hello, world!"],
    ['{"language":"de","name":"Alice"}', "Hallo, Alice!"],
    ['{"language":"SW","name":" Amina "}', "Habari, Amina!"],
    ['{"language":"ja","name":"Aiko"}', "こんにちは、Aikoさん!"],
    ["fr", "Bonjour, world!"],
    ["{}", "Hello, world!"],
    ["null", "Hello, world!"],
  ])("greets for %s", async (args, expected) => {
    expect(await greeter.executeTool("greet", args, ctx)).toBe(expected);
  });

  it("[PLUGIN-02] says what else could be tried when it does not know the language", async () => {
    const text = await greeter.executeTool("greet", '{"language":"tlh"}', ctx);
    expect(text).toContain('no greeting in "tlh"');
    expect(text).toMatch(/^Fallback suggestions:/m);
  });
});

describe("definePlugin", () => {
  it("refuses a bad id, a doubled tool and a permission that is not declared", () => {
    expect(() => definePlugin({ ...greeter, id: "Greeter.x" as "a.b" })).toThrow("not a plugin id");
    const [tool] = greeter.tools;
    expect(() => definePlugin({ ...greeter, tools: tool ? [tool, tool] : [] })).toThrow("used twice");
    expect(() =>
      definePlugin({ ...greeter, tools: tool ? [{ ...tool, permissionsRequired: ["SEARCH"] }] : [] }),
    ).toThrow("does not declare");
  });
});

import { assert, dictionary, json, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonMember } from "../../../src/kernel/json-member.ts";

describe("a member of a JSON text", () => {
  test.for([
    ['{"a":1}', "1"],
    ['{ "b" : [1, {"a": "}"}] , "a" :  {"x":  "\\"}", "y": [ ] }  , "c":null}', '{"x":  "\\"}", "y": [ ] }'],
    ['{"a":12345678901234567890.10}', "12345678901234567890.10"],
    ['\n{"\\u0061"\t:\ttrue\n}', "true"],
    ['{"a":1,"a":"last"}', '"last"'],
    ['{"a":"ቦሌ 🛢️\\n"}', '"ቦሌ 🛢️\\n"'],
    ['{"a":{}}', "{}"],
    ['{"b":{"a":1}}', null],
    ["{}", null],
    ['["a", 1]', null],
    ['"a"', null],
  ])("%s", ([text, member]) => {
    expect(jsonMember(text ?? "", "a")).toBe(member);
  });

  test("stands in the text as it was written, whatever is around it", () => {
    const stands = property(dictionary(string(), json()), json(), (others, value) => {
      const rest = Object.entries(others)
        .filter(([key]) => key !== "it")
        .map(([key, other]) => `${JSON.stringify(key)} :${other}`);
      const text = `{${[...rest, `"it": ${value}`, ...rest].join(" ,")}}`;
      return jsonMember(text, "it") === value;
    });
    expect(() => assert(stands)).not.toThrow();
  });
});

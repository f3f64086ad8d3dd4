import { describe, expect, it } from "vitest";
import { ERROR_MESSAGE_MAX_BYTES } from "../../../src/plugins/dispatch/limits.ts";
import { readAnswer } from "../../../src/plugins/dispatch/read-answer.ts";

describe("what a model gets of a plugin's answer", () => {
  it.each(['{"a":1}', "[]", '"text"', "0", "null"])("2xx: any JSON is the result: %s", (body) => {
    expect(readAnswer(200, body)).toEqual({ status: "ok", result: JSON.parse(body) });
  });

  it.each([
    [500, "Error: secret\n at /srv/app.js:1", "plugin_failed"],
    [503, "{}", "plugin_failed"],
    [200, "<html>hello</html>", "plugin_answer_invalid"],
    [200, "{truncated", "plugin_answer_invalid"],
    [204, "", "plugin_answer_empty"],
    [200, "  ", "plugin_answer_empty"],
    [302, "", "plugin_redirected"],
  ])("%i %j becomes a sentence of ours (%s) without the plugin's text", (status, body, code) => {
    const outcome = readAnswer(status, body);
    expect(outcome).toMatchObject({ status: "error", error: { code } });
    const message = outcome.status === "error" ? outcome.error.message : "";
    expect(message).toMatch(/^Fallback suggestions:/m);
    expect(message).not.toContain("secret");
    expect(message).not.toContain("html");
  });

  it("accepts both of the seed's error forms", () => {
    expect(readAnswer(404, '{"error":"not_found","message":"No delivery was found."}')).toMatchObject({
      error: {
        code: "not_found",
        message: expect.stringMatching(/^No delivery was found\.\nFallback suggestions:/),
      },
    });
    expect(readAnswer(404, '{"error":"Customer not found"}')).toMatchObject({
      error: { code: "plugin_refused", message: expect.stringMatching(/^Customer not found\n/) },
    });
  });

  it("[DISPATCH-08] keeps the plugin's own fallback suggestions instead of adding ours", () => {
    const outcome = readAnswer(
      422,
      JSON.stringify({ error: "x", message: "No slot.\nFallback suggestions: try Tuesday." }),
    );
    expect(outcome.status === "error" && outcome.error.message).toBe(
      "No slot.\nFallback suggestions: try Tuesday.",
    );
  });

  it("[DISPATCH-05] removes markup and control characters and cuts at whole characters", () => {
    const outcome = readAnswer(
      400,
      JSON.stringify({ error: "bad", message: `<b onclick="x()">No</b>\u0000${"é".repeat(3000)}` }),
    );
    const message = outcome.status === "error" ? (outcome.error.message.split("\n")[0] ?? "") : "";
    expect(message.startsWith("No")).toBe(true);
    expect(new TextEncoder().encode(message).length).toBeLessThanOrEqual(ERROR_MESSAGE_MAX_BYTES);
    expect([..."<>\u0000\uFFFD"].filter((character) => message.includes(character))).toEqual([]);
  });

  it.each(["", "not json", "[]", "null", "7"])("4xx with an unreadable body still answers: %j", (body) => {
    expect(readAnswer(400, body)).toMatchObject({ status: "error", error: { code: "plugin_refused" } });
  });
});

/** `kivuko chat`: what a customer types, and what the phone shows. */
import { afterEach, expect, test } from "vitest";
import type { PhoneLine } from "../../src/cli/api.ts";
import { type Answer, type Answering, answerWith, kivuko, problem, TOKEN } from "../support/command-line.ts";

const INSTANCE = "inst_01kaj0000000000000000000";
const PATH = `/v1/instances/${INSTANCE}/simulator/messages`;

const running: Answering[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ close }) => close()));
});

/** A platform with these instances, whose agent answers the nth message of the phone with the nth of these. */
async function platform(replies: readonly Partial<PhoneLine>[], names: readonly string[] = ["Support"]) {
  const lines = () => {
    const count = answering.asked.filter(({ method }) => method === "POST").length;
    const after = Number(new URLSearchParams(answering.asked.at(-1)?.path.split("?")[1]).get("after"));
    return replies
      .slice(0, count)
      .map((reply, index) => ({ seq: index + 1, text: "", at: "2026-11-20T09:00:00.000Z", ...reply }))
      .filter(({ seq }) => seq > after);
  };
  const instances = names.map((name, index) => ({
    id: INSTANCE + (index || ""),
    name,
    channel: "simulator",
  }));
  const answering = await answerWith({
    "GET /v1/instances": { body: { data: instances, nextCursor: null } },
    [`POST ${PATH}`]: { status: 202, body: { messageId: "sim_1", isNew: true } },
    get [`GET ${PATH}`](): Answer {
      return { body: { data: lines() } };
    },
  });
  running.push(answering);
  const env = { KIVUKO_BASE_URL: answering.url, KIVUKO_TOKEN: TOKEN };
  const written = () =>
    answering.asked.filter(({ method }) => method === "POST").map(({ body }) => JSON.parse(body));
  return { env, written };
}

test("[CHAT-15] one message: the reply is on stdout, and nothing else is", async () => {
  const { env, written } = await platform([{ text: "Ticket SUP-1\nis open." }]);

  const run = await kivuko(["chat", "--message", "It broke", "--phone", "+254722000111"], { env });

  expect(run).toEqual({ exitCode: 0, stdout: "Ticket SUP-1\nis open.\n", stderr: "" });
  expect(written()).toEqual([{ from: "+254722000111", text: "It broke" }]);
});

test("[CHAT-15] each line of stdin is a message, and a number is a tap on the button that was offered", async () => {
  const { env, written } = await platform([
    { text: "Refund it?", buttons: [{ id: "apr_1:approve", title: "Approve" }] },
    { text: "Done." },
    { text: "1 what?" },
  ]);

  const run = await kivuko(["chat", "--instance", INSTANCE], { env, stdin: "Refund\n\n1\n1\n" });

  expect(run.stdout).toBe("Refund it?\n  1) Approve\nDone.\n1 what?\n");
  expect(written().map(({ from: _, ...content }) => content)).toEqual([
    { text: "Refund" },
    { button: { text: "Approve", payload: "apr_1:approve" } },
    { text: "1" },
  ]);
});

test("[CLI-02] with --json each message is one line of JSON", async () => {
  const { env } = await platform([{ text: "Hi" }, { text: "Bye" }]);

  const run = await kivuko(["chat", "--json"], { env, stdin: "a\nb" });

  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(
    run.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { seq: 1, text: "Hi" },
    { seq: 2, text: "Bye" },
  ]);
});

test("[CHAT-15] at a terminal what is typed goes out, and what comes is shown until the end", async () => {
  const { env, written } = await platform([{ text: "Hello to you" }]);

  const run = await kivuko(["chat"], { env, answers: ["Hello", " "] });

  expect(run).toMatchObject({ exitCode: 0, stdout: "Hello to you\n" });
  expect(written()).toHaveLength(1);
});

test("[CLI-06] a reply can not repaint the terminal", async () => {
  const { env } = await platform([
    {
      text: "\u001b[2JHi\r\u001b]0;title\u0007",
      document: { fileName: "a\u001b[1A.pdf", url: null },
    },
  ]);

  const { stdout } = await kivuko(["chat", "--message", "Hi"], { env });

  expect(stdout).toBe("Hi\n  a.pdf  (gone)\n");
});

test("[CLI-01] no reply, no number, too many numbers, no simulator: each says what to do", async () => {
  const silent = await platform([]);
  const waited = await kivuko(["chat", "--message", "Hi", "--timeout", "1"], { env: silent.env });
  expect(waited).toMatchObject({ exitCode: 1, stdout: "" });
  expect(waited.stderr).toContain("No reply came in 1 seconds.");
  expect(waited.stderr).toContain("--timeout");

  const none = await kivuko(["chat", "--message", "Hi"], { env: (await platform([], [])).env });
  expect(none).toMatchObject({ exitCode: 1, stdout: "" });
  expect(none.stderr).toContain("kivuko instances create <name>");

  const { env } = await platform([], ["Support", "Sales"]);
  const many = await kivuko(["chat", "--message", "Hi"], { env });
  expect(many).toMatchObject({ exitCode: 2, stdout: "" });
  expect(many.stderr).toContain(`Say which with --instance: "Support" (${INSTANCE}), "Sales"`);

  const refused = await answerWith({
    [`GET ${PATH}`]: problem(409, "not_a_simulator", "A provider serves it."),
  });
  running.push(refused);
  const real = await kivuko(["chat", "--instance", INSTANCE, "--message", "Hi", "--json"], {
    env: { KIVUKO_BASE_URL: refused.url, KIVUKO_TOKEN: TOKEN },
  });
  expect(real).toMatchObject({ exitCode: 1, stdout: "" });
  expect(JSON.parse(real.stderr)).toMatchObject({ code: "not_a_simulator", status: 409 });
});

test.each([
  ["an empty message", ["--message", " "]],
  ["a time that is none", ["--timeout", "0"]],
])("[CLI-01] used wrongly: %s", async (_, words) => {
  const { env } = await platform([]);
  expect(await kivuko(["chat", ...words], { env })).toMatchObject({ exitCode: 2, stdout: "" });
});

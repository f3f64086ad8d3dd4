import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";

/** Twenty seconds alone; this is for a busy machine. */
const DEADLINE_MS = 120_000;

/** The demo with everything that it wrote, and how it ended. */
async function runDemo(...nodeOptions: string[]) {
  const demo = spawn(process.execPath, [...nodeOptions, "src/local/demo.ts", "--once"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => demo.once("exit", resolve));
  const [output, trouble, exitCode] = await Promise.all([text(demo.stdout), text(demo.stderr), ended]);
  return { output, trouble, exitCode };
}

test("[LOCAL-01] `npm run demo -- --once` tells the story and ends well", {
  timeout: DEADLINE_MS,
}, async () => {
  const { output, trouble, exitCode } = await runDemo();

  expect({ exitCode, trouble }).toEqual({ exitCode: 0, trouble: "" });
  expect(output).toContain("The Support Desk plugin comes up");
  expect(output).toMatch(/secret +kps_/);
  expect(output).toContain('"ticketId": "SUP-10421"');
  expect(output).toMatch(/refused at +instance_grant/);
  expect(output).toContain("the plugin was not called");
  expect(output).toContain("A refund waits until the merchant approves it");
  expect(output).toContain("The customer asks for a person");
  expect(output).toContain("A customer orders gas in the chat");
  const [, receipt = ""] = /written to +(\S+\.pdf)/.exec(output) ?? [];
  expect((await readFile(receipt)).subarray(0, 5).toString("latin1")).toBe("%PDF-");
  expect(output).toContain("nothing was done again");
  // The reminder says when in the clinic's zone, and went out at nine of the day before.
  const [, time = ""] = /will be sent +(.+ at 09:00) \(Africa\/Nairobi\)/.exec(output) ?? [];
  expect(output.split("\n").filter((line) => line.includes(`clock                 ${time}`))).toHaveLength(1);
  expect(output).toContain("the reminder is on the phone at its time");
  expect(output).toMatch(/his reminder +held, because of quiet_hours/);
  expect(output).toContain("she is reminded of the bill");
  expect(output).toContain('"eventType":"reminder.sent"');
  expect(output).toMatch(/staff sees .*blocked, because of opted_out/);
  expect(output).toContain("All of it holds.");
  // Not a terminal: no colours.
  expect(output).not.toContain("\u001b");
});

/** Stands between the demo and the platform: the agent's tool call comes back with another ticket than there is. */
const OTHER_TICKET = `
  const ask = globalThis.fetch;
  globalThis.fetch = async (url, init) => {
    const answer = await ask(url, init);
    return String(url).endsWith("/tools/SUPPORT_DESK__create_support_ticket/calls")
      ? Response.json({ ...(await answer.json()), result: { ticketId: "SUP-1" } }, { status: answer.status })
      : answer;
  };
`;

test("[LOCAL-01] the demo ends with exit code 1 at the first thing that is not as its story promises", {
  timeout: DEADLINE_MS,
}, async () => {
  const preloaded = `data:text/javascript,${encodeURIComponent(OTHER_TICKET)}`;

  const { output, trouble, exitCode } = await runDemo("--import", preloaded);

  expect({ exitCode, trouble }).toEqual({ exitCode: 1, trouble: "" });
  expect(output).toMatch(/It does not hold\. the plugin answers ticket SUP-10421: .*"ticketId":"SUP-1"/);
  // Nothing is told after it.
  expect(output).not.toContain("the plugin was not called");
  expect(output).not.toContain("All of it holds.");
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { createApi } from "../../src/local/api.ts";
import { type Desk, openDesk } from "../../src/local/demo/desk.ts";
import { tellQuickStart } from "../../src/local/demo/quick-start.ts";
import { createTranscript } from "../../src/local/demo/transcript.ts";
import { ensureOwner } from "../../src/local/owner.ts";
import { type LocalPlatform, startPlatform } from "../../src/local/platform.ts";

let desk: Desk;
let platform: LocalPlatform;

beforeAll(async () => {
  desk = await openDesk();
  platform = await startPlatform();
});
afterAll(async () => {
  await platform.stop();
  await desk.close();
});

test("[GRANT-02] the quick start holds from the manifest to the log", async () => {
  const lines: string[] = [];
  const transcript = createTranscript({ line: (text = "") => lines.push(text), style: (_, text) => text });
  const owner = await ensureOwner(platform.url, { organizationName: "Duka la Amina" });
  const api = createApi(platform.url, { token: owner.token });

  const outcome = await tellQuickStart({ api, desk, transcript });

  expect(outcome.ticket).toEqual({
    ticketId: "SUP-10421",
    status: "created",
    message: "Ticket SUP-10421 was created in the customer-care queue.",
  });
  expect(outcome.refusal).toMatchObject({ status: "refused", gate: "instance_grant" });
  expect(outcome.badInput.error?.issues?.map(({ pointer }) => pointer).sort()).toEqual([
    "/priority",
    "/summary",
  ]);
  expect(outcome.records.map(({ status }) => status)).toEqual(["ok", "refused", "error", "ok"]);
  expect(outcome.replies.support).toMatch(/SUP-10422/);
  expect(outcome.replies.sales).not.toMatch(/SUP-/);
  expect(outcome.replies.refund).toEqual([
    expect.stringContaining("has to be approved first"),
    "Your request was approved. Order 1042 is refunded. Your reference is RF-5001.",
  ]);
  expect(outcome.replies.handOff).toEqual([
    expect.stringContaining("called a colleague"),
    expect.stringContaining("this is Otieno"),
    expect.stringContaining("I am back"),
  ]);
  // The call of the agent's own, and the two of the conversation.
  expect(desk.received).toHaveLength(3);
  expect(lines.filter((line) => line.trimStart().startsWith("ok ")).length).toBeGreaterThan(12);
});

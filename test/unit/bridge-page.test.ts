/** The page that tells authors how to call a bridge: its example holds, and its Python signs as the platform reads it. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { compactVerify } from "jose";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { isSignedBy, readBridgeToken } from "../../src/bridge/bridge-token.ts";
import { RequestedObligation, RequestObligation } from "../../src/contract/obligations.ts";
import { ScheduledMessage, ScheduleMessage } from "../../src/contract/schedule.ts";
import { planTiming } from "../../src/effects/schedule/plan-timing.ts";
import { utf8 } from "../../src/kernel/encoding.ts";
import type { Issue } from "../../src/kernel/errors.ts";
import { PLUGIN_SECRET } from "../support/platform-call.ts";

const page = readFileSync(new URL("../../docs/bridge.md", import.meta.url), "utf8");
const PLATFORM = "https://kivuko.example.com";
const NOW_SECONDS = 1_795_248_000;

const [, body = "", hash = "", parts = "", token = ""] = page
  .split("\n```text\n")
  .map((block) => block.split("\n```\n")[0] ?? "");

/** What the platform makes of a token of the page. */
async function read(text: string) {
  const read = await readBridgeToken(`Bearer ${text}`, {
    audience: PLATFORM,
    body: utf8(body),
    now: NOW_SECONDS * 1_000,
  });
  return { ...read, isGenuine: await isSignedBy(PLUGIN_SECRET, read) };
}

/** The JSON examples below a heading, in order. */
function examplesOf(heading: string): unknown[] {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  return [...(section.split("\n## ")[0] ?? "").matchAll(/\n```json\n(.*?)\n```\n/gs)].map(([, text = ""]) =>
    JSON.parse(text),
  );
}

describe("docs/bridge.md", () => {
  it("[BRIDGE-22] has messages for later and obligations as the platform takes and answers them", () => {
    const [message, scheduled, refused] = examplesOf("Messages for later");
    expect(z.safeParse(ScheduleMessage, message)).toMatchObject({ success: true });
    expect(z.strictObject(ScheduledMessage.shape).safeParse(scheduled)).toMatchObject({ success: true });
    // A Sunday on which the clocks of Paris are put forward.
    const { issues, detail } = refused as { issues: Issue[]; detail: string };
    const sendAt = { localTime: "2027-03-28T02:30", timeZone: "Europe/Paris" };
    const now = NOW_SECONDS * 1_000;
    expect(planTiming({ sendAt, recurrence: { every: "day" } }, now)).toEqual({ ok: false, error: issues });
    expect(detail).toContain(issues[0]?.message);
    const [obligation, requested] = examplesOf("Obligations");
    expect(z.safeParse(RequestObligation, obligation)).toMatchObject({ success: true });
    expect(z.strictObject(RequestedObligation.shape).safeParse(requested)).toMatchObject({ success: true });
  });

  it("[BRIDGE-22] has an example that the platform takes", async () => {
    expect(page).toContain(PLUGIN_SECRET);
    expect(await read(token)).toMatchObject({
      installationId: "ins_1",
      secretVersion: 1,
      instanceId: "inst_1",
      isGenuine: true,
    });
    const { payload, protectedHeader } = await compactVerify(token, utf8(PLUGIN_SECRET));
    const [header = "", claims = ""] = parts.split("\n");
    expect(protectedHeader).toEqual(JSON.parse(header));
    expect(new TextDecoder().decode(payload)).toBe(claims);
    expect(claims).toContain(`"body_sha256":"${hash}"`);
  });

  it("[BRIDGE-22] has Python that signs so that the platform takes it", async () => {
    const python = page.split("\n```python\n")[1]?.split("\n```\n")[0] ?? "";
    const call = `print(sign(${JSON.stringify(PLUGIN_SECRET)}, "ins_1", "inst_1", "${PLATFORM}", ${JSON.stringify(body)}.encode(), ${NOW_SECONDS}), end="")`;
    const { stdout, stderr } = spawnSync("python3", ["-c", `${python}\n${call}`], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(await read(stdout)).toMatchObject({
      installationId: "ins_1",
      secretVersion: null,
      isGenuine: true,
    });
  });
});

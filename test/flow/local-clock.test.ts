/** A platform on this machine whose clock a story puts forward: days pass at once, for all that is in the Worker. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApi } from "../../src/local/api.ts";
import { createPhone } from "../../src/local/demo/phone.ts";
import { CLOCK_CRON } from "../../src/local/movable-clock.ts";
import { ensureOwner } from "../../src/local/owner.ts";
import { type LocalPlatform, startPlatform } from "../../src/local/platform.ts";
import { BUILD_FOLDER } from "../../src/local/project.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
const NUMBER = "+254722000555";

let platform: LocalPlatform;

beforeAll(async () => {
  platform = await startPlatform({ hasMovableClock: true });
});
afterAll(() => platform.stop());

test("[LOCAL-04] days pass at once for requests, conversations, their alarms and ticks", async () => {
  const owner = await ensureOwner(platform.url, { organizationName: "Duka la Amina" });
  const api = createApi(platform.url, { token: owner.token });
  const instance = await api.send<{ id: string; name: string }>("POST", "/v1/instances", {
    name: "Clinic WhatsApp",
    channel: "simulator",
  });
  // Noon in UTC is three in the afternoon in Kenya, an hour before these quiet hours end.
  const noon = Math.ceil(platform.clock.now() / DAY_MS) * DAY_MS + DAY_MS / 2;
  await api.send("PATCH", `/v1/instances/${instance.id}`, {
    delivery: { quietHours: { from: "13:00", to: "16:00", allowUrgent: false } },
  });
  const phone = createPhone(api, instance, NUMBER);
  await phone.write("Hello");
  await phone.read();

  await platform.moveClock(noon);
  // A turn's alarm rings by the machine's time, a second after the message.
  await phone.write("Hello again");
  expect(await phone.read()).toContain("demo model");

  const sendAt = new Date(noon + 60_000).toISOString();
  const text = "It is tomorrow.";
  const { id } = await api.send<{ id: string }>("POST", "/v1/scheduled-messages", {
    instanceId: instance.id,
    customer: { phone: NUMBER },
    text,
    sendAt,
  });
  await platform.moveClock(noon + 60_000);
  await platform.tick();
  const read = () => api.get<{ state: string; updatedAt: string }>(`/v1/scheduled-messages/${id}`);
  await expect.poll(read, { timeout: 20_000 }).toMatchObject({ state: "held", reason: "quiet_hours" });
  expect((await read()).updatedAt.slice(11, 16)).toBe("12:01");

  // The conversation's own alarm lets it go, an hour of the Worker's later: no tick.
  await platform.moveClock(noon + DAY_MS / 24);
  expect(await phone.read()).toBe(text);
});

test("[LOCAL-04] a platform that was not started for it refuses, and the Worker knows nothing of it", async () => {
  const other = await startPlatform();
  await expect(other.moveClock(Date.now() + DAY_MS)).rejects.toThrow("hasMovableClock");
  await other.stop();
  const files = await readdir(BUILD_FOLDER, { recursive: true });
  const modules = files.filter((file) => file.endsWith(".js"));
  expect(modules).toContain("worker.js");
  for (const module of modules) {
    expect(await readFile(join(BUILD_FOLDER, module), "utf8")).not.toContain(CLOCK_CRON);
  }
});

test("[LOCAL-03] a tick that fails is told, after the others have run", async () => {
  const { crons } = platform;
  expect(crons).toEqual(["* * * * *", "7 * * * *"]);
  await platform.tick();
  await expect(platform.tick(["0 0 * * *", ...crons])).rejects.toThrow('Cron failed: "0 0 * * *"');
});

/** A platform on this machine whose clock a story puts forward: days pass at once, for all that is in the Worker. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, createApi } from "../../src/local/api.ts";
import { startCron } from "../../src/local/cron.ts";
import type * as Answer from "../../src/local/demo/answers.ts";
import { createPhone } from "../../src/local/demo/phone.ts";
import { CLOCK_CRON } from "../../src/local/movable-clock.ts";
import { ensureOwner } from "../../src/local/owner.ts";
import { type LocalPlatform, startPlatform } from "../../src/local/platform.ts";
import { BUILD_FOLDER } from "../../src/local/project.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NUMBER = "+254722000555";

let platform: LocalPlatform;
let api: Api;
let instance: Answer.Instance;

beforeAll(async () => {
  platform = await startPlatform({ hasMovableClock: true });
  const owner = await ensureOwner(platform.url, { organizationName: "Duka la Amina" });
  api = createApi(platform.url, { token: owner.token });
  instance = await api.send("POST", "/v1/instances", { name: "Clinic WhatsApp", channel: "simulator" });
});
afterAll(() => platform.stop());

/** The message's id. */
async function schedule(text: string, at: number): Promise<string> {
  const { id } = await api.send<{ id: string }>("POST", "/v1/scheduled-messages", {
    instanceId: instance.id,
    customer: { phone: NUMBER },
    text,
    sendAt: new Date(at).toISOString(),
  });
  return id;
}

test("[LOCAL-04] days pass at once for requests, conversations, their alarms and ticks", async () => {
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

  const text = "It is tomorrow.";
  const id = await schedule(text, noon + MINUTE_MS);
  await platform.moveClock(noon + MINUTE_MS);
  await platform.tick();
  const read = () => api.get<{ state: string; updatedAt: string }>(`/v1/scheduled-messages/${id}`);
  await expect.poll(read, { timeout: 20_000 }).toMatchObject({ state: "held", reason: "quiet_hours" });
  expect((await read()).updatedAt.slice(11, 16)).toBe("12:01");

  // The conversation's own alarm lets it go, an hour of the Worker's later: no tick.
  await platform.moveClock(noon + HOUR_MS);
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

test("[LOCAL-03] what is due is done while the ticks are fired, and they end when they are stopped", async () => {
  const later = platform.clock.now() + HOUR_MS;
  const id = await schedule("It is an hour later.", later);
  await platform.moveClock(later);
  const troubles: unknown[] = [];
  const stop = startCron(platform, (error) => troubles.push(error));
  const read = () => api.get(`/v1/scheduled-messages/${id}`);
  await expect.poll(read, { timeout: 20_000 }).toMatchObject({ state: "sent" });
  await stop();
  expect(troubles).toEqual([]);
});

test("[LOCAL-03] a tick that fails is told, after the others have run", async () => {
  const { crons } = platform;
  expect(crons).toEqual(["* * * * *", "7 * * * *"]);
  await platform.tick();
  await expect(platform.tick(["0 0 * * *", ...crons])).rejects.toThrow('Cron failed: "0 0 * * *"');
});

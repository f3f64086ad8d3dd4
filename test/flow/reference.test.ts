import { afterAll, beforeAll, expect, test } from "vitest";
import { createApi } from "../../src/local/api.ts";
import { type LocalPlatform, startPlatform } from "../../src/local/platform.ts";

let platform: LocalPlatform;

beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.stop());

test("[HTTP-06] the reference page brings its own script, from the platform itself", async () => {
  const page = await fetch(`${platform.url}/docs`);
  const [, source = ""] = /<script[^>]* src="([^"]+)"/.exec(await page.text()) ?? [];
  expect(source).toMatch(/^\/assets\//);

  const script = await fetch(`${platform.url}${source}`);

  expect(script.status).toBe(200);
  expect(script.headers.get("content-type")).toMatch(/javascript/);
  expect(script.headers.get("x-content-type-options")).toBe("nosniff");
  expect((await script.text()).length).toBeGreaterThan(100_000);
});

test("the API describes itself, and an asset that is not there is a 404", async () => {
  const api = createApi(platform.url);
  expect(await api.get("/openapi.json")).toMatchObject({ openapi: expect.stringMatching(/^3\.1\./) });
  expect((await api.ask("GET", "/assets/nothing.js")).status).toBe(404);
});

test("[HTTP-07] the type of a problem leads to what its code means", async () => {
  const response = await fetch(`${platform.url}/v1/me`);
  const { type, code } = (await response.json()) as { type: string; code: string };
  const { pathname, hash } = new URL(type, platform.url);

  const page = await fetch(`${platform.url}${pathname}`);

  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toMatch(/^text\/html/);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(hash).toBe(`#${code}`);
  expect(await page.text()).toContain(`<tr id="${code}">`);
});

/** Where the command line finds the platform, and which token it shows to whom. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { CliError } from "../../src/cli/cli-error.ts";
import { findConnection } from "../../src/cli/config.ts";
import { temporaryFolder } from "../support/command-line.ts";

const LOCAL = { baseUrl: "http://127.0.0.1:8787", token: "kvt_local" };
const ENV = { KIVUKO_BASE_URL: "https://env.example/", KIVUKO_TOKEN: "kvt_env" };

let project: string;
let below: string;
let elsewhere: string;

beforeEach(async () => {
  project = await temporaryFolder();
  below = join(project, "plugins", "desk");
  elsewhere = await temporaryFolder();
  await mkdir(join(project, ".kivuko"));
  await mkdir(below, { recursive: true });
  await writeFile(join(project, ".kivuko", "local.json"), JSON.stringify(LOCAL));
});

function problemOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof CliError) {
      return `${error.exitCode} ${error.problem.detail} ${error.problem.hint}`;
    }
    throw error;
  }
  return "none";
}

describe("the order of the places", () => {
  test("the local file, from any folder below", () => {
    expect(findConnection({ flags: {}, env: {}, cwd: below })).toEqual({
      ...LOCAL,
      tokenSource: join(project, ".kivuko", "local.json"),
    });
  });

  test("the environment before the local file", () => {
    expect(findConnection({ flags: {}, env: ENV, cwd: below })).toEqual({
      baseUrl: "https://env.example",
      token: "kvt_env",
      tokenSource: "KIVUKO_TOKEN",
    });
  });

  test("flags before the environment", () => {
    const flags = { baseUrl: "https://flag.example/kivuko/", token: "kvt_flag" };
    expect(findConnection({ flags, env: ENV, cwd: below })).toEqual({
      baseUrl: "https://flag.example/kivuko",
      token: "kvt_flag",
      tokenSource: "--token",
    });
  });

  test("a token of the environment with the file's platform", () => {
    expect(findConnection({ flags: {}, env: { KIVUKO_TOKEN: "kvk_agent" }, cwd: below })).toMatchObject({
      baseUrl: LOCAL.baseUrl,
      token: "kvk_agent",
    });
  });
});

test("the local token goes to the local platform only", () => {
  const toOther = () => findConnection({ flags: { baseUrl: "https://other.example" }, env: {}, cwd: below });
  expect(problemOf(toOther)).toMatch(/^2 There is no token for https:\/\/other\.example\./);
  expect(findConnection({ flags: { baseUrl: `${LOCAL.baseUrl}/` }, env: {}, cwd: below }).token).toBe(
    LOCAL.token,
  );
});

test.each(["ftp://kivuko.example", "kivuko.example", "https://user:password@kivuko.example", ""])(
  "%j is no base URL",
  (baseUrl) => {
    const find = () => findConnection({ flags: { baseUrl, token: "kvt_1" }, env: {}, cwd: elsewhere });
    expect(problemOf(find)).toMatch(/^2 The base URL is not/);
    expect(problemOf(find)).not.toContain("password");
  },
);

test("a token that no header can carry is told about without being shown", () => {
  const find = () => findConnection({ flags: { ...LOCAL, token: "kvt_a\nb" }, env: {}, cwd: elsewhere });
  expect(problemOf(find)).toMatch(/^2 The token from --token/);
  expect(problemOf(find)).not.toContain("kvt_a");
});

test.each(["", "[]", '{"baseUrl":1,"token":"x"}'])(
  "a damaged local file (%j) says what to do",
  async (content) => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, ".kivuko"));
    await writeFile(join(folder, ".kivuko", "local.json"), content);

    expect(problemOf(() => findConnection({ flags: {}, env: {}, cwd: folder }))).toMatch(/^2 .*npm run dev/);
    expect(findConnection({ flags: LOCAL, env: {}, cwd: folder }).baseUrl).toBe(LOCAL.baseUrl);
  },
);

test("nothing anywhere", () => {
  expect(problemOf(() => findConnection({ flags: {}, env: {}, cwd: elsewhere }))).toMatch(/^2 .*npm run dev/);
});

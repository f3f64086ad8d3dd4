import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { readPlatform } from "../../src/env.ts";

/** The test's own variables with these changed; undefined takes one away. */
function readWith(changes: Readonly<Record<string, string | undefined>>) {
  return readPlatform({ ...env, ...changes } as Env);
}

test("[CONFIG-01] what is absent has its default, and an empty switch is off", () => {
  const { config } = readWith({
    SIGN_UP: undefined,
    RECORD_RETENTION_DAYS: undefined,
    ALLOW_INSECURE_PLUGIN_URLS: "",
  });
  expect(config).toMatchObject({ signUp: "open", recordRetentionDays: 90, allowInsecurePluginUrls: false });
});

test("[CONFIG-01] values are read as what they are", () => {
  const { config } = readWith({
    PUBLIC_BASE_URL: "https://kivuko.example.com:8443",
    SIGN_UP: "closed",
    RECORD_RETENTION_DAYS: "3650",
    ALLOW_INSECURE_PLUGIN_URLS: "true",
    KEY_RING: ` new:${btoa("n".repeat(32))} , old:${btoa("o".repeat(32))},`,
  });
  expect(config).toMatchObject({
    publicBaseUrl: "https://kivuko.example.com:8443",
    signUp: "closed",
    recordRetentionDays: 3650,
    allowInsecurePluginUrls: true,
  });
  expect(config.keyRing.map(({ id }) => id)).toEqual(["new", "old"]);
});

describe("[CONFIG-01] a wrong value is named and not shown", () => {
  test.for([
    ["PUBLIC_BASE_URL", "kivuko.example.com"],
    ["PUBLIC_BASE_URL", "https://kivuko.example.com/"],
    ["PUBLIC_BASE_URL", "https://kivuko.example.com/path"],
    ["PUBLIC_BASE_URL", "https://kivuko.example.com?query"],
    ["PUBLIC_BASE_URL", "ftp://kivuko.example.com"],
    ["AUTH_SECRET", "short-secret"],
    ["KEY_RING", "nonsense"],
    ["KEY_RING", "first:second:third"],
    ["KEY_RING", " , "],
    ["ALLOW_INSECURE_PLUGIN_URLS", "TRUE-ish"],
    ["SIGN_UP", "ajar"],
    ["RECORD_RETENTION_DAYS", "0x0"],
    ["RECORD_RETENTION_DAYS", "3651"],
    ["RECORD_RETENTION_DAYS", "1.5"],
    ["RECORD_RETENTION_DAYS", "many"],
  ] as const)("%s: %s", ([name, value]) => {
    const read = () => readWith({ [name]: value });
    expect(read).toThrow(`${name}: must`);
    expect(read).not.toThrow(value);
  });

  test("every one of them at once", () => {
    const read = () => readWith({ AUTH_SECRET: undefined, KEY_RING: undefined, SIGN_UP: "ajar" });
    expect(read).toThrow(/AUTH_SECRET: must be set.*KEY_RING: must be set.*SIGN_UP: must be one of/s);
  });
});

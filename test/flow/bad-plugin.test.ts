/** Whatever a plugin's server does, the agent gets a stable code, a sentence that helps, and nothing of its insides. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CallAnswer } from "../../src/local/demo/answers.ts";
import { readUntil } from "../../src/local/demo/poll.ts";
import { type BadManifest, LEAK_MARKER, type PluginBehaviour } from "../support/stand-in.ts";
import { createGrantedInstance, installPlugin, type Stage, setStage } from "./support/stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.clear());

/** What must not come out of anywhere: the plugin's insides, and the platform's. */
const INSIDES = [LEAK_MARKER, "hunter2", "/srv/desk", "<", "kps_", "at Object", ".ts:"];
const leaksIn = (text: string) => INSIDES.filter((part) => text.includes(part));

describe("a plugin that misbehaves", () => {
  const CASES: readonly (readonly [PluginBehaviour, string])[] = [
    ["refuse-connection", "plugin_unreachable"],
    ["reset", "plugin_unreachable"],
    ["hang", "plugin_timed_out"],
    ["slow-drip", "plugin_timed_out"],
    ["server-error", "plugin_failed"],
    ["html", "plugin_answer_invalid"],
    ["invalid-json", "plugin_answer_invalid"],
    ["oversize", "plugin_answer_too_large"],
    ["redirect", "plugin_redirected"],
    ["no-content", "plugin_answer_empty"],
    ["client-error", "queue_unknown"],
  ];
  const slugOf = (behaviour: PluginBehaviour) => behaviour.toUpperCase().replaceAll("-", "_");
  let instanceId: string;

  beforeAll(async () => {
    const installationIds: string[] = [];
    for (const [behaviour] of CASES) {
      const manifestUrl = stage.standIn.manifestUrl(behaviour, slugOf(behaviour));
      installationIds.push(await installPlugin(stage.api, manifestUrl, { defaultQueue: "customer-care" }));
    }
    instanceId = await createGrantedInstance(stage.api, installationIds);
  });

  const call = (behaviour: PluginBehaviour) => {
    const path = `/v1/instances/${instanceId}/tools/${slugOf(behaviour)}__create_support_ticket/calls`;
    return stage.api.ask<CallAnswer>("POST", path, { input: { summary: "It arrived damaged." } });
  };

  test.for(CASES)("[DISPATCH-05] %s answers %s", async ([behaviour, code]) => {
    const { status, body } = await call(behaviour);

    expect({ status, outcome: body.status, code: body.error?.code }).toEqual({
      status: 200,
      outcome: "error",
      code,
    });
    const [sentence = "", fallback = ""] = body.error?.message.split("\n") ?? [];
    expect(sentence).toMatch(/^[A-Z].*\w/);
    expect(fallback).toMatch(/^Fallback suggestions: \w/);
    expect(leaksIn(JSON.stringify(body))).toEqual([]);
  });

  test("[DISPATCH-06] the log names each code, and neither it nor the console holds anybody's insides", async () => {
    const { data } = await readUntil(
      () => stage.api.get<{ data: { errorCode: string | null }[] }>("/v1/calls?order=asc"),
      (page) => page.data.length >= CASES.length,
      20_000,
    );
    expect(data.map(({ errorCode }) => errorCode)).toEqual(CASES.map(([, code]) => code));
    expect(leaksIn(JSON.stringify(data))).toEqual([]);
    expect(leaksIn(stage.log.join("\n"))).toEqual([]);
  });
});

describe("a manifest that cannot be used", () => {
  const CASES: readonly (readonly [BadManifest, number, string])[] = [
    ["not-json", 422, "manifest_invalid"],
    ["html", 422, "manifest_invalid"],
    ["ten-megabytes", 413, "manifest_too_large"],
    ["redirect-private", 502, "manifest_unreachable"],
    ["missing", 502, "manifest_unreachable"],
  ];

  test.for(CASES)("[MANIFEST-04] %s answers %i %s", async ([name, status, code]) => {
    const answer = await stage.api.ask<{ detail: string; requestId: string }>("POST", "/v1/plugin-reviews", {
      manifestUrl: stage.standIn.badManifestUrl(name),
    });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status, code, detail: expect.stringMatching(/^\S.*\.$/) });
    expect(answer.headers.get("x-request-id")).toBe(answer.body.requestId);
    expect(leaksIn(JSON.stringify(answer.body))).toEqual([]);
  });

  test("a private address is refused before anything goes out", async () => {
    const { status, body } = await stage.api.ask("POST", "/v1/plugin-reviews", {
      manifestUrl: "https://169.254.169.254/manifest.json",
    });
    expect({ status, body }).toMatchObject({ status: 422, body: { code: "manifest_url_refused" } });
  });
});

test("without the development switch, a plugin on loopback is refused", async () => {
  const deployed = await setStage({ allowLoopbackPlugins: false });
  try {
    const { status, body } = await deployed.api.ask("POST", "/v1/plugin-reviews", {
      manifestUrl: deployed.standIn.manifestUrl("well"),
    });
    expect({ status, body }).toMatchObject({ status: 422, body: { code: "manifest_url_refused" } });
  } finally {
    await deployed.clear();
  }
});

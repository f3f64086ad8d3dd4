import assert from "node:assert/strict";
import type { D1Database } from "@cloudflare/workers-types";
import { type Api, createApi } from "../../src/local/api.ts";
import { ensureOwner } from "../../src/local/owner.ts";
import { type LogLine, type PlatformOptions, startPlatform } from "../../src/local/platform.ts";
import { MANIFEST_PATH, modelToolName, pluginAnswer, toolInput } from "./bench-desk.ts";
import type { Leg } from "./leg.ts";
import { findNewestChildProcess } from "./processor-time.ts";

/** Kivuko as deployed, with a plugin installed and granted, ready for tool calls. */
export type Kivuko = {
  readonly leg: Leg;
  /** Its API, as the owner uses it. */
  readonly api: Api;
  /** Where it says that it is, which is what bridge calls are signed for; the leg's URL is its own socket. */
  readonly url: string;
  readonly instanceId: string;
  readonly installationId: string;
  /** The plugin's secret, to check the platform token of a call. */
  readonly pluginSecret: string;
  /** Of the Worker's inspector; throws unless started with `inspect`. */
  readonly inspectorUrl: () => Promise<URL>;
  readonly database: () => Promise<D1Database>;
  /** Runs the cron triggers once. */
  readonly tick: () => Promise<void>;
  /** Tool-call records in the database. */
  readonly countRecords: () => Promise<number>;
  readonly stop: () => Promise<void>;
};

/**
 * Starts the built Worker with all its bindings and sets it up through its public API, as a tenant would.
 * `inspect` opens its inspector, which costs time: for profiles, not for measurements.
 */
export async function startKivuko(
  pluginOrigin: string,
  options: Pick<PlatformOptions, "inspect" | "wrapEntry">,
): Promise<Kivuko> {
  const platform = await startPlatform({ log: showTrouble, ...options });
  try {
    const runtimeProcessId = findNewestChildProcess(process.pid, "workerd");
    const { api, instanceId, installationId, gatewayKey, pluginSecret } = await setUp(
      platform.url,
      pluginOrigin,
    );
    return {
      url: platform.url,
      api,
      instanceId,
      installationId,
      pluginSecret,
      inspectorUrl: platform.inspectorUrl,
      leg: {
        id: "kivuko",
        title: "Kivuko dispatch",
        url: new URL(`/v1/instances/${instanceId}/tools/${modelToolName}/calls`, platform.directUrl),
        headers: { Authorization: `Bearer ${gatewayKey}` },
        body: JSON.stringify({ input: toolInput }),
        isCallingPlugin: true,
        runtimeProcessId,
        checkAnswer: (text) => {
          const { callId, ...answer } = JSON.parse(text);
          assert.match(callId, /^call_/);
          assert.deepEqual(answer, { status: "ok", result: pluginAnswer });
        },
      },
      database: platform.getD1,
      tick: platform.tick,
      countRecords: async () => {
        const db = await platform.getD1();
        return (await db.prepare("SELECT count(*) AS count FROM tool_call").first<number>("count")) ?? 0;
      },
      stop: platform.stop,
    };
  } catch (error) {
    await platform.stop();
    throw error;
  }
}

/** A healthy run logs nothing; whatever it does log explains a failed one. */
function showTrouble({ level, message }: LogLine): void {
  if (level === "error" || level === "warn") {
    console.error(message);
  }
}

type SetUp = {
  readonly api: Api;
  readonly instanceId: string;
  readonly installationId: string;
  readonly gatewayKey: string;
  readonly pluginSecret: string;
};

async function setUp(baseUrl: string, pluginOrigin: string): Promise<SetUp> {
  const { token } = await ensureOwner(baseUrl, { organizationName: "Bench" });
  const api = createApi(baseUrl, { token });
  const instance = await api.send<{ id: string }>("POST", "/v1/instances", {
    name: "Bench WhatsApp",
    channel: "simulator",
  });
  const review = await api.send<{ id: string; permissions: { key: string }[] }>(
    "POST",
    "/v1/plugin-reviews",
    {
      manifestUrl: `${pluginOrigin}${MANIFEST_PATH}`,
    },
  );
  const installation = await api.send<{ id: string; secret: { value: string } }>(
    "POST",
    "/v1/installations",
    {
      reviewId: review.id,
      configuration: {},
      permissionKeys: review.permissions.map(({ key }) => key),
    },
  );
  await api.send("PUT", `/v1/instances/${instance.id}/grants/${installation.id}`, {
    permissions: review.permissions.map(({ key }) => key),
  });
  const { key } = await api.send<{ key: string }>("POST", "/v1/gateway-keys", {
    name: "Bench agent",
    instanceId: instance.id,
  });
  return {
    api,
    instanceId: instance.id,
    installationId: installation.id,
    gatewayKey: key,
    pluginSecret: installation.secret.value,
  };
}

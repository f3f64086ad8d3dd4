import assert from "node:assert/strict";
import {
  PEER_INDEX_PATH,
  peerManifest,
  peerRequest,
  pluginAnswer,
  toolInput,
  toolUrl,
} from "./bench-desk.ts";
import type { Leg } from "./leg.ts";
import { bundleWorker, type Runtime, type WorkerOptions } from "./runtime.ts";

/** The Workers that Kivuko is measured against. */
export async function referenceWorkers(pluginOrigin: string): Promise<WorkerOptions[]> {
  return [
    await bundleWorker("no-op", "no-op.worker.ts"),
    await bundleWorker("proxy", "proxy.worker.ts", { PLUGIN_URL: toolUrl(pluginOrigin) }),
    await bundleWorker("peer", "peer.worker.ts", { INDEX_URL: `${pluginOrigin}${PEER_INDEX_PATH}` }),
  ];
}

/** Their legs, and the plugin with nothing in front of it. */
export async function referenceLegs(runtime: Runtime, pluginOrigin: string): Promise<Leg[]> {
  const body = JSON.stringify({ input: toolInput });
  const runtimeProcessId = runtime.processId;
  const answersAsPlugin = (text: string) => assert.deepEqual(JSON.parse(text), pluginAnswer);
  return [
    {
      id: "plugin",
      title: "plugin, no gateway",
      url: new URL(toolUrl(pluginOrigin)),
      headers: {},
      body,
      isCallingPlugin: true,
      runtimeProcessId: undefined,
      checkAnswer: answersAsPlugin,
    },
    {
      id: "no-op",
      title: "no-op Worker",
      url: await runtime.urlOf("no-op"),
      headers: {},
      body,
      isCallingPlugin: false,
      runtimeProcessId,
      checkAnswer: (text) => assert.equal(text, "ok"),
    },
    {
      id: "proxy",
      title: "bare Hono proxy",
      url: new URL("/call", await runtime.urlOf("proxy")),
      headers: {},
      body,
      isCallingPlugin: true,
      runtimeProcessId,
      checkAnswer: answersAsPlugin,
    },
    {
      id: "peer-given-manifest",
      title: "peer, manifest sent along",
      url: await runtime.urlOf("peer"),
      headers: {},
      body: JSON.stringify(peerRequest(peerManifest(pluginOrigin))),
      isCallingPlugin: true,
      runtimeProcessId,
      checkAnswer: answersAsPlugin,
    },
    {
      id: "peer",
      title: "peer, from its index",
      url: await runtime.urlOf("peer"),
      headers: {},
      body: JSON.stringify(peerRequest()),
      isCallingPlugin: true,
      runtimeProcessId,
      checkAnswer: answersAsPlugin,
    },
  ];
}

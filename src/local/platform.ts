/** The built Worker, running on this machine in workerd with its own D1, queues and Durable Objects. */
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";
import { type Clock, systemClock } from "../kernel/clock.ts";
import { buildWorker, QUIET_WRANGLER, type WorkerModule } from "./build-worker.ts";
import { migrate } from "./migrate.ts";
import { CLOCK_CRON, movableClockEntry } from "./movable-clock.ts";
import { findFreePort, LOOPBACK } from "./ports.ts";
import { WRANGLER_CONFIG } from "./project.ts";
import { createSecrets, readOrCreateSecrets } from "./secrets.ts";

export type LogLine = { readonly level: string; readonly message: string };

export type PlatformOptions = {
  /** Port to listen on; `0`, the default, takes a free one. */
  readonly port?: number;
  /** Folder for state and secrets. Without it both live in memory and end with the platform. */
  readonly persistTo?: string;
  /** Variables that go before those of wrangler.toml and the generated secrets. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Whether plugins may live at `http://127.0.0.1:…`. On by default: this is a machine for development. */
  readonly allowLoopbackPlugins?: boolean;
  /** Receives what the Worker writes to its console. */
  readonly log?: (line: LogLine) => void;
  /** Gives the source of a module in front of the Worker's own entry, which it imports by this name. For measurements. */
  readonly wrapEntry?: (entry: string) => string;
  /** Whether the Worker can be looked into while it runs; see `inspectorUrl`. Off by default: it costs time. */
  readonly inspect?: boolean;
  /** Whether the Worker's clock can be put forward; see `moveClock`. Off by default, and instead of `wrapEntry`. */
  readonly hasMovableClock?: boolean;
};

export type LocalPlatform = {
  /** Origin that it listens on, no trailing slash; also its PUBLIC_BASE_URL. */
  readonly url: string;
  /** The Worker's own socket, without miniflare's development proxy in front: for measurements. */
  readonly directUrl: string;
  /** The Worker's inspector, a WebSocket that speaks the protocol of Chrome's tools. Throws unless `inspect` was set. */
  readonly inspectorUrl: () => Promise<URL>;
  /** The cron expressions of wrangler.toml. */
  readonly crons: readonly string[];
  /** Runs these cron triggers once, all of them unless some are named. Throws when one fails, after all have run. */
  readonly tick: (crons?: readonly string[]) => Promise<void>;
  /** What time it is for the Worker. A plugin that is to believe its calls needs the same clock. */
  readonly clock: Clock;
  /** Puts the Worker's clock forward to `now` (epoch ms), and has done what is due by then but for ticks. */
  readonly moveClock: (now: number) => Promise<void>;
  /** The database, for tests that check what was stored. */
  readonly getD1: () => Promise<D1Database>;
  readonly stop: () => Promise<void>;
};

/**
 * A Worker that is there for its socket only, which leads straight to ours. On a socket of its own, a Worker with
 * assets stands behind two development Workers that no deployment has.
 */
const DIRECT_SOCKET = "direct-socket";

/** Builds the Worker when needed, starts it, and brings its database to the newest schema. Only on 127.0.0.1. */
export async function startPlatform(options: PlatformOptions = {}): Promise<LocalPlatform> {
  Object.assign(process.env, QUIET_WRANGLER);
  const { persistTo, log = () => undefined } = options;
  const [{ modulesRoot, modules }, secrets, port] = await Promise.all([
    buildWorker(),
    persistTo === undefined ? createSecrets() : readOrCreateSecrets(persistTo),
    options.port || findFreePort(),
  ]);
  const url = `http://${LOOPBACK}:${port}`;
  const config = unstable_readConfig({ config: WRANGLER_CONFIG });
  const name = config.name ?? "kivuko";
  // The rules say which files a bundler treats as modules; the bundle is made, and lists its modules itself.
  const { modulesRules: _, ...worker } = unstable_getMiniflareWorkerOptions(config).workerOptions;

  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: LOOPBACK,
      port,
      cf: false,
      log: new Log(LogLevel.WARN),
      logRequests: false,
      ...(options.inspect === true ? { inspectorPort: 0 } : {}),
      handleStructuredLogs: log,
      ...(persistTo === undefined ? {} : { resourcePersistencePath: join(persistTo, "state") }),
      workers: [
        {
          ...worker,
          name,
          modulesRoot,
          modules: [
            ...wrapEntry(options, modules),
            ...(await Promise.all(
              modules.map(async ({ type, path }) => ({ type, path, contents: await readFile(path) })),
            )),
          ],
          // From the configuration file alone: a `.dev.vars` must not change what a test or the demo sees.
          bindings: {
            ...config.vars,
            ...secrets,
            PUBLIC_BASE_URL: url,
            ALLOW_INSECURE_PLUGIN_URLS: String(options.allowLoopbackPlugins ?? true),
            ...options.vars,
          },
        },
        {
          name: DIRECT_SOCKET,
          modules: true,
          script: "export default {};",
          unsafeDirectSockets: [{ host: LOOPBACK, port: 0, serviceName: name }],
        },
      ],
    }),
  );
  try {
    await miniflare.ready;
    await migrate(await miniflare.getD1Database("DB"));
    const directUrl = (await miniflare.unsafeGetDirectURL(DIRECT_SOCKET)).origin;
    const crons = config.triggers.crons ?? [];
    let aheadMs = 0;
    const clock: Clock = { now: () => systemClock.now() + aheadMs };
    const fire = async (cron: string, at: number) => {
      const worker = await miniflare.getWorker();
      const { outcome } = await worker.scheduled({ cron, scheduledTime: new Date(at) });
      return outcome;
    };
    return {
      url,
      directUrl,
      inspectorUrl: async () => new URL(`/core:user:${name}`, await miniflare.getInspectorURL()),
      crons,
      tick: async (named = crons) => {
        const failed: string[] = [];
        for (const cron of named) {
          const outcome = await fire(cron, clock.now());
          if (outcome !== "ok") {
            failed.push(`"${cron}" (${outcome})`);
          }
        }
        if (failed.length > 0) {
          throw new Error(`Cron failed: ${failed.join(", ")}. The Worker's log says why.`);
        }
      },
      clock,
      moveClock: async (now) => {
        if (options.hasMovableClock !== true) {
          throw new Error("This platform was started without hasMovableClock.");
        }
        aheadMs = now - systemClock.now();
        await fire(CLOCK_CRON, now);
      },
      getD1: () => miniflare.getD1Database("DB"),
      stop: () => miniflare.dispose(),
    };
  } catch (error) {
    await miniflare.dispose();
    throw error;
  }
}

/** The first module is the one that runs. */
function wrapEntry(options: PlatformOptions, [entry]: readonly WorkerModule[]) {
  const wrap = options.hasMovableClock === true ? movableClockEntry : options.wrapEntry;
  return wrap === undefined || entry === undefined
    ? []
    : [
        {
          type: "ESModule" as const,
          path: join(dirname(entry.path), "wrapper.js"),
          contents: wrap(`./${basename(entry.path)}`),
        },
      ];
}

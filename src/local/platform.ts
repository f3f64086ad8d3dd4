/** The built Worker, running on this machine in workerd with its own D1, queues and Durable Objects. */
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";
import { buildWorker, QUIET_WRANGLER, type WorkerModule } from "./build-worker.ts";
import { migrate } from "./migrate.ts";
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
};

export type LocalPlatform = {
  /** Origin that it listens on, no trailing slash; also its PUBLIC_BASE_URL. */
  readonly url: string;
  /** The Worker's own socket, without miniflare's development proxy in front: for measurements. */
  readonly directUrl: string;
  /** The Worker's inspector, a WebSocket that speaks the protocol of Chrome's tools. Throws unless `inspect` was set. */
  readonly inspectorUrl: () => Promise<URL>;
  /** Runs the cron triggers once, as the platform does every minute. */
  readonly tick: () => Promise<void>;
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
    return {
      url,
      directUrl,
      inspectorUrl: async () => new URL(`/core:user:${name}`, await miniflare.getInspectorURL()),
      tick: async () => {
        const handle = await miniflare.getWorker();
        for (const cron of config.triggers.crons ?? []) {
          await handle.scheduled({ cron });
        }
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
function wrapEntry({ wrapEntry: wrap }: PlatformOptions, [entry]: readonly WorkerModule[]) {
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

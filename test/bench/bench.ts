import { startChild } from "./child.ts";
import { type Kivuko, startKivuko } from "./kivuko-leg.ts";
import type { Leg } from "./leg.ts";
import type { Helpers } from "./measure.ts";
import { referenceLegs, referenceWorkers } from "./reference-legs.ts";
import { startRuntime } from "./runtime.ts";

/** Everything that runs during the benchmark, and the legs in the order of a round. */
export type Bench = Helpers & {
  readonly kivuko: Kivuko;
  /** Where plugins live; the tool call's is on it. */
  readonly pluginOrigin: string;
  readonly legs: readonly Leg[];
  readonly stop: () => Promise<void>;
};

/** Starts the plugin, the load generator, the reference Workers and Kivuko (with its inspector when asked). */
export async function startBench({ inspect }: { inspect: boolean }): Promise<Bench> {
  const stops: (() => unknown)[] = [];
  const stop = async () => {
    for (const stopOne of stops.toReversed()) {
      await stopOne();
    }
  };
  try {
    const plugin = startChild("plugin-process.ts");
    stops.push(plugin.stop);
    const load = startChild("load-process.ts");
    stops.push(load.stop);
    const pluginOrigin = `http://127.0.0.1:${await plugin.next()}`;
    const runtime = await startRuntime(await referenceWorkers(pluginOrigin));
    stops.push(runtime.stop);
    const legs = await referenceLegs(runtime, pluginOrigin);
    const kivuko = await startKivuko(pluginOrigin, { inspect });
    stops.push(kivuko.stop);
    // Kivuko takes its turn right after the proxy that it is held against.
    const kivukoAt = legs.findIndex((leg) => leg.id === "proxy") + 1;
    return { plugin, load, kivuko, pluginOrigin, legs: legs.toSpliced(kivukoAt, 0, kivuko.leg), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

import type { Leg } from "./leg.ts";
import { median } from "./statistics.ts";

/** Enough for a steady median, few enough to take a fraction of a second. */
const CALLS = 300;

/** The median time of one stage that a leg reports about itself in `Server-Timing`. */
export type Stage = { readonly name: string; readonly medianMs: number };

/**
 * Calls the leg one request after the other and reads where its time went from the `Server-Timing` headers.
 * Empty when it sends none. A Worker's clock stands still between two waits, so a stage that only computes
 * reads as zero: the profile (`--profile`) tells about those.
 */
export async function measureStages(leg: Leg): Promise<Stage[]> {
  const durations = new Map<string, number[]>();
  for (let call = 0; call < CALLS; call++) {
    const response = await fetch(leg.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...leg.headers },
      body: leg.body,
    });
    await response.arrayBuffer();
    for (const [name, ms] of parseServerTiming(response.headers.get("Server-Timing") ?? "")) {
      durations.set(name, [...(durations.get(name) ?? []), ms]);
    }
  }
  return [...durations].map(([name, values]) => ({ name, medianMs: median(values) }));
}

function parseServerTiming(header: string): [name: string, ms: number][] {
  return header.split(",").flatMap((metric): [string, number][] => {
    const [name = "", ...parameters] = metric.split(";").map((part) => part.trim());
    const duration = parameters.find((parameter) => parameter.startsWith("dur="));
    return name === "" || duration === undefined ? [] : [[name, Number(duration.slice("dur=".length))]];
  });
}

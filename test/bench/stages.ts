import type { Leg } from "./leg.ts";

/** Enough for a steady mean, few enough to take about a second. */
const CALLS = 1_000;

/** The mean time of one stage that a leg reports about itself in `Server-Timing`. */
export type Stage = { readonly name: string; readonly meanMs: number };

/**
 * Calls the leg one request after the other and reads where its time went from the `Server-Timing` headers.
 * Empty when it sends none. A Worker's clock counts whole milliseconds, hence the mean, and stands still between
 * two waits, so a stage that only computes reads as zero: `--profile` tells about those.
 */
export async function measureStages(leg: Leg): Promise<Stage[]> {
  const totals = new Map<string, number>();
  for (let call = 0; call < CALLS; call++) {
    const response = await fetch(leg.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...leg.headers },
      body: leg.body,
    });
    await response.arrayBuffer();
    for (const [name, ms] of parseServerTiming(response.headers.get("Server-Timing") ?? "")) {
      totals.set(name, (totals.get(name) ?? 0) + ms);
    }
  }
  return [...totals].map(([name, totalMs]) => ({ name, meanMs: totalMs / CALLS }));
}

function parseServerTiming(header: string): [name: string, ms: number][] {
  return header.split(",").flatMap((metric): [string, number][] => {
    const [name = "", ...parameters] = metric.split(";").map((part) => part.trim());
    const duration = parameters.find((parameter) => parameter.startsWith("dur="));
    return name === "" || duration === undefined ? [] : [[name, Number(duration.slice("dur=".length))]];
  });
}

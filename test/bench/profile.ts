import { readFile } from "node:fs/promises";
import { SourceMap, type SourceOrigin } from "node:module";
import { join } from "node:path";
import { BUILD_FOLDER } from "../../src/local/project.ts";
import { openInspector } from "./inspector.ts";

/*
 * A sampling profile of one Worker, taken through the inspector that workerd speaks. It shows JavaScript only:
 * what the runtime does in C++ (sockets, WebCrypto, structured clone) appears as "(program)" and "(idle)".
 */

/** How often the sampler looks, in µs. Fine enough for calls of half a millisecond. */
const SAMPLING_INTERVAL_US = 100;

type ProfileNode = {
  readonly id: number;
  /** Line and column count from zero. */
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
  readonly hitCount?: number;
  readonly children?: readonly number[];
};

/** V8's own profile format; saved as `.cpuprofile`, Chrome's developer tools open it. */
export type CpuProfile = { readonly nodes: readonly ProfileNode[] };

/** One function's share of the samples, without (self) and with (total) what it called. */
export type HotFunction = {
  readonly name: string;
  readonly selfPercent: number;
  readonly totalPercent: number;
};

/** Runs `load` while the Worker at this inspector address is being sampled. */
export async function profileWorker(inspectorUrl: URL, load: () => Promise<unknown>): Promise<CpuProfile> {
  const { call, close } = await openInspector(inspectorUrl);
  try {
    await call("Profiler.enable");
    await call("Profiler.setSamplingInterval", { interval: SAMPLING_INTERVAL_US });
    await call("Profiler.start");
    await load();
    return ((await call("Profiler.stop")) as { profile: CpuProfile }).profile;
  } finally {
    close();
  }
}

/** The source map of the built Worker, whose own names are minified. */
export async function readWorkerSourceMap(): Promise<SourceMap> {
  return new SourceMap(JSON.parse(await readFile(join(BUILD_FOLDER, "worker.js.map"), "utf8")));
}

/** The functions with the most samples of their own, in percent of the time that was not idle. */
export function hottestFunctions(profile: CpuProfile, sourceMap: SourceMap, count: number): HotFunction[] {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const self = new Map<string, number>();
  const total = new Map<string, number>();
  let busy = 0;

  const visit = (node: ProfileNode, above: ReadonlySet<string>): number => {
    const name = nameOf(node, sourceMap);
    const within = new Set(above).add(name);
    const own = name === "(idle)" ? 0 : (node.hitCount ?? 0);
    busy += own;
    let all = own;
    for (const childId of node.children ?? []) {
      const child = nodes.get(childId);
      all += child === undefined ? 0 : visit(child, within);
    }
    self.set(name, (self.get(name) ?? 0) + own);
    // A function that calls itself counts once.
    if (!above.has(name)) {
      total.set(name, (total.get(name) ?? 0) + all);
    }
    return all;
  };
  const root = profile.nodes[0];
  if (root !== undefined) {
    visit(root, new Set());
  }
  return [...self]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([name, own]) => ({
      name,
      selfPercent: (own / busy) * 100,
      totalPercent: ((total.get(name) ?? 0) / busy) * 100,
    }));
}

/** `file:line` of the source where the function starts, or what the runtime calls itself. */
function nameOf({ callFrame }: ProfileNode, sourceMap: SourceMap): string {
  const { functionName, url, lineNumber, columnNumber } = callFrame;
  const asIs = `${functionName || "(anonymous)"}${url === "" ? "" : ` ${url}:${lineNumber + 1}`}`;
  if (url.split("/").at(-1) !== "worker.js") {
    return asIs;
  }
  const origin: Partial<SourceOrigin> = sourceMap.findOrigin(lineNumber + 1, columnNumber + 1);
  const { name = functionName, fileName } = origin;
  return fileName === undefined ? asIs : `${name} ${fileName.replace(/^(\.\.\/)+/, "")}:${origin.lineNumber}`;
}

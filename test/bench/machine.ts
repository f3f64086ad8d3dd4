import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, loadavg } from "node:os";

/** What the numbers were measured on; they mean little elsewhere, only their ratios travel. */
export type Machine = {
  readonly processor: string;
  readonly cores: number;
  /** Average number of runnable processes in the minute before the run: above zero, others were at work. */
  readonly loadBefore: number;
  readonly node: string;
  readonly workerd: string;
  readonly peer: string;
  readonly chatPeer: string;
};

/** Describes the machine and the versions under test. Call before anything is started. */
export function describeMachine(): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model ?? "unknown",
    cores: processors.length,
    loadBefore: loadavg()[0] ?? 0,
    node: process.versions.node,
    workerd: versionOf("workerd"),
    peer: versionOf("@lobehub/chat-plugins-gateway"),
    chatPeer: versionOf("@portkey-ai/gateway"),
  };
}

function versionOf(packageName: string): string {
  const path = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

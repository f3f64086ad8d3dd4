import { readFileSync } from "node:fs";

/** What a process has in memory, from Linux's /proc; undefined where that does not tell. */
export function residentMiB(id: number | undefined): number | undefined {
  try {
    const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/status`, "utf8")) ?? [];
    return kib === undefined ? undefined : Number(kib) / 1024;
  } catch {
    return undefined;
  }
}

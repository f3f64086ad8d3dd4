/** Starts the plugins' stand-ins for tests inside workerd, which cannot listen; they read `inject("standInUrl")`. */
import type { TestProject } from "vitest/node";
import { startPluginStandIn } from "./plugin-stand-in.ts";

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const standIn = await startPluginStandIn();
  project.provide("standInUrl", standIn.url);
  return standIn.close;
}

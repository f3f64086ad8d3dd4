/** Builds the Worker once, before the stories: each of them starts a platform of its own from that build. */
import { buildWorker } from "../../../src/local/build-worker.ts";

export async function setup(): Promise<void> {
  await buildWorker();
}

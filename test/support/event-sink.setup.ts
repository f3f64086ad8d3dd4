/** Starts the receivers of events for tests inside workerd, which cannot listen. */
import type { TestProject } from "vitest/node";
import { startEventSink } from "./event-sink.ts";

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const sink = await startEventSink();
  project.provide("eventSinkUrl", sink.url);
  return sink.close;
}

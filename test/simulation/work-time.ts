/** How long D1 is busy with a step. */
import type { Assumptions } from "./assumptions.ts";
import { type DatabaseWork, oneOf, type StepName } from "./measured-work.ts";

/** Milliseconds in which the one database does nothing else, the conversation's own round trips among them. */
export function databaseMs(name: StepName, assumed: Assumptions): number {
  const { database, chat } = oneOf(name);
  return timeOf(database, assumed) + (chat === null ? 0 : timeOf(chat.database, assumed));
}

function timeOf({ reads, writes }: DatabaseWork, { readMs, writeMs }: Assumptions): number {
  return reads * readMs + writes * writeMs;
}

/** The same with the records that the step leaves. */
function recordedMs(name: StepName, assumed: Assumptions): number {
  return databaseMs(name, assumed) + oneOf(name).queued.records * databaseMs("storeRecord", assumed);
}

/** What the database spends on one row of each kind: done and told, or found done already. */
export function stepTimes(assumed: Assumptions) {
  const ms = (...names: readonly StepName[]) =>
    names.reduce((sum, name) => sum + recordedMs(name, assumed), 0);
  return {
    fresh: {
      message: ms("sendMessage", "tellEndpoint"),
      poll: ms("pollIdle"),
      act: ms("actOnObligation", "tellPlugin"),
    },
    again: { message: ms("repeatMessage"), poll: ms("repeatObligation"), act: ms("repeatObligation") },
    missMs: ms("missMessage", "tellEndpoint"),
    createMs: ms("createMessage"),
  };
}

import { setTimeout as pause } from "node:timers/promises";

const BETWEEN_READS_MS = 50;

/**
 * Reads until `isComplete`, for what arrives through a queue. Returns the last reading, complete or not, once
 * `deadlineMs` has passed: the caller says what is missing.
 */
export async function readUntil<T>(
  read: () => Promise<T>,
  isComplete: (value: T) => boolean,
  deadlineMs: number,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  let value = await read();
  while (!isComplete(value) && performance.now() < end) {
    await pause(BETWEEN_READS_MS);
    value = await read();
  }
  return value;
}

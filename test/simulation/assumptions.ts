/** What is neither measured nor documented. Each can be doubted by itself; docs/scale.md says what follows. */

export type Assumptions = {
  /** D1's time for a round trip that only reads: the example of its documentation. */
  readonly readMs: number;
  /** For one that writes: "several milliseconds" in its documentation. */
  readonly writeMs: number;
  /** From the claim to the provider's answer, on a quiet platform. Not D1's time: it delays and takes no turn. */
  readonly sendingMs: number;
  /** Of a conversation's object while it sends, of which D1 and the provider are most. */
  readonly objectActiveMs: number;
  /** Bytes that a sent message adds to its conversation's object. */
  readonly objectBytes: number;
  /** Of each message of a queue that a Worker takes. */
  readonly cpuMs: number;
  /** Tries that die half-way, or whose queue message is lost. */
  readonly dying: number;
  /** Obligations of one plugin on one number in a month. */
  readonly obligationsPerPlugin: number;
  /** Plugins that always fail, and are asked once a day. */
  readonly failingPlugins: number;
  /** RECORD_RETENTION_DAYS of the deployment: what it is unless it is set. */
  readonly recordDays: number;
  /** Messages of one owner that wait when another is made: counted by each that is added. */
  readonly waitingPerOwner: number;
};

export const ASSUMED: Assumptions = {
  readMs: 1,
  writeMs: 3,
  sendingMs: 500,
  objectActiveMs: 500,
  objectBytes: 1_000,
  cpuMs: 5,
  dying: 0.001,
  obligationsPerPlugin: 1_000,
  failingPlugins: 0.02,
  recordDays: 90,
  waitingPerOwner: 1_000,
};

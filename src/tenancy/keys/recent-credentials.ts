/**
 * Credentials that this isolate looked up a moment ago, so that a warm call needs no database read. Only hits are
 * kept: a text that was guessed wrong takes no room.
 */

/** A revoked credential, or one whose creator lost a right, stops working everywhere within this time. */
export const CREDENTIAL_MAX_AGE_MS = 5_000;

/** A busy isolate serves far fewer credentials in five seconds; past it, the oldest make room. */
const MAX_ENTRIES = 1_000;

export type RecentCredentials<Row extends { readonly id: string }> = {
  /** The row as `read` gave it at most `CREDENTIAL_MAX_AGE_MS` ago, or as it gives it now. */
  get(hash: string, now: number, read: () => Promise<Row | null>): Promise<Row | null>;
  /** The row as it was read at most `CREDENTIAL_MAX_AGE_MS` ago, if this isolate has it. */
  recall(hash: string, now: number): Row | undefined;
  /** Keeps a row that was just read. */
  keep(hash: string, row: Row, now: number): void;
  /** Drops a credential that was changed here, so that this isolate sees it at once. */
  forget(id: string): void;
};

export function createRecentCredentials<Row extends { readonly id: string }>(): RecentCredentials<Row> {
  const entries = new Map<string, { readonly row: Row; readonly readAt: number }>();
  const recall = (hash: string, now: number): Row | undefined => {
    const known = entries.get(hash);
    if (known && now - known.readAt >= 0 && now - known.readAt < CREDENTIAL_MAX_AGE_MS) {
      return known.row;
    }
    entries.delete(hash);
    return undefined;
  };
  const keep = (hash: string, row: Row, now: number): void => {
    entries.set(hash, { row, readAt: now });
    const [oldest] = entries.keys();
    if (entries.size > MAX_ENTRIES && oldest !== undefined) {
      entries.delete(oldest);
    }
  };
  return {
    recall,
    keep,
    async get(hash, now, read) {
      const known = recall(hash, now);
      if (known) {
        return known;
      }
      const row = await read();
      if (row) {
        keep(hash, row, now);
      }
      return row;
    },
    forget(id) {
      for (const [hash, { row }] of entries) {
        if (row.id === id) {
          entries.delete(hash);
        }
      }
    },
  };
}

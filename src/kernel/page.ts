/** One page of a list: at most `limit` rows after the one that `cursor` names. */
export type PageInput = { readonly limit: number; readonly cursor?: string | undefined };
export type Page<T> = { readonly data: T[]; readonly nextCursor: string | null };

/**
 * A page out of `limit + 1` rows that were read: the extra row only says that there is more. The cursor is the
 * id of the last row shown; ids sort by time, so pages neither skip nor repeat rows that exist throughout.
 */
export function toPage<Row extends { readonly id: string }, T>(
  rows: readonly Row[],
  limit: number,
  present: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  return {
    data: shown.map(present),
    nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
  };
}

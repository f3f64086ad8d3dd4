/** The pattern of SQL's `like … escape '\'` that finds the text anywhere, its own wildcards taken as they stand. */
export function likePart(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;
}

/** One text for one JSON value, whatever order its fields came in. */

/**
 * The value in the form of RFC 8785: no white space, fields sorted by UTF-16 code units, numbers and strings as
 * ECMAScript writes them. For JSON values of bounded depth; it recurses.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonicalJson).join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

/** Reading what providers send: JSON of which nothing is certain. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** The object that a text holds; null when it is not JSON or not an object. */
export function parseObject(text: string): JsonObject | null {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The value when it is an object, else null. */
export function asObject(value: unknown): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** A text that says something. A number counts as its digits: providers send ids and codes in either form. */
export function asText(value: unknown): string | null {
  if (typeof value === "number" && Number.isFinite(value)) {
    return String(value);
  }
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}

/** A number of zero or more, also when it comes as a text such as `"1500.00"`. */
export function asAmount(value: unknown): number | null {
  const text = asText(value);
  const amount = text === null ? Number.NaN : Number(text);
  return Number.isFinite(amount) && amount >= 0 ? amount : null;
}

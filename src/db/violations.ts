/** Whether D1 refused a write because of a unique index. D1 says so only in its message, which Drizzle wraps. */
export function isUniqueViolation(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause.message.includes("UNIQUE constraint failed")) {
      return true;
    }
  }
  return false;
}

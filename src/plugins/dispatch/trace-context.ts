const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Random bytes are drawn for many calls at once: each draw is a call into the runtime. */
const POOL_BYTES = 1536;
let pool = "";

function randomHex(digits: number): string {
  if (pool.length < digits) {
    const bytes = crypto.getRandomValues(new Uint8Array(POOL_BYTES));
    pool = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  const hex = pool.slice(0, digits);
  pool = pool.slice(digits);
  return hex;
}

/**
 * The `traceparent` to pass on (W3C Trace Context): the caller's trace with a span of our own, or a new trace
 * when the caller sent none or a broken one.
 */
export function continueTrace(incoming: string | null): string {
  const match = incoming === null ? null : TRACEPARENT.exec(incoming);
  const isValid = match?.[1] !== undefined && !/^0+$/.test(match[1]) && !/^0+$/.test(match[2] ?? "0");
  return `00-${isValid ? match[1] : randomHex(32)}-${randomHex(16)}-${isValid ? match[3] : "01"}`;
}

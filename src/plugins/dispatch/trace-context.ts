const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/**
 * The `traceparent` to pass on (W3C Trace Context): the caller's trace with a span of our own, or a new trace
 * when the caller sent none or a broken one.
 */
export function continueTrace(incoming: string | null): string {
  const match = incoming === null ? null : TRACEPARENT.exec(incoming);
  const random = crypto.getRandomValues(new Uint8Array(24));
  const hex = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const isValid = match?.[1] !== undefined && !/^0+$/.test(match[1]) && !/^0+$/.test(match[2] ?? "0");
  return `00-${isValid ? match[1] : hex.slice(0, 32)}-${hex.slice(32)}-${isValid ? match[3] : "01"}`;
}

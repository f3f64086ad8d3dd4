/** East Africa Time is three hours ahead of UTC all year: Kenya has no summer time. */
const OFFSET_MS = 3 * 60 * 60 * 1_000;

/** An instant (epoch ms) as Daraja writes it, `YYYYMMDDHHmmss` in Nairobi, whatever this machine's zone is. */
export function eastAfricaTimestamp(now: number): string {
  return new Date(now + OFFSET_MS).toISOString().replace(/\D/g, "").slice(0, "YYYYMMDDHHmmss".length);
}

/** The minute tick of a local platform; in a deployment Cloudflare does this. */
import type { LocalPlatform } from "./platform.ts";

const MINUTE_MS = 60_000;

/** Runs the cron triggers every minute until the returned function is called. A tick that fails is reported. */
export function startCron(platform: LocalPlatform, report: (error: unknown) => void): () => void {
  const timer = setInterval(() => {
    platform.tick().catch(report);
  }, MINUTE_MS);
  return () => clearInterval(timer);
}

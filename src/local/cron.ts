/** The ticks of a local platform, as Cloudflare fires them in a deployment; neither workerd nor miniflare does. */
import { isCronDue } from "./cron-times.ts";
import type { LocalPlatform } from "./platform.ts";

const MINUTE_MS = 60_000;

/** What is caught up on at the start and after a sleep of the machine, so that the hourly jobs run at each start. */
const CAUGHT_UP_MINUTES = 60;

/**
 * Fires what is due now and at each full minute, until the returned function is called; that one settles when the tick
 * under way has ended. A tick never overlaps the one before: what became due meanwhile is fired after it, once. One that
 * fails is reported, and the next comes as usual.
 */
export function startCron(
  { clock, crons, tick }: Pick<LocalPlatform, "clock" | "crons" | "tick">,
  report: (error: unknown) => void,
): () => Promise<void> {
  let underWay = Promise.resolve();
  let next: NodeJS.Timeout | undefined;
  let isStopped = false;
  let firedUntil = Number.NEGATIVE_INFINITY;

  const fire = async () => {
    const minute = Math.floor(clock.now() / MINUTE_MS) * MINUTE_MS;
    const from = Math.max(firedUntil + MINUTE_MS, minute - (CAUGHT_UP_MINUTES - 1) * MINUTE_MS);
    firedUntil = minute;
    try {
      await tick(crons.filter((cron) => isDueWithin(cron, from, minute)));
    } catch (error) {
      // Ctrl-C ends workerd along with us: that its last tick was cut off is no news.
      if (!isStopped) {
        report(error);
      }
    }
  };
  const begin = () => {
    underWay = fire().then(() => {
      if (!isStopped) {
        next = setTimeout(begin, MINUTE_MS - (clock.now() % MINUTE_MS));
      }
    });
  };
  begin();
  return async () => {
    isStopped = true;
    clearTimeout(next);
    await underWay;
  };
}

function isDueWithin(cron: string, from: number, to: number): boolean {
  for (let minute = from; minute <= to; minute += MINUTE_MS) {
    if (isCronDue(cron, minute)) {
      return true;
    }
  }
  return false;
}

/** When a cron expression is due, in UTC, as in a deployment. */

/**
 * Whether it is due in that minute (epoch ms). Knows a minute and an hour, each a number or `*`, which is all that
 * wrangler.toml needs; throws for anything else, so that nothing is silently never fired on this machine.
 */
export function isCronDue(expression: string, minute: number): boolean {
  const [, minutes, hours] = /^(\*|\d{1,2}) (\*|\d{1,2}) \* \* \*$/.exec(expression) ?? [];
  if (minutes === undefined) {
    throw new Error(`src/local/cron-times.ts cannot tell when the cron expression "${expression}" is due.`);
  }
  const date = new Date(minute);
  return (
    (minutes === "*" || Number(minutes) === date.getUTCMinutes()) &&
    (hours === "*" || Number(hours) === date.getUTCHours())
  );
}

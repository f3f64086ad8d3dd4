import { checkLeg, type Leg } from "./leg.ts";
import { type Helpers, measureTurn, type Turn, type TurnLength } from "./measure.ts";
import type { Series } from "./summary.ts";

export const CONNECTIONS = [1, 16];
/** Long enough for V8 to have optimised a leg's code and for its caches to be warm. */
const WARM_UP: TurnLength = { leadInMs: 0, measureMs: 2_000 };

export type Rounds = { readonly count: number; readonly turn: TurnLength };

/** One untimed call whose status and body are looked at, then load until the leg is warm. */
export async function warmUp(helpers: Helpers, leg: Leg): Promise<void> {
  await checkLeg(leg);
  console.error(`warming up: ${leg.title}`);
  await measureTurn(helpers, leg, Math.max(...CONNECTIONS), WARM_UP);
}

/** Every leg once in each round, first over one connection and then over many. */
export async function runRounds(
  helpers: Helpers,
  legs: readonly Leg[],
  { count, turn }: Rounds,
): Promise<Series[]> {
  const running = CONNECTIONS.flatMap((connections) =>
    legs.map((leg) => ({ leg, connections, turns: [] as Turn[] })),
  );
  for (let round = 1; round <= count; round++) {
    console.error(`round ${round} of ${count}`);
    for (const { leg, connections, turns } of running) {
      turns.push(await measureTurn(helpers, leg, connections, turn));
    }
  }
  return running.map(({ leg: { id, title }, connections, turns }) => ({ id, title, connections, turns }));
}

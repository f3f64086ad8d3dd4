/** Access tokens in the isolate's memory, one for each app at Daraja. */
import type { Result } from "../../../kernel/result.ts";

export type AccessToken = {
  readonly value: string;
  /** Epoch ms. */
  readonly expiresAt: number;
};

type Flight<E> = { readonly answer: Promise<Result<AccessToken, E>>; readonly startedAt: number };

/** A token is not used in its last minute: a call that it opens must also reach Daraja with it. */
const SPARE_MS = 60_000;

/** Merchants that one isolate serves in an hour; beyond it the memory starts anew. */
const REMEMBERED_TOKENS = 1_000;

/**
 * Remembers tokens until a minute before their end, and asks for one at a time: whoever needs a token that is being
 * fetched waits for that one. A fetch belongs to the request that began it and can die with it, so after `patienceMs`
 * nobody waits for it any longer.
 */
export function createAccessTokens<E>(patienceMs: number) {
  const tokens = new Map<string, AccessToken>();
  const flights = new Map<string, Flight<E>>();

  /** `key` stands for the whole credential, secret included. `now`: epoch ms. */
  async function get(
    key: string,
    now: number,
    fetchToken: () => Promise<Result<AccessToken, E>>,
  ): Promise<Result<AccessToken, E>> {
    const known = tokens.get(key);
    if (known !== undefined && known.expiresAt - SPARE_MS > now) {
      return { ok: true, value: known };
    }
    const flight = flights.get(key);
    if (flight !== undefined && Date.now() - flight.startedAt < patienceMs) {
      const answer = await withPatience(flight.answer, patienceMs);
      if (answer !== null) {
        return answer;
      }
    }
    return begin(key, fetchToken);
  }

  async function begin(key: string, fetchToken: () => Promise<Result<AccessToken, E>>) {
    const flight: Flight<E> = { answer: fetchToken(), startedAt: Date.now() };
    flights.set(key, flight);
    try {
      const answer = await flight.answer;
      if (answer.ok) {
        if (tokens.size >= REMEMBERED_TOKENS) {
          tokens.clear();
        }
        tokens.set(key, answer.value);
      }
      return answer;
    } finally {
      if (flights.get(key) === flight) {
        flights.delete(key);
      }
    }
  }

  /** Daraja no longer takes this token. A newer one, which somebody else fetched meanwhile, stays. */
  function forget(key: string, token: AccessToken): void {
    if (tokens.get(key) === token) {
      tokens.delete(key);
    }
  }

  return { get, forget };
}

function withPatience<T>(answer: Promise<T>, patienceMs: number): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), patienceMs);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

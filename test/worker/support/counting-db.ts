/** What a request costs in round trips to the database. */
import { env } from "cloudflare:workers";
import { createDb, type Db } from "../../../src/db/client.ts";

/** A D1 database that counts its round trips. */
export function countingDb(): { readonly count: { roundTrips: number }; readonly db: Db } {
  const count = { roundTrips: 0 };
  const counted = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (typeof value !== "function") {
          return value;
        }
        return (...args: unknown[]) => {
          const result: unknown = value.apply(target, args);
          if (name === "bind") {
            return counted(result as D1PreparedStatement);
          }
          count.roundTrips += 1;
          return result;
        };
      },
    });
  // A batch takes the statements themselves, so those are unwrapped by preparing them on the real database.
  const raw = new WeakMap<object, D1PreparedStatement>();
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const proxy = new Proxy(counted(statement), {
      get(target, name) {
        if (name === "bind") {
          return (...args: unknown[]) => wrap(statement.bind(...args));
        }
        return Reflect.get(target, name) as unknown;
      },
    });
    raw.set(proxy, statement);
    return proxy;
  };
  const database = {
    prepare: (query: string) => wrap(env.DB.prepare(query)),
    batch: (statements: D1PreparedStatement[]) => {
      count.roundTrips += 1;
      return env.DB.batch(statements.map((statement) => raw.get(statement) ?? statement));
    },
  } as unknown as D1Database;
  return { count, db: createDb(database) };
}

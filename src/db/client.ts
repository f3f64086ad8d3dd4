import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";

export type Db = DrizzleD1Database;

/**
 * A Drizzle client on D1. Pass a session (`env.DB.withSession("first-primary")`) where a read must see every
 * write before it: gates, money, and anything that was changed a moment ago.
 */
export function createDb(d1: D1Database | D1DatabaseSession): Db {
  // A session has the same prepare/batch face; Drizzle's type names only the database.
  // Without the schema: relational queries are not used here, and preparing for them costs more than a warm tool call.
  return drizzle(d1 as D1Database);
}

/** Applies `migrations/*.sql` to a local D1 database, with the bookkeeping table that wrangler uses. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { MIGRATIONS_FOLDER } from "./project.ts";

/** Drizzle writes it between the statements of a migration. */
const STATEMENT_BREAK = "--> statement-breakpoint";

const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/** Brings `db` to the newest schema; each migration is one atomic batch. Returns the names of those applied. */
export async function migrate(db: D1Database): Promise<readonly string[]> {
  await db.prepare(BOOKKEEPING).run();
  const { results } = await db.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const known = new Set(results.map(({ name }) => name));
  const files = (await readdir(MIGRATIONS_FOLDER)).filter((name) => name.endsWith(".sql")).sort();
  const missing = files.filter((name) => !known.has(name));
  for (const name of missing) {
    const text = await readFile(join(MIGRATIONS_FOLDER, name), "utf8");
    const statements = text.split(STATEMENT_BREAK).filter((statement) => statement.trim() !== "");
    await db.batch([
      ...statements.map((statement) => db.prepare(statement)),
      db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
    ]);
  }
  return missing;
}

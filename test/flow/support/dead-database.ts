/** The platform's database as a kill has left it: the file, which nothing has open then. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Where miniflare keeps the one D1 database, beside a file of its own. */
const D1_FOLDER = ["state", "d1", "miniflare-D1DatabaseObject"] as const;

/** Does it to the database of a platform that is not running, and closes the file again. */
export async function withDeadDatabase<T>(
  folder: string,
  doIt: (db: DatabaseSync) => T | Promise<T>,
): Promise<T> {
  const d1 = join(folder, ...D1_FOLDER);
  const name = readdirSync(d1).find((file) => file.endsWith(".sqlite") && file !== "metadata.sqlite");
  const db = new DatabaseSync(join(d1, name ?? "none"));
  try {
    return await doIt(db);
  } finally {
    db.close();
  }
}

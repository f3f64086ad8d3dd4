/** Column shapes that every table shares. Times are integer milliseconds since the epoch. */
import { integer, text } from "drizzle-orm/sqlite-core";

export const id = () => text("id").primaryKey();
export const at = (name: string) => integer(name);
export const json = <T>(name: string) => text(name, { mode: "json" }).$type<T>();

/** That no sealed column is forgotten when the master key rotates: the lists are held against the schema. */
import { getTableColumns, getTableName, is } from "drizzle-orm";
import { type AnySQLiteColumn, getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import * as schema from "../../src/db/schema/index.ts";
import { SEALED_COLUMNS } from "../../src/sealed-columns.ts";

const tables = Object.values<unknown>(schema).filter((one): one is SQLiteTable => is(one, SQLiteTable));
const nameOf = ({ table, name }: AnySQLiteColumn) => `${getTableName(table)}.${name}`;
const sealedOf = (table: SQLiteTable) =>
  Object.values(getTableColumns(table)).filter(({ name }) => name.endsWith("_sealed"));

describe("the columns that a master key's rotation seals again", () => {
  it("[SECRET-05] are all that the schema names `…_sealed`, each once", () => {
    const inSchema = tables.flatMap(sealedOf).map(nameOf);
    expect(inSchema.length).toBeGreaterThan(15);
    expect(SEALED_COLUMNS.map(({ column }) => nameOf(column)).toSorted()).toEqual(inSchema.toSorted());
  });

  it.each(tables.filter((table) => sealedOf(table).length > 0).map((table) => [getTableName(table), table]))(
    "have an index by their key in %s, and a row named by its id",
    (name, table) => {
      const indexes = getTableConfig(table).indexes.map(({ config }) => config.name);
      expect(indexes).toEqual(
        expect.arrayContaining(sealedOf(table).map((column) => `${name}_${column.name}`)),
      );
      expect(getTableColumns(table)["id"]?.primary).toBe(true);
    },
  );

  it("are sealed for the purposes of their rows, so that no two columns can be taken for each other", () => {
    const purposes = SEALED_COLUMNS.map(({ purpose }) => purpose("row_1"));
    // An endpoint's old secret was its secret before.
    expect(new Set(purposes).size).toBe(purposes.length - 1);
  });
});

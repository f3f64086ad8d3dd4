export type { SealedColumn } from "./sealed-column.ts";

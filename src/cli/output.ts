/** How things look on a terminal. */
import { stripVTControlCharacters } from "node:util";
import type { Issue } from "../kernel/errors.ts";
import type { CliError } from "./cli-error.ts";
import type { Io, System } from "./io.ts";

const COLUMN_GAP = "  ";

/** A table is not squeezed below this many columns: a very narrow terminal wraps it instead. */
const NARROWEST_TABLE_COLUMNS = 60;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is there to find.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/**
 * Somebody else's text on one line, without anything that moves the cursor, colours or reorders: a manifest's
 * description must not be able to repaint the terminal of the person who reviews it.
 */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replace(UNPRINTABLE, " ").trim();
}

/** The same for a text of several lines, which stay lines. */
export function plainLines(text: string): string {
  return text.split("\n").map(plain).join("\n").trim();
}

/**
 * Rows under a header, aligned; "" when there are none. The last column is cut to the terminal's width; into a file
 * or a pipe nothing is cut. Cells are made printable here.
 */
export function table(
  io: Pick<Io, "columns" | "paintOut">,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  if (rows.length === 0) {
    return "";
  }
  const cells = [header, ...rows.map((row) => row.map(plain))];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(COLUMN_GAP)
      .trimEnd(),
  );
  const limit = io.columns === undefined ? undefined : Math.max(io.columns, NARROWEST_TABLE_COLUMNS);
  const [first = "", ...rest] = lines.map((line) => cutTo(line, limit));
  return [io.paintOut("dim", first), ...rest].join("\n");
}

function cutTo(line: string, limit: number | undefined): string {
  return limit === undefined || line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}

/** One line for a problem of an input: where, what. The whole document is shown as `/`. */
export function issueLine(issue: Issue): string {
  return `${plain(issue.pointer) || "/"}  ${plain(issue.message)} (${plain(issue.code)})`;
}

/** A failure for a person: what happened, each problem of the input, what to do next. Ends in a line end. */
export function describeError(system: Pick<System, "paintErr">, error: CliError): string {
  const { detail, issues = [], hint, requestId, gate, status } = error.problem;
  const lines = [
    `${system.paintErr("red", "error:")} ${plain(detail)}`,
    ...issues.map((issue) => `  ${issueLine(issue)}`),
  ];
  if (gate) {
    lines.push(`  refused by the gate: ${gate}`);
  }
  if (hint) {
    lines.push(`${system.paintErr("cyan", "next:")}  ${plain(hint)}`);
  }
  if (requestId && status !== undefined && status >= 500) {
    lines.push(system.paintErr("dim", `request ${plain(requestId)}`));
  }
  return `${lines.join("\n")}\n`;
}

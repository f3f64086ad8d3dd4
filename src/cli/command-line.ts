/** What the definitions of the commands share. */
import { type Command, InvalidArgumentError } from "commander";
import type { Api } from "./api.ts";
import type { Io } from "./io.ts";

/** What a command gets besides its arguments. */
export type Session = { readonly io: Io; readonly api: Api };

/** Handed to each command's definition; `io` and `api` hold what the global options said once these are parsed. */
export type CommandLine = {
  readonly program: Command;
  readonly openIo: () => Io;
  /** Throws a usage error when it is not known which platform, or with which token. */
  readonly openSession: () => Session;
};

/** Examples at the end of a command's `--help`. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;
}

/** Parser of an option that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** Parser of a whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

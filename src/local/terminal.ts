/** Plain text for people: a few colours where a terminal shows them, none in a pipe or with NO_COLOR. */
import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Writes finished lines. `isColoured` follows the stream and https://no-color.org. */
export type Terminal = {
  readonly line: (text?: string) => void;
  readonly style: (format: Format, text: string) => string;
};

/** A terminal on a stream such as `process.stdout`. */
export function createTerminal(stream: NodeJS.WriteStream): Terminal {
  const isColoured = stream.isTTY && !process.env["NO_COLOR"];
  return {
    line: (text = "") => stream.write(`${text}\n`),
    style: (format, text) => (isColoured ? styleText(format, text, { validateStream: false }) : text),
  };
}

/** Said before a platform is started, which is silent for a while. */
export const STARTING = "Starting takes some seconds, and the first time some more: the Worker is built.";

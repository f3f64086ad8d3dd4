/** The process as the commands see it. Tests hand in their own. */
import type { styleText } from "node:util";

type StyleFormat = Parameters<typeof styleText>[0];

/** Styles a text, or leaves it plain where the stream is no terminal or NO_COLOR is set. */
type Paint = (format: StyleFormat, text: string) => string;

/** Everything of a process that the command line touches. */
export type System = {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
  readonly paintOut: Paint;
  readonly paintErr: Paint;
  /** Width of the terminal in columns; undefined when stdout is a file or a pipe. */
  readonly columns: number | undefined;
  /** Whether a person is there to answer: stdin and stderr are a terminal. */
  readonly isInteractive: boolean;
  /** Asks on stderr and gives the answer without its line end. `isHidden` keeps the typing off the screen. */
  readonly ask: (question: string, options?: { isHidden?: boolean }) => Promise<string>;
  readonly readStdin: () => Promise<string>;
  /** Starts to take lines that a person types behind a prompt on stderr. */
  readonly openTyping: (prompt: string) => Typing;
  /** Aborts at the first SIGINT or SIGTERM from now on, which then no longer end the process by themselves. */
  readonly untilInterrupted: () => AbortSignal;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** A person at a prompt. */
export type Typing = {
  /** Lines as they are typed, without their ends, until Ctrl-D, Ctrl-C or `close`. */
  readonly lines: AsyncIterable<string>;
  /** A line of data on stdout, above what is being typed. */
  readonly print: (line: string) => void;
  readonly close: () => void;
};

/** What a command writes with. Data goes to stdout; the story around it goes to stderr. */
export type Io = Pick<
  System,
  "paintOut" | "paintErr" | "columns" | "ask" | "readStdin" | "openTyping" | "untilInterrupted" | "cwd"
> & {
  /** `--json`: stdout is for machines, and stderr holds nothing but a problem. */
  readonly isJson: boolean;
  /** Whether a question may be asked. Never with `--json`. */
  readonly isInteractive: boolean;
  /** A line of data on stdout. */
  readonly print: (line: string) => void;
  /** A value on stdout as JSON: indented, or on one line where many follow each other. */
  readonly printJson: (value: unknown, layout?: "indented" | "line") => void;
  /** A line of progress or explanation on stderr; nothing with `--json`. */
  readonly say: (line?: string) => void;
};

/** The commands' view of the process, for human or for machine output. */
export function createIo(system: System, isJson: boolean): Io {
  return {
    paintOut: system.paintOut,
    paintErr: system.paintErr,
    columns: system.columns,
    ask: system.ask,
    readStdin: system.readStdin,
    openTyping: system.openTyping,
    untilInterrupted: system.untilInterrupted,
    cwd: system.cwd,
    isJson,
    isInteractive: system.isInteractive && !isJson,
    print: (line) => system.writeOut(`${line}\n`),
    printJson: (value, layout = "indented") =>
      system.writeOut(`${JSON.stringify(value, null, layout === "indented" ? 2 : undefined)}\n`),
    say: (line = "") => {
      if (!isJson) {
        system.writeErr(`${line}\n`);
      }
    },
  };
}

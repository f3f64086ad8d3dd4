#!/usr/bin/env node
/** `kivuko`: the process around the command line. */
import { clearLine, cursorTo } from "node:readline";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { styleText } from "node:util";
import type { System, Typing } from "./io.ts";
import { runCommandLine } from "./program.ts";

/** What a shell reports for a process that Ctrl-C ended. */
const EXIT_INTERRUPTED = 130;

const { stdin, stdout, stderr } = process;

/** Leaves when whoever reads the output has left, as `kivuko logs | head` does. */
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") {
    process.exit(0);
  }
  throw error;
});

async function ask(question: string, { isHidden = false } = {}): Promise<string> {
  // Unseen typing: the question is written here, and readline's echo goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (isHidden) {
    stderr.write(question);
  }
  const prompt = createInterface({ input: stdin, output: isHidden ? nowhere : stderr, terminal: true });
  prompt.once("SIGINT", () => process.exit(EXIT_INTERRUPTED));
  try {
    return await prompt.question(isHidden ? "" : question);
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") {
      stderr.write("\n");
      return ""; // Ctrl-D: no answer
    }
    throw error;
  } finally {
    prompt.close();
    if (isHidden) {
      stderr.write("\n");
    }
  }
}

function openTyping(prompt: string): Typing {
  const reader = createInterface({ input: stdin, output: stderr, terminal: true, prompt });
  reader.once("SIGINT", () => reader.close());
  const typed = reader[Symbol.asyncIterator](); // from now on, so that no line is missed
  async function* lines() {
    for (;;) {
      reader.prompt();
      const { value, done } = await typed.next();
      if (done) {
        stderr.write("\n");
        return;
      }
      yield value;
    }
  }
  return {
    lines: lines(),
    print: (line) => {
      clearLine(stderr, 0);
      cursorTo(stderr, 0);
      stdout.write(`${line}\n`);
      reader.prompt(true);
    },
    close: () => reader.close(),
  };
}

function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => controller.abort());
  }
  return controller.signal;
}

const system: System = {
  writeOut: (output) => stdout.write(output),
  writeErr: (output) => stderr.write(output),
  paintOut: (format, output) => styleText(format, output, { stream: stdout }),
  paintErr: (format, output) => styleText(format, output, { stream: stderr }),
  columns: stdout.isTTY ? stdout.columns : undefined,
  isInteractive: stdin.isTTY === true && stderr.isTTY === true,
  ask,
  readStdin: () => text(stdin),
  openTyping,
  untilInterrupted,
  cwd: process.cwd(),
  env: process.env,
};

process.exitCode = await runCommandLine(process.argv.slice(2), system);

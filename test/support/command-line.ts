/** The command line inside the test's own process, and a server that answers as it is told. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { System } from "../../src/cli/io.ts";
import { runCommandLine } from "../../src/cli/program.ts";

export const TOKEN = "kvt_test_0123456789abcdefghijklmnopqrstuvwxyzABCDEF";

export type Run = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };
export type RunOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Answers to the questions, in turn. With it the terminal counts as interactive. */
  readonly answers?: readonly string[];
};

/** Runs `kivuko` with these words; nothing of this process's environment reaches it. */
export async function kivuko(words: readonly string[], options: RunOptions = {}): Promise<Run> {
  let stdout = "";
  let stderr = "";
  const answers = [...(options.answers ?? [])];
  const system: System = {
    writeOut: (text) => {
      stdout += text;
    },
    writeErr: (text) => {
      stderr += text;
    },
    paintOut: (_format, text) => text,
    paintErr: (_format, text) => text,
    columns: undefined,
    isInteractive: options.answers !== undefined,
    ask: async (question) => {
      stderr += question;
      return answers.shift() ?? "";
    },
    readStdin: async () => options.stdin ?? "",
    openTyping: () => ({
      lines: (async function* () {
        yield* answers.splice(0);
      })(),
      print: (line) => {
        stdout += `${line}\n`;
      },
      close: () => undefined,
    }),
    untilInterrupted: () => AbortSignal.abort(),
    cwd: options.cwd ?? "/",
    env: options.env ?? {},
  };
  return { exitCode: await runCommandLine(words, system), stdout, stderr };
}

export type Answer = {
  readonly status?: number;
  readonly body?: unknown;
  /** `application/json` if not given; a problem is `application/problem+json`. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
};
type Asked = {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  readonly body: string;
};
export type Answering = {
  readonly url: string;
  readonly asked: readonly Asked[];
  readonly close: () => Promise<void>;
};

/** A server on loopback; a route without an answer is a 404 problem. Keys are like `GET /v1/instances`, without a query. */
export async function answerWith(routes: Readonly<Record<string, Answer>>): Promise<Answering> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => {
      body += part;
    });
    request.on("end", () => {
      const { method = "", url = "/", headers } = request;
      asked.push({ method, path: url, authorization: headers.authorization ?? "", body });
      const answer =
        routes[`${method} ${url.split("?")[0]}`] ?? problem(404, "not_found", "There is no such thing here.");
      response.writeHead(answer.status ?? 200, {
        "content-type": answer.type ?? "application/json",
        ...answer.headers,
      });
      response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An empty folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kivuko-cli-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** A problem as the platform answers it. */
export function problem(
  status: number,
  code: string,
  detail: string,
  more: object = {},
): Answer & { status: number } {
  const body = {
    type: `/docs/errors#${code}`,
    title: "Title",
    status,
    detail,
    code,
    requestId: "req_1",
    ...more,
  };
  return { status, type: "application/problem+json", body };
}

import type { Gate } from "../contract/gates.ts";
import type { Issue } from "../kernel/errors.ts";

/** 0 is success; 1 means refused or failed; 2 means that the command was not used as it wants to be. */
export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

/**
 * What went wrong, as `--json` prints it on stderr: RFC 9457 problem details. A problem of the platform is passed
 * on as it came; one that arose here has no `status` and no `requestId`.
 */
export type Problem = {
  readonly type?: string;
  readonly title: string;
  readonly status?: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId?: string;
  readonly callId?: string;
  readonly gate?: Gate;
  /** What to do about it. */
  readonly hint?: string;
  readonly issues?: readonly Issue[];
};

/** A failure that ends a command, with the exit code that it ends with. */
export class CliError extends Error {
  readonly problem: Problem;
  readonly exitCode: typeof EXIT_FAILED | typeof EXIT_USAGE;

  constructor(
    problem: Problem,
    options: { exitCode?: typeof EXIT_FAILED | typeof EXIT_USAGE; cause?: unknown } = {},
  ) {
    super(problem.detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CliError";
    this.problem = problem;
    this.exitCode = options.exitCode ?? EXIT_FAILED;
  }
}

/** The command was called in a way that cannot work: exit code 2. `hint` says how it would. */
export function usageError(detail: string, hint: string): CliError {
  return new CliError({ title: "Usage", detail, code: "usage", hint }, { exitCode: EXIT_USAGE });
}

/** Something failed on this machine, before or without an answer of the platform: exit code 1. */
export function failure(
  code: string,
  detail: string,
  more: { hint: string; issues?: readonly Issue[]; cause?: unknown },
): CliError {
  const { cause, ...members } = more;
  return new CliError({ title: "Failed", detail, code, ...members }, { cause });
}

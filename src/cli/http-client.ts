/** One request to the platform, and the one mapping from what can go wrong with it to a `CliError`. */
import packageJson from "../../package.json" with { type: "json" };
import { CliError, failure, type Problem } from "./cli-error.ts";
import type { Connection } from "./config.ts";

/** An answer that takes longer is given up. A tool call may last 60 s and be tried twice. */
const REQUEST_TIMEOUT_MS = 150_000;

/** Query parameters; those that are undefined are left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

type RequestOptions = {
  readonly query?: Query;
  readonly body?: unknown;
  /** Statuses other than 2xx whose JSON answer is a result and not a problem. */
  readonly alsoExpected?: readonly number[];
};

export type HttpClient = {
  readonly connection: Connection;
  /**
   * The JSON of the answer; undefined for 204. `Answer` is what the platform's OpenAPI document promises for the
   * route; it is not checked again here. Throws a `CliError` that says what to do next.
   */
  readonly request: <Answer>(method: string, path: string, options?: RequestOptions) => Promise<Answer>;
};

/** A client for one platform and one credential. */
export function createHttpClient(connection: Connection): HttpClient {
  async function request<Answer>(
    method: string,
    path: string,
    options: RequestOptions = {},
  ): Promise<Answer> {
    const url = new URL(`${connection.baseUrl}${path}`);
    for (const [name, value] of Object.entries(options.query ?? {})) {
      if (value !== undefined) {
        url.searchParams.set(name, String(value));
      }
    }
    const { response, text } = await send(url, method, options.body, connection);
    if (response.status === 204) {
      return undefined as Answer;
    }
    const body = parseJson(response, text);
    if (body === undefined) {
      throw notAPlatform(response, connection);
    }
    if (response.ok || (options.alsoExpected?.includes(response.status) && !isProblem(response))) {
      return body as Answer;
    }
    throw problemError(response, body, connection);
  }
  return { connection, request };
}

async function send(
  url: URL,
  method: string,
  body: unknown,
  connection: Connection,
): Promise<{ response: Response; text: string }> {
  try {
    const response = await fetch(url, {
      method,
      redirect: "manual",
      headers: {
        accept: "application/json",
        authorization: `Bearer ${connection.token}`,
        "user-agent": `kivuko-cli/${packageJson.version}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    return { response, text: await response.text() };
  } catch (error) {
    throw connectionError(error, connection);
  }
}

function connectionError(error: unknown, { baseUrl }: Connection): CliError {
  if (error instanceof Error && error.name === "TimeoutError") {
    return failure(
      "platform_timed_out",
      `${baseUrl} did not answer in ${REQUEST_TIMEOUT_MS / 1000} seconds.`,
      {
        hint: "Try again; if it stays so, look at the platform's own log.",
        cause: error,
      },
    );
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return failure("platform_unreachable", `${baseUrl} cannot be reached${code && ` (${code})`}.`, {
    hint:
      code === "ENOTFOUND" || code === "EAI_AGAIN"
        ? "Check the name in --base-url or KIVUKO_BASE_URL, and that this machine is online."
        : "Is the platform running? Start one with `npm run dev`, or say where it is with --base-url.",
    cause: error,
  });
}

function isProblem(response: Response): boolean {
  return (response.headers.get("content-type") ?? "").startsWith("application/problem+json");
}

function parseJson(response: Response, text: string): object | undefined {
  if (!/^application\/(problem\+)?json\b/.test(response.headers.get("content-type") ?? "")) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function notAPlatform(response: Response, { baseUrl }: Connection): CliError {
  const location = response.headers.get("location");
  return location !== null
    ? failure("redirected", `${baseUrl} sends on to ${location}.`, {
        hint: "Give that address as --base-url if you trust it; a token is never sent on by itself.",
      })
    : failure(
        "not_a_platform",
        `${baseUrl} answered ${response.status}, but not as a Kivuko platform does.`,
        {
          hint: "Check --base-url or KIVUKO_BASE_URL: it is the origin, without a path such as /v1.",
        },
      );
}

function problemError(response: Response, body: object, connection: Connection): CliError {
  const given = body as Partial<Problem>;
  const hint = [
    given.hint,
    response.status === 401 || !given.hint ? hintFor(response, connection) : undefined,
  ]
    .filter(Boolean)
    .join(" ");
  return new CliError({
    ...given,
    title: given.title ?? "Failed",
    detail: given.detail ?? `The platform answered ${response.status}.`,
    code: given.code ?? "unknown",
    status: given.status ?? response.status,
    ...(hint && { hint }),
  });
}

function hintFor(response: Response, { tokenSource }: Connection): string | undefined {
  switch (response.status) {
    case 401:
      return (
        `It is the token from ${tokenSource}. \`npm run dev\` writes a fresh one to .kivuko/local.json; ` +
        "elsewhere ask an owner to run `kivuko tokens create`, and set KIVUKO_TOKEN."
      );
    case 403:
      return "Use a token with that permission: an owner makes one with `kivuko tokens create --scope …`.";
    case 404:
      return "See what there is with `kivuko instances list` and `kivuko tools <instance>`.";
    case 409:
      return "Look at the present state, then try again.";
    case 422:
      return "Mend the input as the lines above say, then try again.";
    case 429: {
      const seconds = response.headers.get("retry-after");
      return seconds === null ? "Wait a little, then try again." : `Try again in ${seconds} s.`;
    }
    default:
      return response.status >= 500
        ? "Try again; if it stays so, give the request id to whoever runs the platform."
        : undefined;
  }
}

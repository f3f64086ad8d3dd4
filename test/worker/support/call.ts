/** Requests to the Worker under test, as a client on the internet would send them. */
import { exports } from "cloudflare:workers";

export const BASE_URL = "https://kivuko.test";

export type Answer<Body> = { readonly status: number; readonly headers: Headers; readonly body: Body };

/** What a refusal's body holds, for tests that look at one. */
export type ProblemBody = {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly hint?: string;
  readonly requestId: string;
  readonly issues?: readonly { readonly pointer: string; readonly code: string; readonly message: string }[];
};

export type CallOptions = {
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: string;
  /** Sent as JSON; a string goes as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Calls the API and reads the answer's JSON; an answer without a body reads as null. */
export async function call<Body = ProblemBody>(
  method: string,
  path: string,
  { token, body, headers = {} }: CallOptions = {},
): Promise<Answer<Body>> {
  const response = await exports.default.fetch(`${BASE_URL}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === "" ? null : JSON.parse(text)) as Body,
  };
}

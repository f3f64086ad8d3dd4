/** The platform's HTTP API as this machine's scripts use it. */

/** A bearer token, or the cookie of a session with the organisation it works for. */
export type Credential =
  | { readonly token: string }
  | { readonly cookie: string; readonly organizationId?: string }
  | undefined;

export type ApiAnswer<Body = unknown> = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
};

export type Api = {
  readonly baseUrl: string;
  /** Any answer, whatever its status; `body` is its JSON, `null` when it has none. */
  readonly ask: <Body = unknown>(method: string, path: string, body?: unknown) => Promise<ApiAnswer<Body>>;
  /** The body of a 2xx answer; anything else throws an `UnexpectedAnswer`. */
  readonly get: <Body>(path: string) => Promise<Body>;
  readonly send: <Body>(method: string, path: string, body?: unknown) => Promise<Body>;
};

/** An answer that the script did not count on. */
export class UnexpectedAnswer extends Error {
  readonly answer: ApiAnswer;

  constructor(method: string, path: string, answer: ApiAnswer) {
    super(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    this.name = "UnexpectedAnswer";
    this.answer = answer;
  }
}

/** A client for one platform and one credential. `Body` is what the OpenAPI document promises; it is not checked. */
export function createApi(baseUrl: string, credential?: Credential): Api {
  const headers: Record<string, string> = {
    // better-auth answers a session's requests only from an origin that it knows.
    origin: baseUrl,
    ...(credential && "token" in credential && { authorization: `Bearer ${credential.token}` }),
    ...(credential && "cookie" in credential && { cookie: credential.cookie }),
    ...(credential && "organizationId" in credential && { "x-org-id": credential.organizationId }),
  };

  const ask: Api["ask"] = async <Body>(method: string, path: string, body?: unknown) => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parseJson(text) as Body };
  };
  const send: Api["send"] = async <Body>(method: string, path: string, body?: unknown) => {
    const answer = await ask<Body>(method, path, body);
    if (answer.status < 200 || answer.status > 299) {
      throw new UnexpectedAnswer(method, path, answer);
    }
    return answer.body;
  };
  return { baseUrl, ask, send, get: (path) => send("GET", path) };
}

/** An answer that is not JSON is shown as its text. */
function parseJson(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return text;
  }
}

/** People with a session, by way of the real sign-up. */
import { type Answer, BASE_URL, type CallOptions, call, type ProblemBody } from "./call.ts";

export const PASSWORD = "correct horse battery staple";

export type Person = {
  readonly userId: string;
  readonly email: string;
  /** Calls the API as this person's browser on our own pages does; a changed cookie counts from then on. */
  readonly call: <Body = ProblemBody>(
    method: string,
    path: string,
    options?: CallOptions,
  ) => Promise<Answer<Body>>;
};

/** Each person calls from an address of their own, so that the limits of one test do not meet another's. */
let people = 0;

export function nextAddress(): string {
  people += 1;
  return `198.51.${100 + Math.floor(people / 250)}.${people % 250}`;
}

/** Signs a new person up; `fields` go into the request too. Fails the test when that is refused. */
export async function signUp(fields: Readonly<Record<string, unknown>> = {}): Promise<Person> {
  const address = nextAddress();
  const email = `${crypto.randomUUID()}@example.com`;
  const answer = await call<{ user: { id: string; email: string } }>("POST", "/api/auth/sign-up/email", {
    headers: { "cf-connecting-ip": address, origin: BASE_URL },
    body: { name: "Asha", email, password: PASSWORD, ...fields },
  });
  if (answer.status !== 200) {
    throw new Error(`Sign-up answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
  let cookie = cookieOf(answer.headers) ?? "";
  return {
    userId: answer.body.user.id,
    email: answer.body.user.email,
    async call(method, path, options = {}) {
      const headers = { cookie, origin: BASE_URL, "cf-connecting-ip": address, ...options.headers };
      const called = await call<never>(method, path, { ...options, headers });
      cookie = cookieOf(called.headers) ?? cookie;
      return called;
    },
  };
}

/** The session cookie that an answer sets, as a request sends it. */
export function cookieOf(headers: Headers): string | undefined {
  return headers
    .getSetCookie()
    .find((cookie) => cookie.includes("session_token="))
    ?.split(";")[0];
}

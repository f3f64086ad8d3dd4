/** Makes the first owner of a local platform, through the same public API that everybody uses. */
import { randomBytes } from "node:crypto";
import { type Api, createApi } from "./api.ts";

/** How to sign in to a local platform. */
export type LocalSignIn = {
  readonly baseUrl: string;
  /** An API token with everything that the owner may do. */
  readonly token: string;
  readonly organizationId: string;
  readonly email: string;
  readonly password: string;
};

export type OwnerInput = {
  readonly organizationName: string;
  readonly email?: string;
  readonly password?: string;
};

const OWNER_EMAIL = "owner@kivuko.localhost";
const PASSWORD_BYTES = 15; // 20 characters of base64url
const TOKEN_DAYS = 365; // the longest that the platform gives

/**
 * Signs the owner in, or up when there is no such account yet; takes the first organisation, or creates it; and
 * makes an API token. Safe to repeat on a platform that has them already.
 */
export async function ensureOwner(baseUrl: string, input: OwnerInput): Promise<LocalSignIn> {
  const email = input.email ?? OWNER_EMAIL;
  const password = input.password ?? randomBytes(PASSWORD_BYTES).toString("base64url");
  const cookie = await openSession(createApi(baseUrl), { email, password });
  const organizationId = await ensureOrganization(createApi(baseUrl, { cookie }), input.organizationName);
  const session = createApi(baseUrl, { cookie, organizationId });
  const { permissions } = await session.get<{ permissions: string[] }>("/v1/me");
  const { token } = await session.send<{ token: string }>("POST", "/v1/api-tokens", {
    name: "local",
    scopes: permissions,
    expiresInDays: TOKEN_DAYS,
  });
  return { baseUrl, token, organizationId, email, password };
}

/** The `Cookie` header of a session. */
async function openSession(api: Api, account: { email: string; password: string }): Promise<string> {
  const signedIn = await api.ask("POST", "/api/auth/sign-in/email", account);
  const answer =
    signedIn.status === 200
      ? signedIn
      : await api.ask("POST", "/api/auth/sign-up/email", { name: "Local owner", ...account });
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0] ?? "");
  if (answer.status !== 200 || cookies.length === 0) {
    throw new Error(
      `The owner ${account.email} cannot sign in or up: ${answer.status} ${JSON.stringify(answer.body)}`,
    );
  }
  return cookies.join("; ");
}

async function ensureOrganization(api: Api, name: string): Promise<string> {
  const [first] = await api.get<{ id: string }[]>("/api/auth/organization/list");
  if (first !== undefined) {
    return first.id;
  }
  const slug = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return (await api.send<{ id: string }>("POST", "/api/auth/organization/create", { name, slug })).id;
}

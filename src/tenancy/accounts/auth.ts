/**
 * better-auth as this platform uses it. Loaded at the first request that needs it (see load-auth.ts): it is large,
 * and calls with a token or a gateway key never touch it.
 */
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { isAPIError } from "better-auth/api";
import { betterAuth } from "better-auth/minimal";
import { organization } from "better-auth/plugins/organization";
import type { CtxBase } from "../../access/context.ts";
import * as schema from "../../db/schema/auth.ts";
import { type IdKind, newId } from "../../kernel/ids.ts";
import { createHooks } from "./hooks.ts";
import { organizationHooks } from "./membership-rules.ts";
import { hashPassword, verifyPassword } from "./password.ts";
import { accessControl, organizationRoles } from "./roles.ts";
import { COOKIE_PREFIX } from "./session-cookie.ts";

const DAY_SECONDS = 24 * 60 * 60;
const MINUTE_SECONDS = 60;

/** better-auth counts "the last owner" among the first hundred members, so there are no more than that. */
const MAX_MEMBERS = 100;

/** A person mistypes a password a few times; ten tries a minute from one address are of no use for guessing. */
const PASSWORD_TRIES = { window: MINUTE_SECONDS, max: 10 };

/** The names of better-auth's models that have rows here. */
const ID_KINDS: Readonly<Record<string, IdKind>> = {
  user: "user",
  session: "session",
  account: "account",
  verification: "verification",
  organization: "organization",
  member: "member",
  invitation: "invitation",
  rateLimit: "rateLimit",
};

/** better-auth on this request's database. Its times are the machine's, since it takes no clock. */
export function createAuth(base: CtxBase) {
  const { config, db, log } = base;
  return betterAuth({
    appName: "Kivuko",
    baseURL: config.publicBaseUrl,
    basePath: "/api/auth",
    secret: config.authSecret,
    trustedOrigins: [config.publicBaseUrl],
    database: drizzleAdapter(db, { provider: "sqlite", schema }),
    telemetry: { enabled: false },
    // Arguments may hold e-mail addresses; of them, only errors go to the log.
    logger: {
      level: "error",
      log: (_level, message, ...args) =>
        log.error("accounts_failed", { message, error: args.find((arg) => arg instanceof Error) }),
    },
    // What it refuses is an answer; what it cannot do is for the log.
    onAPIError: {
      onError: (error) => {
        if (!isAPIError(error) || error.statusCode >= 500) {
          log.error("accounts_failed", { error });
        }
      },
    },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      useSecureCookies: config.publicBaseUrl.startsWith("https:"),
      // Also where a test runner is recognised, so that tests meet what production does.
      disableCSRFCheck: false,
      disableOriginCheck: false,
      // Set by Cloudflare itself; `x-forwarded-for` could be anybody's.
      ipAddress: { ipAddressHeaders: ["cf-connecting-ip"] },
      database: {
        generateId: ({ model }) => newId(ID_KINDS[model] ?? unknownModel(model)),
        // The tables are this code's own and typed; comparing them again at each request finds nothing new.
        validateSchema: false,
      },
    },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: 10,
      maxPasswordLength: 128,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    rateLimit: {
      enabled: true,
      // A table, because an isolate's memory counts only what that isolate happens to serve.
      storage: "database",
      window: MINUTE_SECONDS,
      max: 120,
      customRules: {
        "/sign-in/email": PASSWORD_TRIES,
        "/sign-up/email": PASSWORD_TRIES,
        "/change-password": PASSWORD_TRIES,
        // Every page asks for it; it must not cost a write.
        "/get-session": false,
      },
    },
    // Shows every member the ids of pending invitations (see membership-rules.ts); nothing needs it.
    disabledPaths: ["/organization/get-full-organization"],
    hooks: createHooks(base),
    plugins: [
      organization({
        ac: accessControl,
        roles: organizationRoles,
        creatorRole: "owner",
        membershipLimit: MAX_MEMBERS,
        invitationExpiresIn: 7 * DAY_SECONDS,
        // No e-mail is sent yet: the inviter passes on the link, and its id is the proof.
        requireEmailVerificationOnInvitation: false,
        // Deleting an organisation has to stop its calls and destroy its secrets first; that is a verb of its own.
        disableOrganizationDeletion: true,
        organizationHooks,
      }),
    ],
  });
}

export type Auth = ReturnType<typeof createAuth>;

function unknownModel(model: string): never {
  throw new Error(`better-auth asks for the id of an unknown model "${model}".`);
}

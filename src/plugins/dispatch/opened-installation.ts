/**
 * What a call needs of an installation in the clear: secret, configuration, customer-hash key. Opening costs
 * several asynchronous hops, so an isolate keeps what it opened, keyed by the sealed texts: whatever changes is
 * sealed anew and opened anew.
 */
import QuickLRU from "quick-lru";
import type { CtxBase } from "../../access/context.ts";
import { importHmacKey } from "../../kernel/crypto.ts";
import { base64url, utf8 } from "../../kernel/encoding.ts";
import type { CatalogInstallation } from "../catalog/index.ts";
import { SEALED, secretKid } from "../installs/index.ts";
import { ISOLATE_ENTRIES } from "./limits.ts";

export type OpenedInstallation = {
  readonly config: Readonly<Record<string, unknown>>;
  /** The configuration as JSON, ready to be put into a body. */
  readonly configJson: string;
  /** Null when the current secret was revoked and none made since: nothing can be signed. */
  readonly signing: {
    readonly key: CryptoKey /** The token's first part and its dot. */;
    readonly headerPart: string;
  } | null;
  readonly userHashKey: CryptoKey | null;
};

const opened = new QuickLRU<string, OpenedInstallation>({ maxSize: ISOLATE_ENTRIES });

export async function openInstallation(
  base: Pick<CtxBase, "keyRing">,
  installation: CatalogInstallation,
): Promise<OpenedInstallation> {
  const { id, secret, configSealed, userHashKeySealed } = installation;
  const cacheKey = `${id}|${secret?.sealed}|${configSealed}`;
  const known = opened.get(cacheKey);
  if (known) {
    return known;
  }
  const [configJson, secretText, userHashKey] = await Promise.all([
    configSealed === null ? "{}" : base.keyRing.open(configSealed, SEALED.config),
    secret === null ? null : base.keyRing.open(secret.sealed, SEALED.secret),
    userHashKeySealed === null ? null : base.keyRing.open(userHashKeySealed, SEALED.userHashKey),
  ]);
  const value: OpenedInstallation = {
    config: JSON.parse(configJson),
    configJson,
    signing:
      secret === null || secretText === null
        ? null
        : {
            key: await importHmacKey(secretText),
            headerPart: `${base64url(utf8(JSON.stringify({ alg: "HS256", typ: "JWT", kid: secretKid(id, secret.version) })))}.`,
          },
    userHashKey: userHashKey === null ? null : await importHmacKey(userHashKey),
  };
  opened.set(cacheKey, value);
  return value;
}

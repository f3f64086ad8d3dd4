/**
 * What a call needs of an installation in the clear: secret, configuration, customer-hash key. Opening costs
 * several asynchronous hops, so an isolate keeps what it opened, keyed by the sealed texts: whatever changes is
 * sealed anew and opened anew.
 */
import QuickLRU from "quick-lru";
import type { CtxBase } from "../../access/context.ts";
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
    readonly secret: string;
    /** The token's first part and its dot. */
    readonly headerPart: string;
  } | null;
  readonly userHashKey: string | null;
};

const opened = new QuickLRU<string, OpenedInstallation>({ maxSize: ISOLATE_ENTRIES });
/** The same by the catalog's own object, which spares a warm call from comparing long texts. */
const openedByEntry = new WeakMap<CatalogInstallation, OpenedInstallation>();

/** Opens what is sealed, or hands back what this isolate opened before. */
export async function openInstallation(
  base: Pick<CtxBase, "keyRing">,
  installation: CatalogInstallation,
): Promise<OpenedInstallation> {
  const same = openedByEntry.get(installation);
  if (same) {
    return same;
  }
  const cacheKey = `${installation.id}|${installation.secret?.sealed}|${installation.configSealed}`;
  const value = opened.get(cacheKey) ?? (await unseal(base, installation));
  opened.set(cacheKey, value);
  openedByEntry.set(installation, value);
  return value;
}

async function unseal(
  { keyRing }: Pick<CtxBase, "keyRing">,
  { id, secret, configSealed, userHashKeySealed }: CatalogInstallation,
): Promise<OpenedInstallation> {
  const [configJson, secretText, userHashKey] = await Promise.all([
    configSealed === null ? "{}" : keyRing.open(configSealed, SEALED.config),
    secret === null ? null : keyRing.open(secret.sealed, SEALED.secret),
    userHashKeySealed === null ? null : keyRing.open(userHashKeySealed, SEALED.userHashKey),
  ]);
  return {
    config: JSON.parse(configJson),
    configJson,
    signing:
      secret === null || secretText === null
        ? null
        : {
            secret: secretText,
            headerPart: `${base64url(utf8(JSON.stringify({ alg: "HS256", typ: "JWT", kid: secretKid(id, secret.version) })))}.`,
          },
    userHashKey,
  };
}

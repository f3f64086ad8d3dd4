/** A plugin's manifest as the platform keeps it, and the limits that it is held to. */

/** Bytes of UTF-8. A manifest is read by people and by every isolate that calls its tools. */
export const MANIFEST_MAX_BYTES = 512 * 1024;
/** Far above what an agent can choose from; what one number offers is cut further down by its grants. */
export const MANIFEST_MAX_TOOLS = 128;
export const MANIFEST_MAX_PERMISSIONS = 128;
export const MANIFEST_MAX_TAGS = 32;

/** Bytes of one schema's JSON. The agent's model reads input schemas on every turn. */
export const SCHEMA_MAX_BYTES = 64 * 1024;
/** Schemas inside schemas. Checking recurses once per level. */
export const SCHEMA_MAX_DEPTH = 32;

export const TOOL_TIMEOUT_MIN_MS = 1_000;
export const TOOL_TIMEOUT_MAX_MS = 60_000;
export const TOOL_TIMEOUT_DEFAULT_MS = 15_000;

export const SLUG_PATTERN = "^[A-Z][A-Z0-9_]{1,63}$";
export const TOOL_NAME_PATTERN = "^[A-Za-z0-9_.-]{1,64}$";

/** A JSON Schema as manifests hold them. */
type ManifestSchema = { readonly [keyword: string]: unknown };

type ManifestAuth =
  | { readonly type: "none" }
  | { readonly type: "secret" }
  | {
      readonly type: "oauth2";
      readonly authorizationUrl: string;
      readonly tokenUrl: string;
      readonly scope: readonly string[];
    };

type ManifestPermission = {
  readonly key: string;
  readonly label: string;
  readonly description: string;
  /** True for what is safe in most installations; absent means off. */
  readonly default?: boolean;
};

export type ManifestTool = {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: ManifestSchema;
  readonly outputSchema?: ManifestSchema;
  /** What is absent is as in `DEFAULT_TOOL_ENDPOINT`. */
  readonly endpoint?: { readonly method?: "POST" | "GET"; readonly path?: string };
  readonly metadata?: { readonly [key: string]: unknown };
  readonly sideEffects?: boolean;
  /** Off in a new grant until somebody turns it on. */
  readonly sensitive?: boolean;
  readonly idempotent?: boolean;
  /** Absent means `TOOL_TIMEOUT_DEFAULT_MS`. */
  readonly timeoutMs?: number;
  /** Hint for people who type, such as `/greet <language>`. */
  readonly usage?: string;
};

/** A manifest that passed every check. Fields unknown to us are kept in the snapshot and not typed here. */
export type Manifest = {
  readonly slug: string;
  readonly version: string;
  readonly name: string;
  readonly description?: string;
  readonly author?: { readonly name?: string; readonly email?: string; readonly url?: string };
  readonly tags?: readonly string[];
  readonly homepage?: string;
  readonly baseUrl: string;
  readonly auth: ManifestAuth;
  readonly permissions?: readonly ManifestPermission[];
  readonly configurationSchema?: ManifestSchema;
  readonly tools: readonly ManifestTool[];
};

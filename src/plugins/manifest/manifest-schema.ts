/** The manifest's own JSON Schema: what is published at /schemas/manifest.json and what manifests are held to. */
import {
  MANIFEST_MAX_PERMISSIONS,
  MANIFEST_MAX_TAGS,
  MANIFEST_MAX_TOOLS,
  SLUG_PATTERN,
  TOOL_NAME_PATTERN,
  TOOL_TIMEOUT_DEFAULT_MS,
  TOOL_TIMEOUT_MAX_MS,
  TOOL_TIMEOUT_MIN_MS,
} from "../../contract/manifest.ts";
import { DEFAULT_TOOL_ENDPOINT } from "../../contract/tool-call-http.ts";

/** The expression of semver.org, without its capturing groups. */
const VERSION_PATTERN =
  "^(?:0|[1-9]\\d*)\\.(?:0|[1-9]\\d*)\\.(?:0|[1-9]\\d*)(?:-(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\\.(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(?:\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*)?$";
const PERMISSION_KEY_PATTERN = "^[A-Za-z0-9][A-Za-z0-9_.-]*(?::[A-Za-z0-9][A-Za-z0-9_.-]*)*$";
/** Printable ASCII without the space, the quote and the backslash: RFC 6749 section 3.3. */
const SCOPE_PATTERN = "^[!#-\\[\\]-~]+$";
const WEB_PATTERN = "^https?://";
const URL_MAX_LENGTH = 2_048;

const webUrl = { type: "string", format: "uri", pattern: WEB_PATTERN, maxLength: URL_MAX_LENGTH };
const oauthUrl = { type: "string", format: "uri", maxLength: URL_MAX_LENGTH };

const author = {
  title: "Author",
  description: "The person or company behind the plugin.",
  type: "object",
  properties: {
    name: { type: "string", minLength: 1, maxLength: 200 },
    email: { type: "string", format: "email", maxLength: 254 },
    url: webUrl,
  },
  examples: [{ name: "Mama Mboga Ltd", email: "support@example.com", url: "https://example.com" }],
};

const auth = {
  title: "Authentication",
  description:
    "`secret`: calls are signed with the installation's secret. `oauth2`: the customer connects an account as well. `none`: nothing is verified, for harmless demos only.",
  type: "object",
  properties: {
    type: { enum: ["none", "secret", "oauth2"] },
    authorizationUrl: { ...oauthUrl, description: "Where the customer signs in." },
    tokenUrl: { ...oauthUrl, description: "Where codes are exchanged for tokens." },
    scope: {
      description: "The scopes to ask for.",
      type: "array",
      items: { type: "string", pattern: SCOPE_PATTERN, maxLength: 256 },
      maxItems: 64,
    },
  },
  required: ["type"],
  if: { properties: { type: { const: "oauth2" } }, required: ["type"] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema; nobody awaits this object.
  then: { required: ["authorizationUrl", "tokenUrl", "scope"] },
  examples: [
    { type: "secret" },
    {
      type: "oauth2",
      authorizationUrl: "https://provider.example.com/authorize",
      tokenUrl: "https://provider.example.com/token",
      scope: ["read:tickets"],
    },
  ],
};

const permission = {
  title: "Permission",
  description:
    "Something that the plugin does or asks the platform to do. Keys that start `plugin:` are enforced by the platform; all others are shown to the person who installs.",
  type: "object",
  properties: {
    key: {
      description: "Words joined by `:`, from the domain to the action.",
      type: "string",
      pattern: PERMISSION_KEY_PATTERN,
      maxLength: 128,
      examples: ["support:tickets:create", "plugin:payments:initiate:current_chat"],
    },
    label: { description: "A few words for people.", type: "string", minLength: 1, maxLength: 100 },
    description: {
      description: "What it allows, in a sentence.",
      type: "string",
      minLength: 1,
      maxLength: 1_000,
    },
    default: {
      description: "On in a new grant. Only for what is safe in most installations.",
      type: "boolean",
      default: false,
    },
  },
  required: ["key", "label", "description"],
};

const tool = {
  title: "Tool",
  description: "One thing that an agent can ask the plugin to do.",
  type: "object",
  properties: {
    name: {
      description: "Unique within the plugin.",
      type: "string",
      pattern: TOOL_NAME_PATTERN,
      examples: ["create_support_ticket"],
    },
    description: {
      description: "What it does, when to call it and when not: the model decides by this text.",
      type: "string",
      minLength: 1,
      maxLength: 4_000,
    },
    inputSchema: {
      description: "JSON Schema of the input, an object. 2020-12 unless `$schema` says otherwise.",
      type: "object",
      properties: { type: { const: "object" } },
      required: ["type"],
    },
    outputSchema: { description: "JSON Schema of the answer.", type: "object" },
    endpoint: {
      description: "Where the call goes.",
      type: "object",
      properties: {
        method: { enum: ["POST", "GET"], default: DEFAULT_TOOL_ENDPOINT.method },
        path: {
          description: "Appended to `baseUrl`.",
          type: "string",
          pattern: "^/",
          maxLength: 1_024,
          default: DEFAULT_TOOL_ENDPOINT.path,
        },
      },
    },
    metadata: {
      description:
        "The plugin's own. `capability` is reserved: it names a call that the platform makes and the agent does not see.",
      type: "object",
      examples: [{ capability: "obligations.list_due" }],
    },
    sideEffects: { description: "The tool changes something.", type: "boolean" },
    sensitive: { description: "Off in a new grant until a person turns it on.", type: "boolean" },
    idempotent: {
      description: "Calling twice is like calling once, so that a lost call may be repeated.",
      type: "boolean",
    },
    timeoutMs: {
      description: "Milliseconds that the platform waits for the answer.",
      type: "integer",
      minimum: TOOL_TIMEOUT_MIN_MS,
      maximum: TOOL_TIMEOUT_MAX_MS,
      default: TOOL_TIMEOUT_DEFAULT_MS,
    },
    usage: {
      description: "A hint for people who type.",
      type: "string",
      maxLength: 200,
      examples: ["/greet <language>"],
    },
  },
  required: ["name", "description", "inputSchema"],
};

/**
 * JSON Schema (2020-12) of a manifest. It says all that a schema can say; what runs across fields (unique names,
 * safe URLs, sound schemas inside) is added by `parseManifest`.
 */
export const manifestJsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:kivuko:manifest",
  title: "Plugin manifest",
  description: "What a plugin is, where it runs, what it offers to an agent and what it asks for.",
  type: "object",
  properties: {
    $schema: { description: "For editors; the platform does not read it.", type: "string" },
    slug: {
      description: "The plugin's name for machines: capital letters, digits and `_`.",
      type: "string",
      pattern: SLUG_PATTERN,
      examples: ["SUPPORT_DESK"],
    },
    version: {
      description: "Semantic version.",
      type: "string",
      pattern: VERSION_PATTERN,
      maxLength: 100,
      examples: ["1.0.0"],
    },
    name: { description: "The plugin's name for people.", type: "string", minLength: 1, maxLength: 100 },
    description: { description: "Shown to who installs the plugin.", type: "string", maxLength: 2_000 },
    author,
    tags: {
      description: "Words to find the plugin by.",
      type: "array",
      items: { type: "string", minLength: 1, maxLength: 50 },
      maxItems: MANIFEST_MAX_TAGS,
    },
    homepage: { ...webUrl, description: "Documentation or product page." },
    baseUrl: {
      description:
        "Tool calls go to this URL with the tool's path appended. HTTPS, without query and fragment.",
      type: "string",
      format: "uri",
      maxLength: URL_MAX_LENGTH,
      examples: ["https://plugins.example.com/support-desk"],
    },
    auth,
    permissions: {
      description: "Everything that the plugin may be granted.",
      type: "array",
      items: { $ref: "#/$defs/permission" },
      maxItems: MANIFEST_MAX_PERMISSIONS,
    },
    configurationSchema: {
      description: "JSON Schema of the settings that each installation fills in.",
      type: "object",
      properties: { type: { const: "object" } },
    },
    tools: {
      description: "What the plugin offers.",
      type: "array",
      items: { $ref: "#/$defs/tool" },
      minItems: 1,
      maxItems: MANIFEST_MAX_TOOLS,
    },
  },
  required: ["slug", "version", "name", "baseUrl", "auth", "tools"],
  $defs: { permission, tool },
} as const;

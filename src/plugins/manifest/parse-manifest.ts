import {
  MANIFEST_MAX_BYTES,
  MANIFEST_MAX_PERMISSIONS,
  MANIFEST_MAX_TAGS,
  MANIFEST_MAX_TOOLS,
  type Manifest,
} from "../../contract/manifest.ts";
import { canonicalJson } from "../../kernel/canonical-json.ts";
import { utf8 } from "../../kernel/encoding.ts";
import type { Issue } from "../../kernel/errors.ts";
import { checkSchema } from "../../kernel/json-schema/check-schema.ts";
import { capIssues } from "../../kernel/json-schema/explain-failures.ts";
import { inspectValue } from "../../kernel/json-schema/inspect-value.ts";
import { appendPointer, childAt, isObject } from "../../kernel/json-schema/json-pointer.ts";
import { newPatternWork } from "../../kernel/json-schema/pattern-work.ts";
import { type CompiledSchema, compileSchema } from "../../kernel/json-schema.ts";
import { err, ok, type Result } from "../../kernel/result.ts";
import { checkPermissions } from "./check-permissions.ts";
import { checkTools } from "./check-tools.ts";
import { checkBaseUrl, checkUrl, type UrlOptions } from "./check-urls.ts";
import { explainField } from "./explain-field.ts";
import { findWarnings } from "./find-warnings.ts";
import { manifestJsonSchema } from "./manifest-schema.ts";
import { type RepeatedField, scanJson } from "./scan-json.ts";

/** Levels outside the schemas, which have a limit of their own; only `metadata` nests at all. */
const MAX_DEPTH = 32;

export type ParsedManifest = {
  readonly manifest: Manifest;
  readonly warnings: readonly Issue[];
  /** The whole manifest, unknown fields included, in the form that its content hash is taken of. */
  readonly canonicalJson: string;
};

/**
 * A manifest out of its text, or every problem of it, each with a JSON pointer. Steps: size, JSON, depth, then at
 * once the manifest's own schema, the rules across fields, and every schema inside. Runs anywhere, reads nothing.
 */
export function parseManifest(text: string, options: UrlOptions): Result<ParsedManifest, readonly Issue[]> {
  const read = readJson(text);
  if (!read.ok) {
    return err([read.error]);
  }
  const { value, repeated } = read.value;
  const tooDeep = inspectValue(withoutSchemas(value), {
    maxDepth: MAX_DEPTH,
    maxItems: Number.POSITIVE_INFINITY,
  });
  if (tooDeep) {
    return err([{ ...tooDeep, code: "manifest_too_deep" }]);
  }
  const broken = checkRules(value, options);
  const malformed = structureValidator()
    .validate(clipped(value))
    .filter(({ pointer, code }) => code !== "format" || !broken.some((issue) => issue.pointer === pointer))
    .map(explainField);
  const issues = capIssues([...malformed, ...broken]);
  if (issues.length > 0) {
    return err(issues);
  }
  const manifest = value as Manifest;
  const warnings = [...repeated.map(repeatedField), ...findWarnings(manifest)];
  return ok({ manifest, warnings, canonicalJson: canonicalJson(manifest) });
}

type Fields = { readonly [name: string]: unknown };

function readJson(text: string): Result<{ value: Fields; repeated: readonly RepeatedField[] }, Issue> {
  // A text has at least as many bytes as it has UTF-16 units, so that the giants need not be encoded.
  if (text.length > MANIFEST_MAX_BYTES || utf8(text).byteLength > MANIFEST_MAX_BYTES) {
    return wrong("manifest_too_large", `is larger than ${MANIFEST_MAX_BYTES / 1024} KiB`);
  }
  const json = text.replace(/^\uFEFF/, "");
  if (json.trim() === "") {
    return wrong("manifest_not_json", "is empty");
  }
  if (json.trimStart().startsWith("<")) {
    return wrong(
      "manifest_not_json",
      "is an HTML or XML page; give the address of the JSON file itself, on a code host that of the raw file",
    );
  }
  const scan = scanJson(json);
  if (!scan.ok) {
    const { line, column, message } = scan.error;
    return wrong("manifest_not_json", `is not JSON: at line ${line}, column ${column}, ${message}`);
  }
  const value = JSON.parse(json) as unknown;
  return isObject(value)
    ? ok({ value, repeated: scan.value })
    : wrong("manifest_not_object", "must be a JSON object, with the fields of a manifest");
}

function wrong(code: string, message: string): Result<never, Issue> {
  return err({ pointer: "", code, message });
}

/** The manifest without what `checkSchema` looks at, which may be as deep as its author likes. */
function withoutSchemas(manifest: Fields): Fields {
  const { tools } = manifest;
  const bare = { ...manifest, configurationSchema: null };
  return Array.isArray(tools)
    ? {
        ...bare,
        tools: tools.map((tool: unknown) =>
          isObject(tool) ? { ...tool, inputSchema: null, outputSchema: null } : tool,
        ),
      }
    : bare;
}

/** With lists only as long as it takes to find them too long, so that not every one of 60,000 items is judged. */
function clipped(manifest: Fields): Fields {
  const lists = { tools: MANIFEST_MAX_TOOLS, permissions: MANIFEST_MAX_PERMISSIONS, tags: MANIFEST_MAX_TAGS };
  const short = Object.entries(lists).flatMap(([field, most]) => {
    const list = manifest[field];
    return Array.isArray(list) ? [[field, list.slice(0, most + 1)]] : [];
  });
  return { ...manifest, ...(Object.fromEntries(short) as Fields) };
}

let validator: CompiledSchema | undefined;

/** Built at first use: starting an isolate should not pay for it. */
function structureValidator(): CompiledSchema {
  validator ??= compileSchema(manifestJsonSchema, { valueMaxDepth: Number.POSITIVE_INFINITY });
  return validator;
}

/** What no schema can say. Works on what is there, whatever else is wrong with the manifest. */
function checkRules(manifest: Fields, options: UrlOptions): Issue[] {
  const { baseUrl, auth, permissions, configurationSchema, tools } = manifest;
  const work = newPatternWork();
  return [
    ...(typeof baseUrl === "string" ? checkBaseUrl(baseUrl, "/baseUrl", options) : []),
    ...["authorizationUrl", "tokenUrl"].flatMap((field) => {
      const url = childAt(auth, field);
      return typeof url === "string" ? checkUrl(url, `/auth/${field}`, "oauth_url", options) : [];
    }),
    ...(Array.isArray(permissions)
      ? checkPermissions(permissions.slice(0, MANIFEST_MAX_PERMISSIONS), "/permissions")
      : []),
    ...(isObject(configurationSchema) ? checkSchema(configurationSchema, "/configurationSchema", work) : []),
    ...(Array.isArray(tools) ? checkTools(tools, "/tools", work) : []),
  ];
}

function repeatedField(keys: RepeatedField): Issue {
  const message = "is given more than once; only the last one counts";
  return { pointer: keys.reduce(appendPointer, ""), code: "field_repeated", message };
}

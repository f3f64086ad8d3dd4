/** What is allowed in a manifest and still worth a second look. */

import { capabilityOf } from "../../contract/capabilities.ts";
import type { Manifest, ManifestTool } from "../../contract/manifest.ts";
import type { Issue } from "../../kernel/errors.ts";
import { capIssues } from "../../kernel/json-schema/explain-failures.ts";
import { appendPointer, isObject } from "../../kernel/json-schema/json-pointer.ts";
import { manifestJsonSchema } from "./manifest-schema.ts";

/** Shorter descriptions leave out what a tool does, when to call it, or when not. */
const DESCRIPTION_MIN_LENGTH = 40;
const DESCRIPTION_MIN_WORDS = 6;
/** Model providers cut or refuse longer ones. */
const DESCRIPTION_READ_LENGTH = 1_024;

/**
 * Warnings on a manifest that is valid: `field_unknown` (kept in the snapshot), `description_weak`,
 * `description_long`, `auth_none`, `field_description_missing`.
 */
export function findWarnings(manifest: Manifest): readonly Issue[] {
  return capIssues([
    ...unknownFields(manifest),
    ...(manifest.auth.type === "none" ? [AUTH_NONE] : []),
    ...manifest.tools.flatMap((tool, index) => checkTool(tool, `/tools/${index}`)),
    ...bareFields(manifest.configurationSchema, "/configurationSchema"),
  ]);
}

const AUTH_NONE: Issue = {
  pointer: "/auth/type",
  code: "auth_none",
  message: "lets anybody call the plugin who knows its address; fit for harmless demos only",
};

function checkTool(tool: ManifestTool, pointer: string): Issue[] {
  // Nobody chooses a capability tool by its description: the platform calls it.
  return capabilityOf(tool)
    ? []
    : [...weakDescription(tool, pointer), ...bareFields(tool.inputSchema, `${pointer}/inputSchema`)];
}

function weakDescription({ description }: ManifestTool, pointer: string): Issue[] {
  const at = `${pointer}/description`;
  const words = description.trim().split(/\s+/).length;
  if (description.trim().length < DESCRIPTION_MIN_LENGTH || words < DESCRIPTION_MIN_WORDS) {
    const message = "is short: say what the tool does, when to call it, and when not";
    return [{ pointer: at, code: "description_weak", message }];
  }
  if (description.length > DESCRIPTION_READ_LENGTH) {
    const message = `is longer than the ${DESCRIPTION_READ_LENGTH} characters that models are sure to be shown`;
    return [{ pointer: at, code: "description_long", message }];
  }
  return [];
}

/** Fields of a schema that nothing is said about. Nested as deep as a checked schema may be. */
function bareFields(schema: unknown, pointer: string): Issue[] {
  if (!isObject(schema)) {
    return [];
  }
  const { properties, items } = schema;
  const fields = isObject(properties) ? Object.entries(properties) : [];
  return [
    ...fields.flatMap(([name, field]) => {
      const at = appendPointer(`${pointer}/properties`, name);
      return [...(isBare(field) ? [bareField(at)] : []), ...bareFields(field, at)];
    }),
    ...bareFields(items, `${pointer}/items`),
  ];
}

/** A reference may lead to a description, and two schemas can be one field: only plain fields are judged. */
function isBare(field: unknown): boolean {
  return isObject(field) && !field["description"] && !field["title"] && !Object.hasOwn(field, "$ref");
}

function bareField(pointer: string): Issue {
  const message = 'has no "description": whoever fills it in has only its name to go by';
  return { pointer, code: "field_description_missing", message };
}

type FieldsOf = { readonly properties: { readonly [name: string]: unknown } };

const { author, auth } = manifestJsonSchema.properties;
const { permission, tool } = manifestJsonSchema.$defs;

function unknownFields(manifest: Manifest): Issue[] {
  return [
    ...unknownIn(manifest, "", manifestJsonSchema),
    ...unknownIn(manifest.author, "/author", author),
    ...unknownIn(manifest.auth, "/auth", auth),
    ...(manifest.permissions ?? []).flatMap((one, index) =>
      unknownIn(one, `/permissions/${index}`, permission),
    ),
    ...manifest.tools.flatMap((one, index) => [
      ...unknownIn(one, `/tools/${index}`, tool),
      ...unknownIn(one.endpoint, `/tools/${index}/endpoint`, tool.properties.endpoint),
    ]),
  ];
}

function unknownIn(value: object | undefined, pointer: string, { properties }: FieldsOf): Issue[] {
  const known = Object.keys(properties);
  return Object.keys(value ?? {})
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = known.find((candidate) => plain(candidate) === plain(name));
      return {
        pointer: appendPointer(pointer, name),
        code: "field_unknown",
        message: `is not a field that the platform knows${meant ? `; do you mean "${meant}"?` : ""}`,
      };
    });
}

function plain(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, "").toLowerCase();
}

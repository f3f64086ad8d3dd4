import { AppError, type Issue } from "../../kernel/errors.ts";
import { compileSchema, type JsonSchema } from "../../kernel/json-schema.ts";
import { maskedSchemaFields } from "../../kernel/redact.ts";
import { CONFIGURATION_MAX_BYTES } from "./limits.ts";

export type ConfigurationValues = Readonly<Record<string, unknown>>;

const MASK = "••••";

/** Throws `configuration_invalid` with every problem, pointing into `configuration`. */
export function checkConfiguration(schema: JsonSchema | undefined, values: ConfigurationValues): void {
  const text = JSON.stringify(values);
  if (text.length > CONFIGURATION_MAX_BYTES) {
    throw new AppError(
      "too_large",
      "configuration_too_large",
      `The configuration is larger than ${CONFIGURATION_MAX_BYTES} bytes.`,
    );
  }
  const issues: readonly Issue[] =
    schema === undefined ? undeclared(values) : compileSchema(schema).validate(values);
  if (issues.length > 0) {
    throw new AppError(
      "invalid",
      "configuration_invalid",
      "The configuration does not fit the plugin's configurationSchema.",
      {
        issues: issues.map((issue) => ({ ...issue, pointer: `/configuration${issue.pointer}` })),
      },
    );
  }
}

function undeclared(values: ConfigurationValues): readonly Issue[] {
  return Object.keys(values).map((key) => ({
    pointer: `/${key}`,
    code: "undeclared",
    message: "The plugin declares no configuration.",
  }));
}

/** The values with every sensitive one replaced, for showing to people. */
export function maskConfiguration(
  schema: JsonSchema | undefined,
  values: ConfigurationValues,
): ConfigurationValues {
  return mapSensitive(schema, values, () => MASK);
}

/** The values as sent back, with each untouched mask replaced by what is stored. */
export function unmaskConfiguration(
  schema: JsonSchema | undefined,
  sent: ConfigurationValues,
  stored: ConfigurationValues,
): ConfigurationValues {
  return mapSensitive(schema, sent, (value, path) => (value === MASK ? valueAt(stored, path) : value));
}

function mapSensitive(
  schema: JsonSchema | undefined,
  values: ConfigurationValues,
  replace: (value: unknown, path: readonly string[]) => unknown,
): ConfigurationValues {
  const copy = structuredClone(values) as Record<string, unknown>;
  const pointers = schema === undefined ? [] : maskedSchemaFields(schema);
  // The empty pointer is the whole configuration: a schema that lets unnamed fields be sensitive.
  const places = pointers.includes("") ? Object.keys(copy).map(toPointer) : pointers;
  for (const pointer of places) {
    const path = pointer
      .split("/")
      .slice(1)
      .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
    const parent = valueAt(copy, path.slice(0, -1));
    const key = path.at(-1);
    if (key !== undefined && typeof parent === "object" && parent !== null && Object.hasOwn(parent, key)) {
      const holder = parent as Record<string, unknown>;
      const replaced = replace(holder[key], path);
      if (replaced === undefined) {
        delete holder[key];
      } else {
        holder[key] = replaced;
      }
    }
  }
  return copy;
}

function toPointer(key: string): string {
  return `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) {
      return undefined;
    }
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** A plugin's configuration out of options, a file, and questions. */
import { readFile } from "node:fs/promises";
import type { JsonSchema } from "../kernel/json-schema.ts";
import { usageError } from "./cli-error.ts";
import type { Io } from "./io.ts";
import { asObject, parseJsonObject, parseKeyValues, propertyOf, readAs } from "./key-values.ts";
import { plain } from "./output.ts";

/** What was given on the command line; both options at once are refused where they are defined. */
export type ConfigurationArgs = {
  /** `key=value` words. */
  readonly config?: readonly string[];
  /** Path of a JSON file with an object in it. */
  readonly configFile?: string;
};

/** One setting of a configuration form. */
export type Field = {
  readonly key: string;
  readonly isRequired: boolean;
  /** Typed unseen and never shown: a password, a key of another service. */
  readonly isSecret: boolean;
  readonly description: string;
};

/** The settings on the top level of a configuration schema, in its order. */
export function formFields(schema: JsonSchema | null): readonly Field[] {
  const root = asObject(schema);
  const required = root?.["required"];
  return Object.entries(asObject(root?.["properties"]) ?? {}).map(([key, property]) => {
    const rules = asObject(property) ?? {};
    const description = rules["description"];
    return {
      key,
      isRequired: Array.isArray(required) && required.includes(key),
      isSecret:
        rules["format"] === "password" || rules["writeOnly"] === true || rules["x-sensitive"] === true,
      description: typeof description === "string" ? plain(description) : "",
    };
  });
}

/**
 * The configuration as it was given; undefined when nothing was. Whether it fits the schema is for the platform to
 * say. Throws a usage error when the file cannot be read or a word is not `key=value`.
 */
export async function readConfiguration(
  args: ConfigurationArgs,
  schema: JsonSchema | null,
): Promise<Record<string, unknown> | undefined> {
  if (args.configFile !== undefined) {
    return parseJsonObject(await readText(args.configFile), args.configFile);
  }
  return args.config && parseKeyValues(args.config, schema ?? undefined);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    throw usageError(`${path} cannot be read.`, "Give the path of a JSON file with the configuration in it.");
  }
}

/** Asks for each setting; an empty answer leaves it out. Secret ones are typed unseen. */
export async function askConfiguration(io: Io, schema: JsonSchema | null): Promise<Record<string, unknown>> {
  const given: [string, unknown][] = [];
  for (const { key, isRequired, isSecret, description } of formFields(schema)) {
    const question = `${plain(key)}${isRequired ? "" : " (optional)"}${description && `, ${description}`} `;
    const answer = await io.ask(question, { isHidden: isSecret });
    if (answer !== "") {
      given.push([key, readAs(propertyOf(schema ?? undefined, key), answer)]);
    }
  }
  return Object.fromEntries(given);
}

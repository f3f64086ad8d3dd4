/**
 * OpenAI's published schema of chat completions, by way of the types that its official client ships: they are
 * generated from it. Made anew from the installed package, so that a newer client brings its newer schema.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createGenerator } from "ts-json-schema-generator";
import type { Issue } from "../../src/kernel/errors.ts";
import { compileSchema, type JsonSchema } from "../../src/kernel/json-schema.ts";

const RESOURCES = join(dirname(createRequire(import.meta.url).resolve("openai")), "resources");

/** Every problem that the value has as that type, a property that the type does not have included; [] for none. */
type Check = (value: unknown) => readonly Issue[];

/** What a client of chat completions may read. Takes a few seconds to make. */
export function readOpenAiSchema(): Readonly<Record<"chunk" | "completion" | "model" | "error", Check>> {
  const generator = createGenerator({
    path: `${RESOURCES}/{chat/completions/completions,models,shared}.d.ts`,
    expose: "all",
    jsDoc: "none",
    encodeRefs: false,
    additionalProperties: false,
    skipTypeCheck: true,
  });
  const checkOf = (type: string): Check => {
    const compiled = compileSchema(generator.createSchema(type) as JsonSchema);
    return (value) => compiled.validate(value);
  };
  const checkError = checkOf("ErrorObject");
  return {
    chunk: checkOf("ChatCompletionChunk"),
    completion: checkOf("ChatCompletion"),
    model: checkOf("Model"),
    // The client's types leave out the envelope: it holds the error and nothing else.
    error: (value) => {
      const { error, ...rest } = value as { readonly error?: unknown };
      const unknown = Object.keys(rest).map((name) => `/${name}`);
      return [
        ...checkError(error),
        ...unknown.map((pointer) => ({ pointer, code: "additional_properties", message: "is unknown" })),
      ];
    },
  };
}

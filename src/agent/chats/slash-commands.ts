/** Commands that a customer types, such as `/greet de`: which there are, and what one of them asks for. Pure. */
import type { ManifestTool } from "../../contract/manifest.ts";

export type Command = {
  /** Without the slash, in small letters. */
  readonly word: string;
  /** As it is shown to people. */
  readonly usage: string;
  readonly description: string;
  /** What the model would call. */
  readonly toolName: string;
  readonly parameters: readonly Parameter[];
};

/** A tool that the agent may call, under the name that a model would call it by. */
export type CommandTool = {
  readonly modelName: string;
  readonly definition: Pick<ManifestTool, "usage" | "description" | "inputSchema">;
};

type Parameter = { readonly name: string; readonly isRequired: boolean; readonly type: unknown };

export type Asked =
  | { readonly kind: "call"; readonly command: Command; readonly input: Readonly<Record<string, unknown>> }
  /** A command that was not written as it has to be. */
  | { readonly kind: "usage"; readonly command: Command }
  | { readonly kind: "help" };

const HELP = "help";
const USAGE = /^\/([a-z][a-z0-9_-]{0,31})((?:\s+(?:<[^<>[\]]+>|\[[^<>[\]]+\]))*)$/i;
const PARAMETER = /<([^<>[\]]+)>|\[([^<>[\]]+)\]/g;
const TYPED = /^\/([a-z][a-z0-9_-]{0,31})(?:\s+([\s\S]*))?$/i;
/** Phones turn straight quotes into curly ones. */
const QUOTED = /^(?:"([^"]*)"|“([^“”]*)”|'([^']*)'|‘([^‘’]*)’)(?=\s|$)/;
const BARE = /^\S+/;

/** The commands of these tools, by their words. Of two with one word, the first in the order given has it. */
export function listCommands(tools: readonly CommandTool[]): ReadonlyMap<string, Command> {
  const commands = new Map<string, Command>();
  for (const tool of tools) {
    const command = toCommand(tool);
    if (command !== null && command.word !== HELP && !commands.has(command.word)) {
      commands.set(command.word, command);
    }
  }
  return commands;
}

/** A tool whose usage is a pattern of its own parameters; others are hints for people only. */
function toCommand({ modelName, definition }: CommandTool): Command | null {
  const written = definition.usage?.trim() ?? "";
  // `[/greet <language>]`: the whole in brackets.
  const usage = written.startsWith("[/") && written.endsWith("]") ? written.slice(1, -1).trim() : written;
  const [, word = "", tail = ""] = USAGE.exec(usage) ?? [];
  if (word === "") {
    return null;
  }
  const properties = toObject(definition.inputSchema["properties"]);
  const parameters = [...tail.matchAll(PARAMETER)].map(([, required, optional]) => {
    const name = (required ?? optional ?? "").trim();
    return { name, isRequired: required !== undefined, type: toObject(properties[name])["type"] };
  });
  return parameters.every(({ name }) => Object.hasOwn(properties, name))
    ? {
        word: word.toLowerCase(),
        usage,
        description: definition.description,
        toolName: modelName,
        parameters,
      }
    : null;
}

/** What a message asks for, or null when it is a message like any other. */
export function readCommand(text: string, commands: ReadonlyMap<string, Command>): Asked | null {
  const [, typed = "", rest = ""] = TYPED.exec(text.trim()) ?? [];
  const word = typed.toLowerCase();
  if (word === HELP && commands.size > 0) {
    return { kind: "help" };
  }
  const command = commands.get(word);
  if (command === undefined) {
    return null;
  }
  const input = readInput(command.parameters, rest.trim());
  return input === null ? { kind: "usage", command } : { kind: "call", command, input };
}

/** The arguments by name, the last one with all that is left; null when one is missing or too much. */
function readInput(parameters: readonly Parameter[], typed: string): Record<string, unknown> | null {
  const input: Record<string, unknown> = {};
  let rest = typed;
  for (const [index, { name, isRequired, type }] of parameters.entries()) {
    if (rest === "") {
      if (isRequired) {
        return null;
      }
      break;
    }
    const quoted = QUOTED.exec(rest);
    const isLast = index === parameters.length - 1;
    const whole = quoted?.[0] ?? BARE.exec(rest)?.[0] ?? "";
    const takesAll = isLast && (quoted === null || whole.length < rest.length);
    const value = takesAll
      ? rest
      : quoted === null
        ? whole
        : quoted.slice(1).find((part) => part !== undefined);
    input[name] = toType(value ?? "", type);
    rest = takesAll ? "" : rest.slice(whole.length).trim();
  }
  return rest === "" ? input : null;
}

/** What the schema says it is, where the text can be that; else the text, which the schema then refuses. */
function toType(text: string, type: unknown): unknown {
  if ((type === "number" || type === "integer") && text.trim() !== "" && Number.isFinite(Number(text))) {
    return Number(text);
  }
  if (type === "boolean" && /^(true|yes|false|no)$/i.test(text)) {
    return /^(true|yes)$/i.test(text);
  }
  return text;
}

function toObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** What `/help` answers. */
export function describeCommands(commands: ReadonlyMap<string, Command>): string {
  const lines = [...commands.values()].map(({ usage, description }) => {
    const [first = ""] = description.split(/(?<=[.!?])\s|\n/, 1);
    return `${usage}\n  ${first}`;
  });
  return `You can write:\n${lines.join("\n")}`;
}

/** What a command answers that was not written as it has to be. */
export function describeUsage({ usage }: Command): string {
  return `Please write it like this: ${usage}`;
}

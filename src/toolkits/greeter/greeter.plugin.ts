import { definePlugin } from "../../plugins/in-process/index.ts";

const GREETINGS: Readonly<Record<string, (name: string) => string>> = {
  en: (name) => `Hello, ${name}!`,
  sw: (name) => `Habari, ${name}!`,
  de: (name) => `Hallo, ${name}!`,
  nl: (name) => `Hallo, ${name}!`,
  fr: (name) => `Bonjour, ${name}!`,
  ja: (name) => `こんにちは、${name}さん!`,
};

/** The worked example of a first-party plugin: one tool that says hello. */
export const greeter = definePlugin({
  id: "kivuko.greeter",
  name: "Greeter",
  version: "1.0.0",
  description: "Says hello in several languages.",
  tools: [
    {
      name: "greet",
      description:
        "Say hello in a given language. Use this when the customer explicitly asks to be greeted in a particular language, not as small talk.",
      usage: "/greet <language>",
      parameters: {
        type: "object",
        properties: {
          language: { type: "string", description: "Language code: en, sw, de, nl, fr or ja." },
          name: { type: "string", description: "Whom to greet, if known." },
        },
        required: ["language"],
      },
    },
  ],
  async executeTool(_toolName, args) {
    const { language, name } = readArguments(args);
    const greet = GREETINGS[language];
    if (greet === undefined) {
      const known = Object.keys(GREETINGS).join(", ");
      return `Greeter failed: no greeting in "${language}".\nFallback suggestions: greet in one of ${known}, or write the greeting yourself.`;
    }
    return greet(name);
  },
});

/** A slash command hands over plain text, a model JSON: both name the language. */
function readArguments(args: string): { language: string; name: string } {
  let parsed: { language?: unknown; name?: unknown };
  try {
    const value: unknown = JSON.parse(args);
    parsed = typeof value === "object" && value !== null ? value : { language: value };
  } catch {
    parsed = { language: args };
  }
  const language = typeof parsed.language === "string" ? parsed.language.trim().toLowerCase() : "";
  const name = typeof parsed.name === "string" ? parsed.name.trim() : "";
  return { language: language || "en", name: name || "world" };
}

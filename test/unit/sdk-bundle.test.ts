import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import type * as Sdk from "../../src/sdk/index.ts";
import {
  CALLED_AT,
  PLUGIN_ORIGIN,
  PLUGIN_SECRET,
  postCall,
  signToken,
  TICKET_CALL,
} from "../support/platform-call.ts";

const KIBIBYTE = 1024;
/** The SDK with its dependencies, minified. A Worker has to be parsed before it can answer. */
const SIZE_LIMIT_BYTES = 96 * KIBIBYTE;

describe("the SDK as one file for any runtime", () => {
  let code: string;
  let imports: readonly { path: string; external?: boolean }[];
  let inputs: readonly string[];

  beforeAll(async () => {
    const result = await build({
      entryPoints: [fileURLToPath(new URL("../../src/sdk/index.ts", import.meta.url))],
      bundle: true,
      write: false,
      metafile: true,
      minify: true,
      format: "esm",
      // "neutral" knows no runtime: an import that only Node or Workers has stays in the bundle or fails it.
      platform: "neutral",
      external: ["node:*", "cloudflare:*"],
      mainFields: ["module", "main"],
      logLevel: "silent",
    });
    code = result.outputFiles[0]?.text ?? "";
    imports = Object.values(result.metafile.inputs).flatMap((input) => input.imports);
    inputs = Object.keys(result.metafile.inputs);
  });

  it("[SDK-02] imports nothing that only one runtime has", () => {
    expect(imports.filter(({ external }) => external === true)).toEqual([]);
    expect(code).not.toMatch(/["'](node|cloudflare|bun|npm|jsr):/);
    expect(code).not.toMatch(/\b(process|Buffer|Deno|Bun|require)\b[.(]/);
  });

  it("is small, and leaves the platform's zod at home", () => {
    expect(inputs.filter((path) => path.includes("node_modules/zod/"))).toEqual([]);
    expect(code.length).toBeGreaterThan(10 * KIBIBYTE);
    expect(code.length).toBeLessThan(SIZE_LIMIT_BYTES);
  });

  it("runs", async () => {
    const url = `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`;
    const { createPlugin } = (await import(/* @vite-ignore */ url)) as typeof Sdk;
    const plugin = createPlugin({
      manifest: {
        slug: "SUPPORT_DESK",
        version: "1.0.0",
        name: "Support Desk",
        baseUrl: PLUGIN_ORIGIN,
        auth: { type: "secret" },
        tools: [
          {
            name: "create_support_ticket",
            description: "Opens a ticket.",
            inputSchema: {
              type: "object",
              properties: { summary: { type: "string" } },
              required: ["summary"],
            },
          },
        ],
      },
      secret: PLUGIN_SECRET,
      clock: { now: () => CALLED_AT },
      tools: { create_support_ticket: ({ summary }) => ({ summary }) },
    });
    const body = JSON.stringify(TICKET_CALL);
    const response = await plugin.fetch(postCall(body, await signToken(body)));
    expect(await response.json()).toEqual({ summary: TICKET_CALL.input.summary });
  });
});

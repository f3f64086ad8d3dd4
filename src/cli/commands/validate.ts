import type { Issue } from "../../kernel/errors.ts";
import { parseManifest } from "../../plugins/manifest/index.ts";
import { CliError } from "../cli-error.ts";
import { type CommandLine, examples } from "../command-line.ts";
import type { Io } from "../io.ts";
import { readManifestText } from "../manifest-source.ts";
import { issueLine, plain } from "../output.ts";

/** The platform's own code for it, so that a script need not care who found out. */
export const MANIFEST_INVALID = "manifest_invalid";

/** Defines `kivuko validate`. */
export function defineValidate({ program, openIo }: CommandLine): void {
  program
    .command("validate <manifest>")
    .summary("check a manifest without a platform")
    .description("check a manifest, a file or an address, without a platform: every problem at once")
    .addHelpText(
      "after",
      examples("kivuko validate manifest.json", "kivuko validate http://127.0.0.1:4100/manifest.json --json"),
    )
    .action((manifest: string) => validateManifest({ io: openIo(), args: { manifest } }));
}

async function validateManifest({ io, args }: { io: Io; args: { manifest: string } }): Promise<void> {
  const text = await readManifestText(args.manifest, io.cwd);
  const parsed = parseManifest(text, { allowInsecureLoopback: true });
  if (!parsed.ok) {
    if (io.isJson) {
      io.printJson({ valid: false, issues: parsed.error, warnings: [] });
    }
    throw invalidManifest(parsed.error);
  }
  const { manifest } = parsed.value;
  const warnings = [...findLoopbackAddresses(text), ...parsed.value.warnings];
  if (io.isJson) {
    const { slug, version } = manifest;
    io.printJson({ valid: true, issues: [], warnings, slug, version });
    return;
  }
  for (const warning of warnings) {
    io.say(`${io.paintErr("yellow", "warning:")} ${issueLine(warning)}`);
  }
  const count = manifest.tools.length;
  io.print(
    `${plain(manifest.slug)} ${plain(manifest.version)} is valid: ` +
      `${count} ${count === 1 ? "tool" : "tools"}, ${warnings.length} ${warnings.length === 1 ? "warning" : "warnings"}.`,
  );
}

/** What only a platform for development accepts, such as the one of `npm run dev`. */
function findLoopbackAddresses(text: string): readonly Issue[] {
  const strict = parseManifest(text, { allowInsecureLoopback: false });
  return strict.ok ? [] : strict.error;
}

/** The failure that lists every problem of a manifest. */
export function invalidManifest(issues: readonly Issue[]): CliError {
  return new CliError({
    title: "Invalid manifest",
    detail: `The manifest has ${issues.length} ${issues.length === 1 ? "problem" : "problems"}.`,
    code: MANIFEST_INVALID,
    hint: "Mend what the lines above point at; /schemas/manifest.json of a platform gives an editor the whole grammar.",
    issues,
  });
}

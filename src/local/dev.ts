/** `npm run dev`: an empty platform on this machine that keeps its state in `.kivuko/` between runs. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { createApi } from "./api.ts";
import { startCron } from "./cron.ts";
import { ensureOwner, type LocalSignIn } from "./owner.ts";
import { type LogLine, startPlatform } from "./platform.ts";
import { findFreePort } from "./ports.ts";
import { LOCAL_FOLDER, PROJECT_ROOT } from "./project.ts";
import { readSignIn, writeSignIn } from "./sign-in-file.ts";
import { createTerminal, STARTING } from "./terminal.ts";
import { untilStopped } from "./until-stopped.ts";

const PREFERRED_PORT = 8787;
const { line, style } = createTerminal(process.stdout);

/** Whether the platform of an earlier run still answers: two of them must not share one state folder. */
async function isRunning({ baseUrl, token }: LocalSignIn): Promise<boolean> {
  try {
    return (await createApi(baseUrl, { token }).ask("GET", "/v1/me")).status === 200;
  } catch {
    return false;
  }
}

async function readDevVars(): Promise<Record<string, string>> {
  try {
    return parseEnv(await readFile(join(PROJECT_ROOT, ".dev.vars"), "utf8")) as Record<string, string>;
  } catch {
    return {}; // there need not be one
  }
}

/** The owner of an earlier run while the token still works, else a sign-in (or sign-up) and a fresh token. */
async function findOwner(baseUrl: string, earlier: LocalSignIn | null): Promise<LocalSignIn> {
  const known = earlier && { ...earlier, baseUrl };
  if (known && (await isRunning(known))) {
    return known;
  }
  return ensureOwner(baseUrl, {
    organizationName: "My organisation",
    ...(known && { email: known.email, password: known.password }),
  });
}

function printLog({ level, message }: LogLine) {
  const colour = level === "error" ? "red" : level === "warn" ? "yellow" : "dim";
  line(`${style(colour, level.padEnd(5))} ${message.trimEnd()}`);
}

async function main(): Promise<number> {
  const earlier = await readSignIn();
  if (earlier && (await isRunning(earlier))) {
    line(
      `A platform is already running at ${earlier.baseUrl}. Stop it with Ctrl-C there before starting another.`,
    );
    return 1;
  }
  const port = await findFreePort(PREFERRED_PORT);
  if (port !== PREFERRED_PORT) {
    line(`Port ${PREFERRED_PORT} is taken; using ${port}.`);
  }
  line(style("dim", STARTING));
  const platform = await startPlatform({
    port,
    persistTo: LOCAL_FOLDER,
    vars: await readDevVars(),
    log: printLog,
  });
  const owner = await findOwner(platform.url, earlier);
  await writeSignIn(owner);
  const stopCron = startCron(platform, (error) =>
    printLog({ level: "error", message: String(error instanceof Error ? error.message : error) }),
  );

  const label = (text: string) => style("dim", text.padEnd(14));
  line();
  line(style("bold", `Kivuko is running at ${platform.url}`));
  line();
  line(`  ${label("API reference")}${platform.url}/docs`);
  line(`  ${label("A phone")}${platform.url}/simulator`);
  line(`  ${label("Sign in")}POST ${platform.url}/api/auth/sign-in/email`);
  line(`  ${label("Email")}${owner.email}`);
  line(`  ${label("Password")}${owner.password}`);
  line(`  ${label("Scripts")}base URL and an owner's API token are in .kivuko/local.json`);
  line(`  ${label("Command line")}npm run kivuko -- --help`);
  line();
  line(style("dim", "State is kept in .kivuko/; remove that folder to start afresh. Ctrl-C stops it."));
  line();

  await untilStopped();
  await stopCron();
  await platform.stop();
  return 0;
}

process.exitCode = await main();

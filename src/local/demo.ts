/**
 * `npm run demo`: the quick start, a shop's story and a clinic's on a platform of its own, told as a transcript.
 * `-- --once` ends after them; without it the platform stays up to be tried. Exit code 1 when something is not as the story promises.
 */
import { parseArgs } from "node:util";
import { createApi, UnexpectedAnswer } from "./api.ts";
import { startCron } from "./cron.ts";
import { type Clinic, openClinic } from "./demo/clinic.ts";
import { tellClinicStory } from "./demo/clinic-story.ts";
import { type Depot, openDepot } from "./demo/depot.ts";
import { type Desk, openDesk } from "./demo/desk.ts";
import { tellGasStory } from "./demo/gas-story.ts";
import { type StoryOutcome, tellQuickStart } from "./demo/quick-start.ts";
import { BrokenPromise, createTranscript } from "./demo/transcript.ts";
import { ensureOwner, type LocalSignIn } from "./owner.ts";
import { type LocalPlatform, type LogLine, startPlatform } from "./platform.ts";
import { createTerminal, STARTING } from "./terminal.ts";
import { untilStopped } from "./until-stopped.ts";

const { line, style } = createTerminal(process.stdout);

/** The Worker's own log would drown the story; what went wrong in it would not be missed, though. */
function showTrouble({ level, message }: LogLine) {
  if (level === "error") {
    line(style("red", `    worker: ${message.trimEnd()}`));
  }
}

type Plugins = { readonly desk: Desk; readonly depot: Depot; readonly clinic: Clinic };

async function tell(platform: LocalPlatform, { desk, depot, clinic }: Plugins) {
  const transcript = createTranscript({ line, style });
  const owner = await ensureOwner(platform.url, { organizationName: "Duka la Amina" });
  const api = createApi(platform.url, { token: owner.token });
  const outcome = await tellQuickStart({ api, desk, transcript });
  await tellGasStory({ api, depot, transcript });
  await tellClinicStory({ api, clinic, platform, transcript });
  return { owner, outcome };
}

function showWhatToTry(owner: LocalSignIn, { support }: StoryOutcome, now: number) {
  const label = (text: string) => style("dim", text.padEnd(14));
  line();
  line(style("bold", `The platform stays up at ${owner.baseUrl}`));
  line();
  line(`  ${label("API reference")}${owner.baseUrl}/docs`);
  line(`  ${label("Sign in")}POST ${owner.baseUrl}/api/auth/sign-in/email`);
  line(`  ${label("Email")}${owner.email}`);
  line(`  ${label("Password")}${owner.password}`);
  line(`  ${label("A phone")}${owner.baseUrl}/simulator, with the token below and one of the numbers`);
  line(`  ${label("Its clock")}${new Date(now).toISOString()}, where the clinic's story left it`);
  line();
  line("  Three things to try, in another terminal:");
  line();
  line(`  export KIVUKO_BASE_URL=${owner.baseUrl} KIVUKO_TOKEN=${owner.token}`);
  line(`  npm run kivuko -- tools "${support.name}"`);
  line(
    `  npm run kivuko -- call "${support.name}" SUPPORT_DESK__create_support_ticket summary="My parcel is late"`,
  );
  line(`  npm run kivuko -- why "Sales WhatsApp" SUPPORT_DESK__create_support_ticket`);
  line();
  line(style("dim", "Nothing of it is kept. Ctrl-C stops it."));
}

function explain(error: unknown): string {
  const isPlain = error instanceof BrokenPromise || error instanceof UnexpectedAnswer;
  return isPlain ? error.message : String(error instanceof Error ? error.stack : error);
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { once: { type: "boolean", default: false } } });
  line(style("bold", "Kivuko's story"));
  line("A plugin is installed, granted and called, on real workerd on this machine.");
  line(style("dim", STARTING));
  const platform = await startPlatform({ log: showTrouble, hasMovableClock: true });
  const { clock } = platform;
  const [desk, depot, clinic] = await Promise.all([openDesk(clock), openDepot(clock), openClinic(clock)]);
  const stopCron = startCron(platform, (error) =>
    line(style("red", `    ${error instanceof Error ? error.message : error}`)),
  );
  try {
    const { owner, outcome } = await tell(platform, { desk, depot, clinic });
    line();
    line(style("green", "All of it holds."));
    if (!values.once) {
      showWhatToTry(owner, outcome, platform.clock.now());
      await untilStopped();
    }
    return 0;
  } catch (error) {
    line();
    line(style("red", `It does not hold. ${explain(error)}`));
    return 1;
  } finally {
    await stopCron();
    await platform.stop();
    await Promise.all([desk.close(), depot.close(), clinic.close()]);
  }
}

process.exitCode = await main();

/** Where messages for later go out while the platform is killed: two numbers, two plugins, and a provider that lives on. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Api, createApi } from "../../../src/local/api.ts";
import { readPhone } from "../../../src/local/demo/phone.ts";
import { readUntil } from "../../../src/local/demo/poll.ts";
import { ensureOwner } from "../../../src/local/owner.ts";
import { findFreePort } from "../../../src/local/ports.ts";
import { createBridgeClient } from "../../../src/sdk/index.ts";
import { CHANNEL_CREDENTIALS, type SentText } from "../../support/stand-in.ts";
import { startTwilioStandIn } from "../../support/twilio-stand-in.ts";
import { signTwilioForm, twilioText } from "../../support/webhook.ts";
import { createMoments } from "./moments.ts";
import { createPlatformProcess } from "./platform-process.ts";
import type { Arrival } from "./schedule-books.ts";
import { type Customer, markOf, type Planned, TEMPLATE } from "./schedule-plan.ts";
import { type SendMoment, startSlowTwilio } from "./slow-twilio.ts";
import { grantTill, installTillOnly, startTill, type Till } from "./till-plugin.ts";

const PERMISSION = "plugin:messages:schedule:external_recipient";
/** A platform that is killed over and over again takes what it is given in the end. */
const TAKEN_DEADLINE_MS = 120_000;

export type ScheduleStage = Awaited<ReturnType<typeof setScheduleStage>>;

/** Sets the stage for a plan, which says how the provider answers; `clear` takes everything down again. */
export async function setScheduleStage(plan: readonly Planned[]) {
  const moments = createMoments<SendMoment>();
  const folder = await mkdtemp(join(tmpdir(), "kivuko-kill-"));
  const platform = createPlatformProcess(await findFreePort(), folder);
  const startPlugin = (slug: string) =>
    startTill([PERMISSION], {
      slug,
      hears: "messages.event",
      onEvent: ({ data }) => moments.pass("outcome_told", String(data["text"])),
    });
  const [staying, leaving, twilio] = await Promise.all([
    startPlugin("REMINDERS"),
    startPlugin("LEAVING"),
    startTwilioStandIn(),
    platform.start(),
  ]);
  const answerings = new Map(plan.map(({ mark, answering }) => [mark, answering]));
  const answeringOf = (mark: string) => answerings.get(mark) ?? "well";
  const gate = await startSlowTwilio(moments, twilio, { markOf, answeringOf });

  const owner = await ensureOwner(platform.url, { organizationName: "Duka la Amina" });
  const api = createApi(platform.url, { token: owner.token });
  // Neither a cap nor the suppression of duplicates may do what is to be proven here.
  const delivery = { dailyCapPerCustomer: null, dailyCapPerPlugin: null, duplicateWindowMinutes: 0 };
  const create = async (fields: object, settings: object) => {
    const { id } = await api.send<{ id: string }>("POST", "/v1/instances", { name: "Clinic", ...fields });
    await api.send("PATCH", `/v1/instances/${id}`, { delivery, ...settings });
    return id;
  };
  const credentials = { ...CHANNEL_CREDENTIALS.twilio, apiBaseUrl: gate.url };
  const simulatorId = await create({ channel: "simulator" }, {});
  const twilioId = await create(
    { channel: "twilio", phoneNumber: "+254712345678", credentials },
    { templates: [TEMPLATE] },
  );
  const install = async (till: Till) => {
    const { installationId, secret } = await installTillOnly(api, till);
    await grantTill(api, till, { installationId, instanceId: twilioId });
    const platformUrl = platform.url;
    const bridge = createBridgeClient({ secret, installationId, instanceId: twilioId, platformUrl });
    return { till, installationId, bridge };
  };
  const plugins = { plugin: await install(staying), leaving: await install(leaving) };

  return {
    folder,
    platform,
    moments,
    api,
    plugins,
    twilioId,

    /** Has it sent later, as its author does. Returns its id. */
    schedule: async ({ author, customer: { phone, sort }, terms }: Planned): Promise<string> => {
      if (author !== "staff") {
        const recipient = { type: "external_recipient", phone } as const;
        return (await plugins[author].bridge.scheduledMessages.create({ ...terms, recipient })).id;
      }
      const instanceId = sort === "simulated" ? simulatorId : twilioId;
      const body = { instanceId, customer: { phone }, ...terms };
      return (await api.send<{ id: string }>("POST", "/v1/scheduled-messages", body)).id;
    },

    write: createPen(platform.url, twilioId),

    /** What the channels carried: Twilio's own log, and what the simulator's phones show. */
    readArrivals: async (customers: readonly Customer[]): Promise<Arrival[]> => [
      ...(await readTwilioLog(twilio.url)),
      ...(await readPhones(api, simulatorId, customers)),
    ],

    clear: async () => {
      await platform.kill();
      await Promise.all([gate, twilio, staying, leaving].map(({ close }) => close()));
      await rm(folder, { recursive: true });
    },
  };
}

/** Delivers what a customer writes on their phone, each message under an id of its own, until it has been taken. */
function createPen(url: string, instanceId: string) {
  let written = 0;
  return async ({ phone }: Customer, text: string): Promise<void> => {
    written += 1;
    const path = `/webhooks/twilio/${instanceId}`;
    const webhook = await signTwilioForm(url, path, twilioText(phone, `SM${written}`, text));
    await askUntilTaken(() => fetch(url + path, { method: "POST", ...webhook }));
  };
}

/** Asks again while nobody is there. Throws for what the platform does not take in the end. */
export async function askUntilTaken(ask: () => Promise<{ readonly status: number }>): Promise<void> {
  const read = () => ask().catch(() => ({ status: 503 }));
  const { status } = await readUntil(read, (answer) => answer.status < 500, TAKEN_DEADLINE_MS);
  if (status >= 300) {
    throw new Error(`The platform answered ${status}.`);
  }
}

type Found = Omit<Arrival, "mark"> & { readonly text: string };

/** Without what is no scheduled message, such as the confirmation of STOP. */
function toArrivals(found: readonly Found[]): Arrival[] {
  return found.flatMap(({ text, ...arrival }) => {
    const mark = markOf(text);
    return mark === undefined ? [] : [{ ...arrival, mark }];
  });
}

async function readTwilioLog(url: string): Promise<Arrival[]> {
  const taken = (await (await fetch(`${url}/-/messages`)).json()) as SentText[];
  return toArrivals(
    taken.map(({ to, at, content }) => ({
      text: String(content["Body"] ?? content["ContentVariables"]),
      to,
      at,
    })),
  );
}

/** A simulated phone shows no times; none of the messages to one comes again. */
async function readPhones(api: Api, instanceId: string, customers: readonly Customer[]): Promise<Arrival[]> {
  const phones = customers.filter(({ sort }) => sort === "simulated").map(({ phone }) => phone);
  const read = async (to: string) =>
    (await readPhone(api, instanceId, to)).map(({ text }) => ({ text, to, at: 0 }));
  return toArrivals((await Promise.all(phones.map(read))).flat());
}

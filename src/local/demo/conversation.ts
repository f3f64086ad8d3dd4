/** The story's last part: the same plugin, asked for by a customer who only writes, and people who join in. */
import type { Api } from "../api.ts";
import type * as Answer from "./answers.ts";
import type { Desk } from "./desk.ts";
import { createPhone, type Phone } from "./phone.ts";
import { readUntil } from "./poll.ts";
import type { Transcript } from "./transcript.ts";

const PHONE = "+254722000111";
const COMPLAINT = "My order arrived damaged. I need someone to help.";
const REFUND = "Please refund order 1042.";
const CALL_FOR_PERSON = "I want to talk to a person, please.";
const STAFF_WORDS = "Hello, this is Otieno. A new kettle leaves our shop today.";
const THANKS = "Thank you!";

const TICKET_NUMBER = /SUP-\d+/;
const REFUND_NUMBER = /RF-\d+/;
const ESCALATIONS = "kivuko.escalations";
/** Approving, calling and writing it down happen within a request; this is for a busy machine. */
const DEADLINE_MS = 20_000;

type Scene = {
  readonly api: Api;
  readonly desk: Desk;
  readonly transcript: Transcript;
  readonly installationId: string;
  readonly support: Answer.Instance;
  readonly sales: Answer.Instance;
};

export type Replies = {
  readonly support: string;
  readonly sales: string;
  /** What the customer heard while the refund waited, and afterwards. */
  readonly refund: readonly [string, string];
  /** What the customer heard from the agent, the person, and the agent again. */
  readonly handOff: readonly [string, string, string];
};

/** A customer complains to both numbers; then asks the one that can help for money, and for a person. */
export async function converse(scene: Scene): Promise<Replies> {
  const phone = createPhone(scene.api, scene.support, PHONE);
  return {
    ...(await complain(scene, phone)),
    refund: await askForRefund(scene, phone),
    handOff: await askForPerson(scene, phone),
  };
}

/** Both sides of an exchange, as they would stand on the phone. */
async function exchange(
  { transcript }: Scene,
  phone: Phone,
  { name }: Answer.Instance,
  words: string,
): Promise<string> {
  transcript.fact("customer", words);
  await phone.write(words);
  const reply = await phone.read();
  transcript.fact(name, reply);
  return reply;
}

/** Only the agent that was granted the plugin can open a ticket. */
async function complain(scene: Scene, phone: Phone): Promise<Pick<Replies, "support" | "sales">> {
  const { api, transcript, support, sales } = scene;
  transcript.step("A customer writes on WhatsApp");
  transcript.say("The phone is the simulator's, the model is offline and answers by rules.");
  const withTool = await exchange(scene, phone, support, COMPLAINT);
  transcript.promise("the reply names a ticket", TICKET_NUMBER.test(withTool), withTool);
  const without = await exchange(scene, createPhone(api, sales, PHONE), sales, COMPLAINT);
  transcript.promise(
    "the agent without the plugin answers without a ticket",
    without !== "" && !TICKET_NUMBER.test(without),
    without,
  );
  return { support: withTool, sales: without };
}

/** A sensitive tool: granted by name, and each call waits for somebody's yes. */
async function askForRefund(scene: Scene, phone: Phone): Promise<Replies["refund"]> {
  const { api, desk, transcript, installationId, support } = scene;
  transcript.step("A refund waits until the merchant approves it");
  transcript.say(
    "refund_order is sensitive: it is switched on by name, and each call waits for somebody's yes.",
  );
  await api.send("PUT", `/v1/instances/${support.id}/grants/${installationId}`, {
    tools: ["create_support_ticket", "refund_order"],
  });
  await untilOffered(scene, "SUPPORT_DESK__refund_order");
  const before = desk.received.length;
  const waiting = await exchange(scene, phone, support, REFUND);
  const { data } = await api.get<Answer.Page<Answer.Approval>>("/v1/approvals?state=pending");
  const [approval] = data;
  transcript.promise("one call waits for approval", data.length === 1 && approval !== undefined, data);
  transcript.promise("the plugin was not called", desk.received.length === before, desk.received.length);
  transcript.fact(
    "merchant sees",
    `${approval?.tool} ${approval?.payload}, because it is ${approval?.reason}`,
  );
  transcript.fact("merchant", "approves, twice by mistake");
  const path = `/v1/approvals/${approval?.id}/approve`;
  await Promise.all([api.ask("POST", path, {}), api.ask("POST", path, {})]);
  const outcome = await phone.read();
  transcript.fact(support.name, outcome);
  transcript.promise("the customer hears of the refund", REFUND_NUMBER.test(outcome), outcome);
  transcript.promise("the plugin was called once", desk.received.length === before + 1, desk.received.length);
  return [waiting, outcome];
}

/** The agent steps back while a person writes, and goes on afterwards. */
async function askForPerson(scene: Scene, phone: Phone): Promise<Replies["handOff"]> {
  const { api, transcript, support } = scene;
  transcript.step("The customer asks for a person");
  await api.send("POST", `/v1/admin/plugins/${ESCALATIONS}/enable`, {});
  const { data: installations } =
    await api.get<Answer.Page<Answer.Installation & { slug: string }>>("/v1/installations");
  const escalations = installations.find(({ slug }) => slug === "escalations");
  transcript.promise(
    "the platform's own Escalations can be granted",
    escalations !== undefined,
    installations,
  );
  await api.send("PUT", `/v1/instances/${support.id}/grants/${escalations?.id}`, {});
  await untilOffered(scene, "escalations__escalate_to_human");

  const called = await exchange(scene, phone, support, CALL_FOR_PERSON);
  const { data } = await api.get<Answer.Page<Answer.Escalation>>("/v1/escalations?state=open");
  const [escalation] = data;
  transcript.promise("the chat waits for a person", data.length === 1 && escalation !== undefined, data);
  await api.send("POST", `/v1/escalations/${escalation?.id}/take`, {});
  transcript.fact("Otieno", `takes the chat, and writes:\n${STAFF_WORDS}`);
  await api.send("POST", `/v1/chats/${escalation?.chatId}/messages`, { text: STAFF_WORDS });
  const written = await phone.read();
  transcript.promise("the person's words reach the phone", written === STAFF_WORDS, written);
  await api.send("POST", `/v1/escalations/${escalation?.id}/resolve`, {
    note: "The customer gets a new kettle. Nothing else is open.",
  });
  transcript.fact("Otieno", "resolves it; the agent has the chat again");
  const resumed = await exchange(scene, phone, support, THANKS);
  transcript.promise("the agent answers again", resumed !== "", resumed);
  return [called, written, resumed];
}

/** Every isolate knows a new grant within five seconds. */
async function untilOffered({ api, transcript, support }: Scene, tool: string): Promise<void> {
  const { data } = await readUntil(
    () => api.get<Answer.Page<Answer.OfferedTool>>(`/v1/instances/${support.id}/tools`),
    (page) => page.data.some(({ name }) => name === tool),
    DEADLINE_MS,
  );
  const offered = data.map(({ name }) => name);
  transcript.promise(`the agent of ${support.name} is offered ${tool}`, offered.includes(tool), offered);
}

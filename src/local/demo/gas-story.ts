/** The story's shop: a customer orders gas in the chat, pays, and has a receipt; the plugin hears of it and delivers. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Api } from "../api.ts";
import { PROJECT_ROOT } from "../project.ts";
import type * as Answer from "./answers.ts";
import type { Depot } from "./depot.ts";
import { createPhone, type PhoneMessage, readPhone } from "./phone.ts";
import { readUntil } from "./poll.ts";
import type { Transcript } from "./transcript.ts";

const PHONE = "+254722000222";
/** Two spaces and all: it has to arrive as it was written. */
const ADDRESS = "Beth House,  Kasarani, House 16 (gate B)";
const WISH = `Please order a 13 kg gas cylinder. Deliver to: ${ADDRESS}`;
const ORDER_NUMBER = /[A-Z]{2,}(?:-\d+)+/;
/** Where the receipt is put. */
const FOLDER = join(PROJECT_ROOT, ".kivuko", "demo");
/** Everything here takes a second or two; this is for a busy machine. */
const DEADLINE_MS = 20_000;

type Scene = { readonly api: Api; readonly depot: Depot; readonly transcript: Transcript };

/** Tells it. Throws a `BrokenPromise` at the first thing that is not as promised. */
export async function tellGasStory(scene: Scene): Promise<void> {
  const shop = await openShop(scene);
  const number = await order(scene, shop);
  await followDelivery(scene, number);
  await readReceipt(scene, shop, number);
  await repeatCall(scene, shop, number);
}

async function openShop({ api, depot, transcript }: Scene): Promise<Answer.Instance> {
  transcript.step("A shop opens: the Gas Delivery plugin on a number of its own");
  const shop = await api.send<Answer.Instance>("POST", "/v1/instances", {
    name: "Gas WhatsApp",
    channel: "simulator",
    phoneNumber: "+254700000003",
  });
  await depot.moveIn(api, shop);
  const { data } =
    await api.get<Answer.Page<{ sku: string; name: string; state: string }>>("/v1/catalog/items");
  for (const { sku, name, state } of data) {
    transcript.fact(sku, `${name}, ${state}`);
  }
  transcript.promise(
    "the merchant has imported what the plugin offers",
    data.length > 0 && data.every(({ state }) => state === "imported"),
    data,
  );
  return shop;
}

async function order({ api, transcript }: Scene, shop: Answer.Instance): Promise<string> {
  transcript.step("A customer orders gas in the chat");
  const phone = createPhone(api, shop, PHONE);
  transcript.fact("customer", WISH);
  await phone.write(WISH);
  const isReply = ({ document, text }: PhoneMessage) => document === undefined && ORDER_NUMBER.test(text);
  const got = await readUntil(
    () => readPhone(api, shop.id, PHONE),
    (messages) => messages.some(isReply),
    DEADLINE_MS,
  );
  const reply = got.find(isReply)?.text ?? "";
  transcript.fact(shop.name, reply);
  transcript.promise("the address is in the answer as it was written", reply.includes(ADDRESS), reply);
  return ORDER_NUMBER.exec(reply)?.[0] ?? "";
}

async function followDelivery({ api, depot, transcript }: Scene, number: string): Promise<void> {
  transcript.step("They pay; the provider calls back, and the plugin hears of it");
  const { data } = await readUntil(
    () => api.get<Answer.Page<Answer.Order>>("/v1/orders"),
    (page) => page.data.some((placed) => placed.number === number && placed.state === "dispatched"),
    DEADLINE_MS,
  );
  const placed = data.find((one) => one.number === number);
  const payment = await api.get<Answer.Payment>(`/v1/payments/${placed?.paymentId}`);
  transcript.fact("payment", `${payment.state} with ${payment.provider}, reference ${payment.reference}`);
  transcript.promise("the payment has succeeded", payment.state === "succeeded", payment);
  transcript.fact("order", `${number}, ${placed?.state}`);
  transcript.promise("the order is on its way", placed?.state === "dispatched", placed);
  const job = await readUntil(
    async () => depot.book.jobs.get(number),
    (opened) => opened !== undefined,
    DEADLINE_MS,
  );
  transcript.fact("delivery job", `${job?.id}\n${job?.address}`);
  transcript.promise("the delivery job has the very same address", job?.address === ADDRESS, job);
}

async function readReceipt({ api, transcript }: Scene, shop: Answer.Instance, number: string): Promise<void> {
  transcript.step("The receipt is on the phone");
  const got = await readUntil(
    () => readPhone(api, shop.id, PHONE),
    (messages) => messages.some(({ document }) => document),
    DEADLINE_MS,
  );
  const documents = got.filter(({ document }) => document !== undefined);
  const [receipt] = documents;
  transcript.fact(shop.name, receipt?.text ?? "");
  transcript.promise("one document has arrived, about this order", isOne(documents, number), documents);
  const answer = await fetch(receipt?.document?.url ?? "");
  const file = Buffer.from(await answer.arrayBuffer());
  await mkdir(FOLDER, { recursive: true });
  const path = join(FOLDER, receipt?.document?.fileName ?? "receipt.pdf");
  await writeFile(path, file);
  transcript.fact("written to", path);
  transcript.promise("it is a PDF", file.subarray(0, 5).toString("latin1") === "%PDF-", answer.status);
}

function isOne(documents: readonly PhoneMessage[], number: string): boolean {
  return documents.length === 1 && documents.every(({ text }) => text.includes(number));
}

async function repeatCall({ api, depot, transcript }: Scene, shop: Answer.Instance, number: string) {
  transcript.step("The same call reaches the plugin once more");
  const call = depot.calls.findLast(({ tool }) => tool === "order_gas");
  const countAll = async () => ({
    orders: (await api.get<Answer.Page<unknown>>("/v1/orders")).data.length,
    payments: (await api.get<Answer.Page<unknown>>("/v1/payments")).data.length,
    messages: (await readPhone(api, shop.id, PHONE)).length,
    jobs: depot.book.jobs.size,
  });
  const before = await countAll();
  const answer = call === undefined ? null : await depot.repeat(call);
  transcript.json("result", answer);
  transcript.promise("it names the same order", JSON.stringify(answer).includes(`"${number}"`), answer);
  const after = await countAll();
  transcript.json("there are", after);
  transcript.promise("nothing was done again", JSON.stringify(after) === JSON.stringify(before), before);
}

/**
 * A customer orders gas in the chat, to an exact address, and pays: with play money, and by M-Pesa. The receipt's
 * document is checked by programs that did not make it, where they are installed; `.ci/run` installs them.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type * as Answer from "../../src/local/demo/answers.ts";
import { type Depot, openDepot } from "../../src/local/demo/depot.ts";
import { type PhoneMessage, readPhone } from "../../src/local/demo/phone.ts";
import { readUntil } from "../../src/local/demo/poll.ts";
import { type DarajaStandIn, startDarajaStandIn } from "../support/daraja-stand-in.ts";
import { PAYMENT_CREDENTIALS } from "../support/payment-stand-in.ts";
import { type Stage, setStage } from "./support/stage.ts";

/** Two spaces, marks of several scripts, and a name that no tidying must touch. */
const ADDRESS = "Beth House,  Kasarani, House 16 (gate B) – “mlango wa bluu”, kwa Wanjirũ №7";
const DEADLINE_MS = 20_000;

let stage: Stage;
let depot: Depot;
let daraja: DarajaStandIn;
let folder: string;
let instanceId: string;

beforeAll(async () => {
  [stage, depot, daraja, folder] = await Promise.all([
    setStage(),
    openDepot(),
    startDarajaStandIn(),
    mkdtemp(join(tmpdir(), "kivuko-gas-")),
  ]);
  const instance = await stage.api.send<{ id: string }>("POST", "/v1/instances", {
    name: "Gesi ya Amina",
    channel: "simulator",
  });
  instanceId = instance.id;
  await depot.moveIn(stage.api, instance);
});
afterAll(async () => {
  await stage.clear();
  await Promise.all([depot.close(), daraja.close(), rm(folder, { recursive: true })]);
});

const isHere = (command: string) =>
  spawnSync(command, ["--version"], { stdio: "ignore" }).error === undefined;

/** Writes to the number, and returns the phone once it holds so many messages. */
async function phoneAfter(phone: string, messages: number): Promise<readonly PhoneMessage[]> {
  return readUntil(
    () => readPhone(stage.api, instanceId, phone),
    (got) => got.length >= messages,
    DEADLINE_MS,
  );
}

async function write(phone: string, text: string): Promise<void> {
  await stage.api.send("POST", `/v1/instances/${instanceId}/simulator/messages`, { from: phone, text });
}

async function orderIn(number: string, state: string): Promise<Answer.Order | undefined> {
  const { data } = await readUntil(
    () => stage.api.get<Answer.Page<Answer.Order>>("/v1/orders"),
    (page) => page.data.some((order) => order.number === number && order.state === state),
    DEADLINE_MS,
  );
  return data.find((order) => order.number === number);
}

/** Calls that told the plugin about something, by the event's type. */
const toldOf = (type: string, number: string) =>
  depot.calls.filter(
    ({ input }) =>
      input["type"] === type &&
      [
        (input["data"] as Answer.Order).number,
        (input["data"] as { orderReference?: string }).orderReference,
      ].includes(number),
  );

/** The file behind a document message, checked and read by others' programs. */
async function readDocument(message: PhoneMessage | undefined): Promise<string | null> {
  const { url, fileName = "" } = message?.document ?? {};
  const answer = await fetch(url ?? "");
  expect({ status: answer.status, type: answer.headers.get("content-type") }).toEqual({
    status: 200,
    type: "application/pdf",
  });
  const file = join(folder, fileName);
  await writeFile(file, Buffer.from(await answer.arrayBuffer()));
  if (isHere("qpdf")) {
    const { status, stdout, stderr } = spawnSync("qpdf", ["--check", file], { encoding: "utf8" });
    expect({ status, said: stdout + stderr }).toMatchObject({ status: 0 });
  }
  return isHere("pdftotext")
    ? spawnSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8" }).stdout
    : null;
}

describe.each([
  { provider: "sandbox", phone: "+254722000301" },
  { provider: "mpesa", phone: "+254722000302" },
])("with $provider", ({ provider, phone }) => {
  let number: string;
  let paymentId: string;

  beforeAll(async () => {
    if (provider === "mpesa") {
      const credentials = { ...PAYMENT_CREDENTIALS.paybill, apiBaseUrl: daraja.url };
      await stage.api.send("POST", "/v1/payment-accounts", { provider, name: "Pay bill", credentials });
    }
  });

  test("the customer asks, orders to an exact address, pays, and has a receipt", async () => {
    await write(phone, "How much is a 13 kg gas refill?");
    expect((await phoneAfter(phone, 1))[0]?.text).toContain("KES 2,550.00");

    await write(phone, `Please order a 13 kg gas cylinder. Deliver to: ${ADDRESS}`);
    const [, ...got] = await phoneAfter(phone, 3);
    const reply = got.find(({ document }) => document === undefined)?.text ?? "";
    expect(reply).toContain(ADDRESS);
    number = /[A-Z]{2,}(?:-\d+)+/.exec(reply)?.[0] ?? "";

    // The events of the order follow one another until a rider is on the way.
    const order = await orderIn(number, "dispatched");
    expect(order).toMatchObject({ state: "dispatched", amount: 255_000 });
    expect(order?.orderDetails).toEqual({ deliveryAddress: ADDRESS });
    paymentId = order?.paymentId ?? "";
    const paid = await stage.api.get<Answer.Payment>(`/v1/payments/${paymentId}`);
    expect(paid).toMatchObject({ state: "succeeded", provider });

    const documents = (await readPhone(stage.api, instanceId, phone)).filter(({ document }) => document);
    expect(documents).toHaveLength(1);
    expect(documents[0]?.text).toContain(number);
    const text = await readDocument(documents[0]);
    expect(text ?? ADDRESS).toContain(ADDRESS);
  });

  test("the event reached the plugin once, and there is one delivery job", async () => {
    await readUntil(
      async () => depot.book.jobs.get(number),
      (job) => job !== undefined,
      DEADLINE_MS,
    );
    expect(toldOf("payment.succeeded", number)).toHaveLength(1);
    expect(toldOf("order.paid", number)).toHaveLength(1);
    expect(depot.book.jobs.get(number)).toMatchObject({ paymentId, address: ADDRESS, isCalledOff: false });
    expect([...depot.book.jobs.values()].filter((job) => job.paymentId === paymentId)).toHaveLength(1);
  });

  test("the same call repeated, a doubled and a late callback change nothing", async () => {
    const ordered = depot.calls.findLast(({ tool }) => tool === "order_gas");
    const before = {
      phone: await readPhone(stage.api, instanceId, phone),
      payments: (await stage.api.get<Answer.Page<Answer.Payment>>("/v1/payments")).data,
      orders: (await stage.api.get<Answer.Page<Answer.Order>>("/v1/orders")).data.map(({ id, state }) => ({
        id,
        state,
      })),
      calls: depot.calls.length,
    };
    expect(await depot.repeat(ordered as (typeof depot.calls)[number])).toMatchObject({
      orderNumber: number,
    });
    expect(before.calls + 1).toBe(depot.calls.length);
    if (provider === "mpesa") {
      for (let time = 0; time < 2; time++) {
        await fetch(`${daraja.url}/-/deliver`, {
          method: "POST",
          body: JSON.stringify({ payer: phone.slice(1) }),
        });
      }
      expect(daraja.books.charges.filter(({ payer }) => payer === phone.slice(1))).toHaveLength(1);
    }
    await stage.platform.tick();
    // The order after it is through all that a repetition would have led to.
    const other = await stage.api.send<{ status: string }>(
      "POST",
      `/v1/instances/${instanceId}/tools/GAS_DELIVERY__confirm_delivery/calls`,
      { input: { orderNumber: number }, customer: { phone } },
    );
    expect(other.status).toBe("ok");
    await orderIn(number, "completed");
    await readUntil(
      async () => toldOf("order.completed", number).length,
      (told) => told > 0,
      DEADLINE_MS,
    );
    expect(await readPhone(stage.api, instanceId, phone)).toMatchObject(
      before.phone.map(({ text }) => ({ text })),
    );
    expect((await stage.api.get<Answer.Page<Answer.Payment>>("/v1/payments")).data).toEqual(before.payments);
    expect((await stage.api.get<Answer.Page<Answer.Order>>("/v1/orders")).data).toHaveLength(
      before.orders.length,
    );
    expect(toldOf("payment.succeeded", number)).toHaveLength(1);
    expect(toldOf("order.paid", number)).toHaveLength(1);
  });

  test("a refund has a receipt of its own, and calls the delivery off", async () => {
    const before = (await readPhone(stage.api, instanceId, phone)).length;
    await stage.api.send("POST", `/v1/payments/${paymentId}/refunds`, { reason: "The valve leaks." });
    const got = await phoneAfter(phone, before + 1);
    expect(got).toHaveLength(before + 1);
    const text = await readDocument(got.at(-1));
    expect(text ?? "The valve leaks.").toContain("The valve leaks.");
    expect(got.at(-1)?.document?.fileName).not.toBe(got[before - 1]?.document?.fileName);
    expect(await orderIn(number, "refunded")).toMatchObject({ state: "refunded" });
    await readUntil(
      async () => depot.book.jobs.get(number)?.isCalledOff,
      (isCalledOff) => isCalledOff === true,
      DEADLINE_MS,
    );
    expect(depot.book.jobs.get(number)?.isCalledOff).toBe(true);
  });
});

test("the plugin never sees a customer's number, and the platform's log shows neither it nor the address", () => {
  const seen = JSON.stringify(depot.calls.map(({ input }) => input));
  expect(seen).not.toContain("254722000");
  const log = stage.log.join("\n");
  expect(log).not.toContain("254722000");
  expect(log).not.toContain("Beth House");
});

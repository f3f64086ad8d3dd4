/** Every way in which a customer is written to goes through the policy: each is walked in each state of a customer. */
import { beforeAll, describe, expect, it } from "vitest";
import { withActor } from "../../src/access/context.ts";
import type { Think } from "../../src/agent/chats/run-turn.ts";
import { registerDocumentSource } from "../../src/channels/documents.ts";
import { sendCheckoutLink } from "../../src/effects/payments/send-checkout-link.ts";
import { issueReceipt } from "../../src/effects/receipts/issue-receipt.ts";
import { sendReceiptOnce } from "../../src/effects/receipts/send-receipt.ts";
import { utf8 } from "../../src/kernel/encoding.ts";
import { newId } from "../../src/kernel/ids.ts";
import { dispatchTool, startStageTimes } from "../../src/plugins/dispatch/index.ts";
import { callBridge, createBridgeDesk } from "./support/bridge.ts";
import { thinkBy } from "./support/chats.ts";
import { DAMAGED, type Desk } from "./support/desk.ts";
import { grantFirstParty } from "./support/first-party.ts";
import { Till } from "./support/payments.ts";
import { createPolicyNumber, DAY_MS, HOUR_MS, PolicyCustomer } from "./support/policy.ts";

const SENDS = [
  "plugin:messages:send:current_chat",
  "plugin:messages:send:external_recipient",
  "plugin:payments:initiate:external_recipient",
] as const;
const TOOL = "create_support_ticket";
const CUSTOMER_CAP = 2;

/** The number with the window, as the desk's own. */
let desk: Desk;
let till: Till;

beforeAll(async () => {
  const created = await createBridgeDesk(SENDS);
  const supportId = await createPolicyNumber(created, {
    quietHours: { from: "21:00", to: "07:00", allowUrgent: false },
    dailyCapPerCustomer: CUSTOMER_CAP,
  });
  desk = { ...created, supportId };
  await desk.control("PUT", `/v1/instances/${supportId}/grants/${desk.installation.id}`, {
    permissions: SENDS,
    tools: [TOOL],
    approvals: { [TOOL]: "always" },
  });
  await grantFirstParty(desk, "kivuko.whatsapp", { permissions: ["WRITE_MESSAGES"] });
  await desk.control("POST", "/v1/payment-accounts", { provider: "sandbox", name: "Till" });
  till = new Till(desk);
  registerDocumentSource("receipt", async () => ({ bytes: utf8("%PDF"), url: "https://kivuko.test/r" }));
});

type Path = (customer: PolicyCustomer) => Promise<unknown>;

const bridge =
  (recipientOf: (customer: PolicyCustomer) => Promise<object> | object): Path =>
  async (customer) => {
    const body = { recipient: await recipientOf(customer), text: "From the plugin" };
    const answer = await callBridge(desk, { method: "POST", path: "/messages", body });
    expect(answer.status).toBe(201);
  };

const sendByTool: Think = async ({ ctx, input }) => {
  await dispatchTool({
    ctx,
    input: {
      catalog: input.catalog,
      toolName: "whatsapp__send_message",
      input: { text: "From the turn's tool" },
      customerPhone: input.customerPhone,
      chat: input.chat ?? null,
      traceparent: null,
      times: startStageTimes(),
      callId: newId("call"),
    },
  });
  return { messages: [], text: "Hi", usage: { inputTokens: 1, outputTokens: 1 }, finishReason: "stop" };
};

const happen: Path = async (customer) => {
  const stub = await customer.stub();
  await stub.note({ text: "The order left.", opensTurn: true, dedupeKey: crypto.randomUUID() });
  await customer.pass(10_000);
};

const PATHS: Record<string, Path> = {
  "bridge message to a number": bridge(({ phone }) => ({ type: "external_recipient", phone })),
  "bridge message with the chat's token": bridge(async (customer) => {
    const { token } = await (await customer.stub()).mintToken({
      address: customer.address,
      installationId: desk.installation.id,
      callId: newId("call"),
    });
    return { type: "current_chat", token };
  }),
  "tool called over the API": ({ phone }) =>
    desk.callTool({
      instanceId: desk.supportId,
      tool: "whatsapp__send_message",
      body: { input: { text: "From the tool" }, customer: { phone } },
    }),
  "tool called in a turn": async (customer) => {
    await thinkBy(await customer.stub(), sendByTool);
    await happen(customer);
  },
  "reply to an event": happen,
  "staff write": async ({ phone }) => {
    const { body } = await desk.control<{ data: { id: string; customer: string }[] }>(
      "GET",
      `/v1/instances/${desk.supportId}/chats`,
    );
    const id = body.data.find(({ customer }) => customer.endsWith(phone.slice(-4)))?.id;
    await desk.control("POST", `/v1/chats/${id}/take`);
    const { status } = await desk.control("POST", `/v1/chats/${id}/messages`, { text: "From staff" });
    return status;
  },
  receipt: async ({ phone }) => {
    const { id } = await till.paid({ phone });
    const ctx = till.platform();
    const receiptId = await issueReceipt({ ctx, input: { kind: "payment", id } });
    await sendReceiptOnce({ ctx, input: { id: receiptId ?? "" } });
  },
  "checkout link": async ({ phone }) => {
    const row = await till.pay({ phone });
    const unsent = {
      ...row,
      checkoutUrl: "https://pay.example/1",
      state: "pending",
      linkSentAt: null,
    } as const;
    await sendCheckoutLink({ ctx: withActor(till.base(), till.platform().actor), input: { row: unsent } });
  },
  "approval question": async ({ phone }) => {
    const approvers = [{ name: "Asha", phoneNumber: phone }];
    await desk.control("PATCH", `/v1/instances/${desk.supportId}`, { approvers });
    const input = { ...DAMAGED, summary: `Damaged, says ${phone}.` };
    const { status } = await desk.callTool({ instanceId: desk.supportId, body: { input } });
    await desk.control("PATCH", `/v1/instances/${desk.supportId}`, { approvers: [] });
    return status;
  },
  "escalation's sentence": async (customer) => {
    await (await customer.stub()).pause({ tellAfterMs: 1 });
    await customer.pass(10_000);
  },
};

const STATES = {
  stopped: async (customer: PolicyCustomer) => {
    await customer.write("STOP");
    await customer.pass(10_000);
  },
  "stopped long ago": async (customer: PolicyCustomer) => {
    await customer.write("STOP");
    await customer.pass(DAY_MS + HOUR_MS);
  },
  closed: (customer: PolicyCustomer) => customer.pass(DAY_MS + HOUR_MS),
  asleep: (customer: PolicyCustomer) => customer.pass(12 * HOUR_MS),
  "written to enough": (customer: PolicyCustomer) => sendAll(customer, ["One", "Two"]),
  "told so already": (customer: PolicyCustomer) => sendAll(customer, ["From the plugin", "From the tool"]),
};

async function sendAll(customer: PolicyCustomer, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    expect(await customer.send(text, { kind: "proactive", installationId: null })).toBe("sent allowed");
  }
}

const SENT = "sent allowed";
/** By the states above. */
const ANSWER = [SENT, "blocked outside_window", "blocked outside_window", SENT, SENT, SENT];
const NEWS = [SENT, "blocked opted_out", "blocked outside_window", SENT, SENT, SENT];
const UNASKED = [
  "blocked opted_out",
  "blocked opted_out",
  "blocked outside_window",
  "held quiet_hours",
  "held customer_cap",
  "blocked duplicate",
];

describe("[POLICY-15] nobody goes round the policy", () => {
  it.each<[string, readonly string[]]>([
    ["bridge message to a number", UNASKED],
    ["bridge message with the chat's token", ANSWER],
    ["tool called over the API", UNASKED],
    ["tool called in a turn", ANSWER],
    ["reply to an event", NEWS],
    ["staff write", [SENT, "409", "409", SENT, SENT, SENT]],
    ["receipt", NEWS],
    ["checkout link", NEWS],
    ["approval question", NEWS],
    ["escalation's sentence", ANSWER],
  ])("%s", { timeout: 60_000 }, async (name, expected) => {
    const became: string[] = [];
    for (const bring of Object.values(STATES)) {
      const customer = new PolicyCustomer(desk, desk.supportId);
      await customer.write("Hello");
      await customer.pass(10_000);
      await bring(customer);
      const [logged, known] = [await customer.got(), await customer.states()];
      const answer = await PATHS[name]?.(customer);
      const [first] = (await customer.states()).slice(known.length);
      const outcome = first?.slice(first.lastIndexOf(": ") + 2) ?? String(answer);
      became.push(outcome);
      // What is said to have been sent is in the provider's log, and nothing else is.
      const more = (await customer.got()).length - logged.length;
      expect(more > 0, `${name}: ${outcome}`).toBe(outcome === "sent allowed");
    }
    expect(became).toEqual(expected);
  });
});

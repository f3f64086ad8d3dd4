/** Everybody whom the platform keeps secrets of, and something sealed in every column that has any. */
import type { Api } from "../../../src/local/api.ts";
import { readUntil } from "../../../src/local/demo/poll.ts";
import { type Bridge, createBridgeClient } from "../../../src/sdk/index.ts";
import { startDarajaStandIn } from "../../support/daraja-stand-in.ts";
import { startEventSink } from "../../support/event-sink.ts";
import { MODEL_KEY, startModelStandIn } from "../../support/model-stand-in.ts";
import { PAYMENT_CREDENTIALS } from "../../support/payment-stand-in.ts";
import { startPluginStandIn } from "../../support/plugin-stand-in.ts";
import { CHANNEL_CREDENTIALS } from "../../support/stand-in.ts";
import { startWhatsAppCloudStandIn } from "../../support/whatsapp-cloud-stand-in.ts";
import { installPlugin } from "./stage.ts";
import { installTill, startTill } from "./till-plugin.ts";

const DEADLINE_MS = 30_000;
const HOUR_MS = 3_600_000;
const TOOL = "create_support_ticket";

/** What the model is called at the platform and at its provider. */
export const MODEL = { alias: "ours", providerModel: "ours-1" };

export const PHONES = { payer: "+254700000003", scheduled: "+254700000005", obliged: "+254700000006" };

/** Plugins, providers and receivers on loopback. */
export async function startStands() {
  const [plugins, till, models, cloud, sink, daraja] = await Promise.all([
    startPluginStandIn(),
    startTill([
      "plugin:payments:initiate:external_recipient",
      "plugin:payments:status:own",
      "plugin:payments:refund:execute:own",
      "plugin:ecommerce:catalog:sync",
      "plugin:ecommerce:orders:create:external_recipient",
      "plugin:ecommerce:checkout:initiate",
      "plugin:obligations:request",
      "plugin:messages:send:external_recipient",
    ]),
    startModelStandIn(),
    startWhatsAppCloudStandIn(),
    startEventSink(),
    startDarajaStandIn(),
  ]);
  return { plugins, till, models, cloud, sink, daraja };
}
export type Stands = Awaited<ReturnType<typeof startStands>>;

export type SealedShop = {
  readonly bridge: Bridge;
  /** A simulator, with all plugins. A tool call waits there for its approval. */
  readonly shopId: string;
  /** A number at Meta's stand-in, with an approver. */
  readonly metaId: string;
  /** Of the endpoint that hears of payments, before its secret was rotated; it still signs. */
  readonly oldSecret: string;
  /** Asked for and not paid. */
  readonly paymentId: string;
  /** Placed and not paid. */
  readonly orderId: string;
};

/** What is scheduled is due in an hour. */
export async function fillSealedColumns(
  api: Api,
  { plugins, till, models, cloud, sink, daraja }: Stands,
): Promise<SealedShop> {
  const shop = await installTill(api, till);
  const { instanceId: shopId } = shop;
  const bridge = createBridgeClient({ ...shop, platformUrl: api.baseUrl });
  const installationId = await installPlugin(api, plugins.manifestUrl("well"), { defaultQueue: "care" });
  await api.send("PUT", `/v1/instances/${shopId}/grants/${installationId}`, {
    tools: [TOOL],
    approvals: { [TOOL]: "always" },
  });
  const toolPath = `/v1/instances/${shopId}/tools/SUPPORT_DESK__${TOOL}/calls`;
  await api.ask("POST", toolPath, { input: { summary: "It came broken.", priority: "normal" } });
  const meta = await api.send<{ id: string }>("POST", "/v1/instances", {
    name: "Meta",
    channel: "whatsapp-cloud",
    phoneNumber: "+254712345678",
    credentials: { ...CHANNEL_CREDENTIALS["whatsapp-cloud"], graphBaseUrl: cloud.url },
  });
  await api.send("PATCH", `/v1/instances/${meta.id}`, {
    approvers: [{ name: "Amina", phoneNumber: "+254700000001" }],
  });
  await api.send("POST", "/v1/provider-keys", {
    provider: "openai-compatible",
    name: "Ours",
    baseUrl: `${models.url}/v1`,
    key: MODEL_KEY,
  });
  await api.send("POST", "/v1/models-catalog", {
    ...MODEL,
    provider: "openai-compatible",
    baseUrl: `${models.url}/v1`,
  });
  const endpoint = await api.send<{ id: string; secret: string }>("POST", "/v1/event-endpoints", {
    url: `${sink.url}/shop`,
    types: ["payment.succeeded"],
  });
  await api.send("POST", `/v1/event-endpoints/${endpoint.id}/secrets`, { overlapSeconds: 86_400 });
  await api.send("POST", "/v1/payment-accounts", { provider: "sandbox", name: "Play money" });
  await api.send("POST", "/v1/payment-accounts", {
    provider: "mpesa",
    name: "Pay bill",
    credentials: { ...PAYMENT_CREDENTIALS.paybill, apiBaseUrl: daraja.url },
  });
  const terms = { amount: 125_000, currency: "KES", orderReference: "GAS-1", description: "Gas refill" };
  const played = await bridge.payments.initiate({
    recipient: { type: "external_recipient", phone: "+254700000002" },
    provider: "sandbox",
    ...terms,
  });
  await readUntil(
    () => bridge.payments.get(played.id),
    ({ state }) => state === "succeeded",
    DEADLINE_MS,
  );
  await bridge.payments.refund(played.id, { reason: "Wrong cylinder" });
  daraja.books.behave(PHONES.payer.slice(1), { outcome: "succeed", callback: "late" });
  const asked = await bridge.payments.initiate({
    recipient: { type: "external_recipient", phone: PHONES.payer },
    provider: "mpesa",
    ...terms,
  });
  await bridge.catalog.sync({
    items: [{ sku: "GAS-13", name: "13 kg gas refill", unitAmount: 125_000, currency: "KES" }],
  });
  await api.send("POST", "/v1/catalog/imports", { installationId: shop.installationId });
  const order = await bridge.orders.create({
    recipient: { type: "external_recipient", phone: "+254700000004" },
    items: [{ sku: "GAS-13", quantity: 1 }],
  });
  const inAnHour = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + HOUR_MS).toISOString();
  await api.send("POST", "/v1/scheduled-messages", {
    instanceId: shopId,
    customer: { phone: PHONES.scheduled },
    text: "Your appointment is tomorrow.",
    sendAt: inAnHour,
  });
  await bridge.obligations.create({
    recipient: { type: "external_recipient", phone: PHONES.obliged },
    externalId: "rent-1",
    title: "Rent",
    dueAt: inAnHour,
    message: "Your rent is due.",
    action: "reminder",
  });
  return {
    bridge,
    shopId,
    metaId: meta.id,
    oldSecret: endpoint.secret,
    paymentId: asked.id,
    orderId: order.id,
  };
}

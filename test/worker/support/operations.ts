/**
 * Every operation of the real OpenAPI document, with what it takes to send a valid request to it. Tests that walk
 * the API walk this: an operation that is missing here, or here and not in the document, fails them.
 */
import type { Permission } from "../../../src/access/permissions.ts";
import { newId } from "../../../src/kernel/ids.ts";
import { type Answer, call, type ProblemBody } from "./call.ts";
import { manifestUrl, TICKET_TOOL } from "./desk.ts";

/** The objects that requests name. */
export type ObjectIds = {
  readonly organizationId: string;
  readonly instanceId: string;
  readonly installationId: string;
  readonly reviewId: string;
  readonly callId: string;
  readonly deadLetterId: string;
  readonly apiTokenId: string;
  readonly gatewayKeyId: string;
  readonly providerKeyId: string;
  readonly modelId: string;
  readonly chatId: string;
  readonly paymentId: string;
  readonly refundId: string;
  readonly paymentAccountId: string;
  readonly receiptId: string;
  readonly catalogItemId: string;
  readonly orderId: string;
  readonly afterSalesId: string;
  readonly eventEndpointId: string;
  readonly eventDeliveryId: string;
  readonly escalationId: string;
  readonly scheduledMessageId: string;
  readonly obligationId: string;
  readonly obligationPollId: string;
  readonly approvalId: string;
};

/** Ids of objects that nobody has. */
export function nobodysIds(): ObjectIds {
  return {
    organizationId: newId("organization"),
    instanceId: newId("instance"),
    installationId: newId("installation"),
    reviewId: newId("pluginReview"),
    callId: newId("call"),
    deadLetterId: newId("deadLetter"),
    apiTokenId: newId("apiToken"),
    gatewayKeyId: newId("gatewayKey"),
    providerKeyId: newId("providerKey"),
    modelId: newId("model"),
    chatId: newId("chat"),
    paymentId: newId("payment"),
    refundId: newId("refund"),
    paymentAccountId: newId("paymentAccount"),
    receiptId: newId("receipt"),
    catalogItemId: newId("catalogItem"),
    orderId: newId("order"),
    afterSalesId: newId("afterSales"),
    eventEndpointId: newId("eventEndpoint"),
    eventDeliveryId: newId("eventDelivery"),
    escalationId: newId("escalation"),
    scheduledMessageId: newId("scheduledMessage"),
    obligationId: newId("obligation"),
    obligationPollId: newId("obligationPoll"),
    approvalId: newId("approval"),
  };
}

export type OperationRequest = {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

export type Operation = {
  readonly id: string;
  readonly method: string;
  /** As in the document, with `{parameters}`. */
  readonly path: string;
  readonly tags: readonly string[];
  /** Empty for what is public. */
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly hasBody: boolean;
  /** Media types of the answers, by status. */
  readonly answers: Readonly<Record<string, readonly string[]>>;
};

type KnownOperation = {
  /** What the caller must hold; null for what anybody with a credential may do, or with none. */
  readonly permission: Permission | null;
  readonly request: (ids: ObjectIds) => OperationRequest;
};

const byInstallation = (ids: ObjectIds) => ({ params: { id: ids.installationId } });
const byPair = ({ instanceId, installationId }: ObjectIds) => ({ params: { instanceId, installationId } });
const byTool = ({ instanceId }: ObjectIds) => ({ params: { instanceId, toolName: TICKET_TOOL } });
const greeter = () => ({ params: { id: "kivuko.greeter" } });
const byNumber = ({ instanceId }: ObjectIds) => ({ params: { id: instanceId } });
const byChat = ({ chatId }: ObjectIds) => ({ params: { id: chatId } });
const byPayment = ({ paymentId }: ObjectIds) => ({ params: { id: paymentId } });
const byRefund = ({ refundId }: ObjectIds) => ({ params: { id: refundId } });
const byPaymentAccount = ({ paymentAccountId }: ObjectIds) => ({ params: { id: paymentAccountId } });
const byItem = ({ catalogItemId }: ObjectIds) => ({ params: { id: catalogItemId } });
const byOrder = ({ orderId }: ObjectIds) => ({ params: { id: orderId } });
const byReceipt = ({ receiptId }: ObjectIds) => ({ params: { id: receiptId } });
const byEndpoint = ({ eventEndpointId }: ObjectIds) => ({ params: { id: eventEndpointId } });
const byDelivery = ({ eventDeliveryId }: ObjectIds) => ({ params: { id: eventDeliveryId } });
const byApproval = ({ approvalId }: ObjectIds) => ({ params: { id: approvalId } });
const bySchedule = ({ scheduledMessageId }: ObjectIds) => ({ params: { id: scheduledMessageId } });
const byEscalation = ({ escalationId }: ObjectIds) => ({ params: { id: escalationId } });
const byPoll = ({ obligationPollId }: ObjectIds) => ({ params: { id: obligationPollId } });
const nothing = () => ({});
const CONFIGURATION = { defaultQueue: "customer-care" };
const PERMISSION_KEYS = ["support:tickets:create", "support:tickets:read"];

const KNOWN: Readonly<Record<string, KnownOperation>> = {
  getHealth: { permission: null, request: nothing },
  getManifestSchema: { permission: null, request: nothing },
  getMe: { permission: null, request: nothing },
  createApiToken: {
    permission: "tokens:manage",
    request: () => ({ body: { name: "A token", scopes: ["plugins:read"] } }),
  },
  listApiTokens: { permission: "tokens:manage", request: nothing },
  revokeApiToken: {
    permission: "tokens:manage",
    request: ({ apiTokenId }) => ({ params: { id: apiTokenId } }),
  },
  createGatewayKey: {
    permission: "gateway_keys:manage",
    request: ({ instanceId }) => ({ body: { name: "A key", instanceId } }),
  },
  listGatewayKeys: { permission: "gateway_keys:manage", request: nothing },
  revokeGatewayKey: {
    permission: "gateway_keys:manage",
    request: ({ gatewayKeyId }) => ({ params: { id: gatewayKeyId } }),
  },
  listAuditEntries: {
    permission: "audit:read",
    request: ({ installationId }) => ({ query: { subjectId: installationId } }),
  },
  createInstance: {
    permission: "instances:write",
    request: () => ({ body: { name: "Another number", channel: "simulator" } }),
  },
  listInstances: { permission: "instances:read", request: nothing },
  getInstance: {
    permission: "instances:read",
    request: ({ instanceId }) => ({ params: { id: instanceId } }),
  },
  updateInstance: {
    permission: "instances:write",
    request: ({ instanceId }) => ({ params: { id: instanceId }, body: { name: "Renamed" } }),
  },
  reviewPlugin: {
    permission: "plugins:install",
    request: () => ({ body: { manifestUrl: manifestUrl("well") } }),
  },
  getPluginReview: {
    permission: "plugins:install",
    request: ({ reviewId }) => ({ params: { id: reviewId } }),
  },
  installPlugin: {
    permission: "plugins:install",
    request: ({ reviewId }) => ({
      body: { reviewId, configuration: CONFIGURATION, permissionKeys: PERMISSION_KEYS },
    }),
  },
  listInstallations: { permission: "plugins:read", request: nothing },
  getInstallation: { permission: "plugins:read", request: byInstallation },
  uninstallPlugin: { permission: "plugins:install", request: byInstallation },
  upgradeInstallation: {
    permission: "plugins:install",
    request: (ids) => ({
      ...byInstallation(ids),
      body: { reviewId: ids.reviewId, permissionKeys: PERMISSION_KEYS },
    }),
  },
  disableInstallation: { permission: "plugins:install", request: byInstallation },
  enableInstallation: { permission: "plugins:install", request: byInstallation },
  readConfiguration: { permission: "plugins:configure", request: byInstallation },
  writeConfiguration: {
    permission: "plugins:configure",
    request: (ids) => ({ ...byInstallation(ids), body: { configuration: CONFIGURATION } }),
  },
  listSecrets: { permission: "plugins:secrets", request: byInstallation },
  rotateSecret: {
    permission: "plugins:secrets",
    request: (ids) => ({ ...byInstallation(ids), body: { overlapSeconds: 0 } }),
  },
  revokeSecret: {
    permission: "plugins:secrets",
    request: ({ installationId }) => ({ params: { id: installationId, version: "1" } }),
  },
  listGrants: {
    permission: "plugins:read",
    request: ({ instanceId }) => ({ params: { instanceId } }),
  },
  grantPlugin: {
    permission: "grants:write",
    request: (ids) => ({ ...byPair(ids), body: { tools: ["create_support_ticket"] } }),
  },
  revokeGrant: { permission: "grants:write", request: byPair },
  listTools: { permission: "tools:call", request: ({ instanceId }) => ({ params: { instanceId } }) },
  explainCall: { permission: "tools:call", request: byTool },
  callTool: {
    permission: "tools:call",
    request: (ids) => ({ ...byTool(ids), body: { input: { summary: "The parcel is wet." } } }),
  },
  listCalls: {
    permission: "calls:read",
    request: ({ instanceId, installationId }) => ({ query: { instanceId, installationId } }),
  },
  getCall: { permission: "calls:read", request: ({ callId }) => ({ params: { id: callId } }) },
  listBridgeCalls: {
    permission: "calls:read",
    request: ({ instanceId, installationId }) => ({ query: { instanceId, installationId } }),
  },
  listDeadLetters: { permission: "dead_letters:read", request: nothing },
  replayDeadLetter: {
    permission: "dead_letters:replay",
    request: ({ deadLetterId }) => ({ params: { id: deadLetterId } }),
  },
  discardDeadLetter: {
    permission: "dead_letters:replay",
    request: ({ deadLetterId }) => ({ params: { id: deadLetterId } }),
  },
  listPlugins: { permission: "plugins:read", request: nothing },
  enablePlugin: { permission: "grants:write", request: greeter },
  disablePlugin: { permission: "grants:write", request: greeter },
  createProviderKey: {
    permission: "models:manage",
    request: () => ({ body: { provider: "openai-compatible", name: "A key", key: "sk-for-tests-only" } }),
  },
  listProviderKeys: { permission: "models:manage", request: nothing },
  revokeProviderKey: {
    permission: "models:manage",
    request: ({ providerKeyId }) => ({ params: { id: providerKeyId } }),
  },
  createModel: {
    permission: "models:manage",
    request: ({ providerKeyId }) => ({
      body: {
        alias: `model-${newId("model")}`,
        provider: "openai-compatible",
        providerModel: "small",
        keyId: providerKeyId,
      },
    }),
  },
  listModels: { permission: "models:manage", request: nothing },
  removeModel: { permission: "models:manage", request: ({ modelId }) => ({ params: { id: modelId } }) },
  summarizeUsage: { permission: "usage:read", request: nothing },
  sendSimulatedMessage: {
    permission: "tools:call",
    request: (ids) => ({ ...byNumber(ids), body: { from: "+254711000001", text: "Hello" } }),
  },
  readSimulatedPhone: {
    permission: "tools:call",
    request: (ids) => ({ ...byNumber(ids), query: { phone: "+254711000002" } }),
  },
  createSimulatorTicket: {
    permission: "tools:call",
    request: (ids) => ({ ...byNumber(ids), body: { phone: "+254711000002" } }),
  },
  readChatMedia: {
    permission: "chats:read",
    request: ({ chatId }) => ({ params: { id: chatId, reference: "media-1" } }),
  },
  listChats: { permission: "chats:read", request: byNumber },
  listChatMessages: { permission: "chats:read", request: byChat },
  writeChatMessage: {
    permission: "chats:write",
    request: (ids) => ({ ...byChat(ids), body: { text: "A person writes." } }),
  },
  takeChat: { permission: "chats:write", request: byChat },
  listApprovals: { permission: "approvals:read", request: nothing },
  getApproval: { permission: "approvals:read", request: byApproval },
  approveApproval: { permission: "approvals:decide", request: byApproval },
  rejectApproval: {
    permission: "approvals:decide",
    request: (ids) => ({ ...byApproval(ids), body: { reason: "Not today." } }),
  },
  releaseChat: { permission: "chats:write", request: byChat },
  listPayments: {
    permission: "payments:read",
    request: ({ instanceId, installationId }) => ({ query: { instanceId, installationId } }),
  },
  totalPayments: { permission: "payments:read", request: nothing },
  getPayment: { permission: "payments:read", request: byPayment },
  checkPayment: { permission: "payments:refund", request: byPayment },
  dismissPaymentAttention: { permission: "refunds:decide", request: byPayment },
  refundPayment: {
    permission: "payments:refund",
    request: (ids) => ({ ...byPayment(ids), body: { amount: 100, reason: "Wrong cylinder" } }),
  },
  listRefunds: { permission: "payments:read", request: ({ paymentId }) => ({ query: { paymentId } }) },
  approveRefund: { permission: "refunds:decide", request: (ids) => ({ ...byRefund(ids), body: {} }) },
  rejectRefund: { permission: "refunds:decide", request: (ids) => ({ ...byRefund(ids), body: {} }) },
  createPaymentAccount: {
    permission: "payments:configure",
    request: () => ({ body: { provider: "sandbox", name: "Play money" } }),
  },
  listPaymentAccounts: { permission: "payments:configure", request: nothing },
  updatePaymentAccount: {
    permission: "payments:configure",
    request: (ids) => ({ ...byPaymentAccount(ids), body: { name: "Renamed" } }),
  },
  removePaymentAccount: { permission: "payments:configure", request: byPaymentAccount },
  listReceipts: { permission: "payments:read", request: ({ paymentId }) => ({ query: { paymentId } }) },
  getReceipt: { permission: "payments:read", request: byReceipt },
  shareReceipt: { permission: "payments:read", request: byReceipt },
  sendReceipt: { permission: "receipts:send", request: byReceipt },
  getBusinessProfile: { permission: "payments:read", request: nothing },
  setBusinessProfile: { permission: "payments:configure", request: () => ({ body: { name: "Duka" } }) },
  listCatalogItems: { permission: "catalog:read", request: nothing },
  importCatalogItem: { permission: "catalog:write", request: byItem },
  retireCatalogItem: { permission: "catalog:write", request: byItem },
  importCatalogItems: {
    permission: "catalog:write",
    request: ({ installationId }) => ({ body: { installationId } }),
  },
  getCatalogSettings: { permission: "catalog:read", request: byInstallation },
  setCatalogSettings: {
    permission: "catalog:write",
    request: (ids) => ({ ...byInstallation(ids), body: { importsItself: true } }),
  },
  getCommerceSettings: { permission: "catalog:read", request: nothing },
  setCommerceSettings: {
    permission: "catalog:write",
    request: () => ({ body: { orderPrefix: "DUK", unpaidHours: 24 } }),
  },
  listOrders: {
    permission: "orders:read",
    request: ({ instanceId, installationId }) => ({ query: { instanceId, installationId } }),
  },
  totalOrders: { permission: "orders:read", request: nothing },
  getOrderHistory: { permission: "orders:read", request: byOrder },
  setOrderState: {
    permission: "orders:write",
    request: (ids) => ({ ...byOrder(ids), body: { state: "cancelled" } }),
  },
  dismissOrderAttention: { permission: "orders:write", request: byOrder },
  listAfterSales: { permission: "orders:read", request: ({ orderId }) => ({ query: { orderId } }) },
  resolveAfterSales: {
    permission: "orders:write",
    request: ({ afterSalesId }) => ({
      params: { id: afterSalesId },
      body: { outcome: "accepted", resolution: "Bring it back to the shop." },
    }),
  },
  listEvents: {
    permission: "events:read",
    request: ({ paymentId }) => ({ query: { subjectId: paymentId } }),
  },
  listEventDeliveries: { permission: "events:read", request: nothing },
  replayEventDelivery: { permission: "events:manage", request: byDelivery },
  discardEventDelivery: { permission: "events:manage", request: byDelivery },
  createEventEndpoint: {
    permission: "events:manage",
    request: () => ({ body: { url: "https://example.com/hook", types: ["order.paid"] } }),
  },
  listEventEndpoints: { permission: "events:read", request: nothing },
  getEventEndpoint: { permission: "events:read", request: byEndpoint },
  updateEventEndpoint: {
    permission: "events:manage",
    request: (ids) => ({ ...byEndpoint(ids), body: { status: "paused" } }),
  },
  removeEventEndpoint: { permission: "events:manage", request: byEndpoint },
  rotateEventEndpointSecret: {
    permission: "events:manage",
    request: (ids) => ({ ...byEndpoint(ids), body: { overlapSeconds: 0 } }),
  },
  listChatNotes: { permission: "chats:read", request: byChat },
  addChatNote: {
    permission: "chats:write",
    request: (ids) => ({ ...byChat(ids), body: { text: "Prefers to be called in the morning." } }),
  },
  listChatPlugins: { permission: "chats:read", request: byChat },
  listDeliveries: { permission: "chats:read", request: byChat },
  simulateDelivery: {
    permission: "chats:read",
    request: (ids) => ({
      ...byNumber(ids),
      body: { customer: { chatId: ids.chatId }, kind: "proactive", text: "Your appointment is tomorrow." },
    }),
  },
  setChatPlugin: {
    permission: "chats:write",
    request: ({ chatId, installationId }) => ({
      params: { id: chatId, installationId },
      body: { enabled: true },
    }),
  },
  listScheduledMessages: { permission: "schedules:read", request: nothing },
  getScheduledMessage: { permission: "schedules:read", request: bySchedule },
  createScheduledMessage: {
    permission: "schedules:write",
    request: ({ instanceId }) => ({
      body: {
        instanceId,
        customer: { phone: "+254712345678" },
        text: "Your appointment is tomorrow.",
        sendAt: new Date(Date.now() + 24 * 3_600_000).toISOString(),
      },
    }),
  },
  changeScheduledMessage: {
    permission: "schedules:write",
    request: (ids) => ({ ...bySchedule(ids), body: { text: "It is moved." } }),
  },
  cancelScheduledMessage: { permission: "schedules:write", request: bySchedule },
  simulateScheduledMessage: {
    permission: "schedules:read",
    request: (ids) => ({ ...bySchedule(ids), body: {} }),
  },
  readCalendar: {
    permission: "schedules:read",
    request: () => ({ query: { from: new Date(Date.now()).toISOString() } }),
  },
  listEscalations: { permission: "escalations:read", request: nothing },
  getEscalation: { permission: "escalations:read", request: byEscalation },
  assignEscalation: {
    permission: "escalations:write",
    request: (ids) => ({ ...byEscalation(ids), body: { queue: "returns" } }),
  },
  takeEscalation: { permission: "escalations:write", request: byEscalation },
  resolveEscalation: {
    permission: "escalations:write",
    request: (ids) => ({ ...byEscalation(ids), body: {} }),
  },
  getChat: { permission: "chats:read", request: ({ chatId }) => ({ params: { id: chatId } }) },
  updateChat: {
    permission: "chats:write",
    request: ({ chatId }) => ({ params: { id: chatId }, body: { timeZone: "Europe/London" } }),
  },
  listDecidedDeliveries: {
    permission: "calls:read",
    request: ({ instanceId, installationId }) => ({ query: { instanceId, installationId } }),
  },
  listObligations: { permission: "obligations:read", request: nothing },
  readObligation: {
    permission: "obligations:read",
    request: ({ obligationId }) => ({ params: { id: obligationId } }),
  },
  cancelObligationByStaff: {
    permission: "obligations:write",
    request: ({ obligationId }) => ({ params: { id: obligationId } }),
  },
  listObligationPolls: { permission: "obligations:read", request: nothing },
  updateObligationPoll: {
    permission: "plugins:configure",
    request: (ids) => ({ ...byPoll(ids), body: { intervalMinutes: 30 } }),
  },
  runObligationPoll: { permission: "plugins:configure", request: byPoll },
  listPluginEvents: { permission: "calls:read", request: nothing },
  listOrganizationPlugins: {
    permission: "plugins:read",
    request: ({ organizationId }) => ({ params: { organizationId } }),
  },
};

/**
 * Operations that answer in OpenAI's shapes, errors included, so that OpenAI's clients understand them. What holds
 * for them is tested with such a client, in test/flow/gateway.test.ts.
 */
const OPENAI_SHAPED = ["createChatCompletion", "listModelNames", "getModelName"];

/** Operations that plugins call with a token of their own; test/worker/bridge.test.ts walks those. */
const BRIDGE_TAG = "Bridge";

export type OpenApiDocument = {
  readonly openapi: string;
  readonly tags: readonly { readonly name: string }[];
  readonly components: { readonly securitySchemes: Readonly<Record<string, unknown>> };
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
};
type OpenApiOperation = {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security: Operation["security"];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
};

/** The document that the Worker under test serves. */
export async function readDocument(): Promise<OpenApiDocument> {
  return (await call<OpenApiDocument>("GET", "/openapi.json")).body;
}

/** Every operation of that document with our own error shapes. Throws when one of them is not known here, or the other way round. */
export async function readOperations(): Promise<readonly Operation[]> {
  const { paths } = await readDocument();
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      tags: operation.tags,
      security: operation.security,
      hasBody: operation.requestBody !== undefined,
      answers: Object.fromEntries(
        Object.entries(operation.responses).map(([status, { content }]) => [
          status,
          Object.keys(content ?? {}),
        ]),
      ),
    })),
  );
  const ours = operations.filter(({ id, tags }) => !OPENAI_SHAPED.includes(id) && !tags.includes(BRIDGE_TAG));
  const served = ours.map(({ id }) => id).sort();
  const known = Object.keys(KNOWN).sort();
  if (served.join() !== known.join()) {
    throw new Error(
      `test/worker/support/operations.ts does not match /openapi.json: ${JSON.stringify({
        missingHere: served.filter((id) => !known.includes(id)),
        goneFromTheApi: known.filter((id) => !served.includes(id)),
      })}`,
    );
  }
  return ours;
}

/** What the caller of that operation must hold. */
export function permissionFor(operation: Operation): Permission | null {
  return knownOperation(operation).permission;
}

/** A valid request to that operation, about those objects. */
export function requestFor(operation: Operation, ids: ObjectIds): OperationRequest {
  return knownOperation(operation).request(ids);
}

/** The path of a request with its parameters filled in. Throws when one of them has no value. */
export function pathOf(operation: Operation, { params = {}, query }: OperationRequest): string {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) {
      throw new Error(`${operation.id} has a parameter ${name} that its request here does not fill.`);
    }
    return encodeURIComponent(value);
  });
  return query === undefined ? path : `${path}?${new URLSearchParams(query)}`;
}

/** Sends a request of that operation, with or without a credential. */
export function send(
  operation: Operation,
  request: OperationRequest,
  token?: string,
): Promise<Answer<ProblemBody>> {
  return call(operation.method, pathOf(operation, request), {
    ...(token !== undefined && { token }),
    ...(request.body !== undefined && { body: request.body }),
  });
}

function knownOperation({ id }: Operation): KnownOperation {
  const known = KNOWN[id];
  if (known === undefined) {
    throw new Error(`test/worker/support/operations.ts does not know ${id}.`);
  }
  return known;
}

/** Nobody sees or changes what belongs to another organisation. */
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { withActor } from "../../src/access/context.ts";
import {
  approval,
  catalogItem,
  chatNote,
  deadLetter,
  escalation,
  event,
  eventDelivery,
  obligation,
  obligationPoll,
  pluginEvent,
  toolCall,
  usageEvent,
} from "../../src/db/schema/index.ts";
import { openAfterSales } from "../../src/effects/commerce/index.ts";
import { issueReceipt } from "../../src/effects/receipts/issue-receipt.ts";
import { newId } from "../../src/kernel/ids.ts";
import { testBase } from "./support/base.ts";
import { type Answer, call } from "./support/call.ts";
import { ring } from "./support/chats.ts";
import { chatBodyOf, openChat } from "./support/conversations.ts";
import { createDesk, type Desk, manifestUrl } from "./support/desk.ts";
import {
  nobodysIds,
  type ObjectIds,
  type Operation,
  type OperationRequest,
  pathOf,
  readOperations,
  requestFor,
  send,
} from "./support/operations.ts";
import { addGatewayKey, testDb } from "./support/organization.ts";
import { Till } from "./support/payments.ts";
import { Shop } from "./support/shop.ts";

/** In everything of A's that holds text: it must not turn up in any answer that B gets. */
const MARKER = "only-A-may-read-this";

function platform() {
  return withActor(testBase(), { kind: "platform", id: "test", organizationId: null });
}

/** A Support Desk with something of every kind in it. */
async function createFullDesk(): Promise<{ desk: Desk; ids: ObjectIds }> {
  const desk = await createDesk("well", { callsPerMinute: 60 });
  const { organization, control, supportId: instanceId, installation } = desk;
  const created = async (path: string, body?: unknown) => {
    const answer = await control<{ id: string }>("POST", path, body);
    expect(answer.status, `POST ${path}`).toBeOneOf([200, 201]);
    return answer.body.id;
  };
  await control("PATCH", `/v1/instances/${instanceId}`, {
    name: `Support ${MARKER}`,
    phoneNumber: "+254712345678",
    systemPrompt: MARKER,
  });
  await control("PUT", `/v1/installations/${installation.id}/configuration`, {
    configuration: { defaultQueue: MARKER },
  });
  await created("/v1/admin/plugins/kivuko.greeter/enable");
  const { phone, stub } = await openChat(desk, MARKER);
  await ring(stub);
  const providerKeyId = await created("/v1/provider-keys", {
    provider: "openai-compatible",
    name: MARKER,
    key: "sk-for-tests-only",
  });
  const paymentAccountId = await created("/v1/payment-accounts", { provider: "sandbox", name: MARKER });
  const till = new Till(desk);
  const paid = await till.paid({ description: MARKER, orderDetails: JSON.stringify({ address: MARKER }) });
  const requested = await till.refund(
    { paymentId: paid.id },
    till.plugin(["plugin:payments:refund:request:own"]),
  );
  const shop = new Shop(desk);
  await shop.stockUp();
  const ordered = await shop.order({ orderDetails: JSON.stringify({ address: MARKER }) });
  const complaint = await openAfterSales({
    ctx: shop.keeper(),
    input: {
      plan: { order: ordered, request: { kind: "complaint", reason: MARKER } },
      idempotencyKey: MARKER,
    },
  });
  const [item] = await testDb()
    .select()
    .from(catalogItem)
    .where(eq(catalogItem.organizationId, organization.id));
  const ids: ObjectIds = {
    organizationId: organization.id,
    instanceId,
    installationId: installation.id,
    reviewId: await created("/v1/plugin-reviews", { manifestUrl: manifestUrl("well") }),
    callId: newId("call"),
    deadLetterId: newId("deadLetter"),
    apiTokenId: await created("/v1/api-tokens", { name: MARKER, scopes: ["plugins:read"] }),
    gatewayKeyId: await created("/v1/gateway-keys", { name: MARKER, instanceId }),
    providerKeyId,
    modelId: await created("/v1/models-catalog", {
      alias: MARKER,
      provider: "openai-compatible",
      providerModel: "small",
      keyId: providerKeyId,
    }),
    chatId: (await chatBodyOf(desk, phone)).id,
    paymentId: paid.id,
    refundId: requested.id,
    paymentAccountId,
    catalogItemId: item?.id ?? "",
    orderId: ordered.id,
    afterSalesId: complaint.id,
    receiptId: (await issueReceipt({ ctx: platform(), input: { kind: "payment", id: paid.id } })) ?? "",
    eventEndpointId: await created("/v1/event-endpoints", {
      url: "https://example.com/hook",
      types: ["order.paid"],
      description: MARKER,
    }),
    eventDeliveryId: newId("eventDelivery"),
    escalationId: newId("escalation"),
    scheduledMessageId: await created("/v1/scheduled-messages", {
      instanceId,
      customer: { phone: "+254712345679" },
      text: MARKER,
      sendAt: new Date(Date.now() + 24 * 3_600_000).toISOString(),
    }),
    obligationId: newId("obligation"),
    obligationPollId: newId("obligationPoll"),
    approvalId: newId("approval"),
  };
  // Straight into the tables, since what goes through the queue arrives when it likes.
  await testDb()
    .insert(toolCall)
    .values({
      id: ids.callId,
      organizationId: organization.id,
      instanceId,
      installationId: installation.id,
      pluginSlug: "SUPPORT_DESK",
      tool: "create_support_ticket",
      status: "ok",
      latencyMs: 12,
      attempts: 1,
      actorKind: "gateway_key",
      actorId: ids.gatewayKeyId,
      requestId: newId("request"),
      input: JSON.stringify({ summary: MARKER }),
      output: JSON.stringify({ ticketId: MARKER }),
      createdAt: Date.now(),
    });
  const happened = {
    eventId: newId("event"),
    organizationId: organization.id,
    subjectId: paid.id,
    createdAt: Date.now(),
  };
  await testDb()
    .insert(event)
    .values({
      ...happened,
      id: happened.eventId,
      instanceId,
      type: "order.paid",
      data: JSON.stringify({ note: MARKER }),
      dedupeKey: MARKER,
    });
  await testDb()
    .insert(eventDelivery)
    .values({
      ...happened,
      id: ids.eventDeliveryId,
      targetKind: "endpoint",
      targetId: ids.eventEndpointId,
      state: "dead",
      lastError: MARKER,
    });
  await testDb()
    .insert(approval)
    .values({
      id: ids.approvalId,
      organizationId: organization.id,
      instanceId,
      installationId: installation.id,
      pluginVersionId: newId("pluginVersion"),
      pluginSlug: "SUPPORT_DESK",
      tool: "create_support_ticket",
      toolName: "SUPPORT_DESK__create_support_ticket",
      callId: newId("call"),
      scope: ids.chatId,
      payloadSealed: null,
      payloadHash: MARKER,
      payloadText: JSON.stringify({ summary: MARKER }),
      reason: "sensitive",
      decider: "staff",
      askedIn: [],
      state: "rejected",
      requestedByKind: "chat",
      requestedById: ids.chatId,
      attempts: 0,
      createdAt: Date.now(),
      expiresAt: Date.now(),
      endedAt: Date.now(),
    });
  await testDb().insert(escalation).values({
    id: ids.escalationId,
    organizationId: organization.id,
    instanceId,
    chatId: ids.chatId,
    reason: MARKER,
    summary: MARKER,
    urgency: "normal",
    state: "open",
    sourceKind: "tool_call",
    sourceId: ids.callId,
    createdAt: Date.now(),
  });
  const duty = { organizationId: organization.id, instanceId, installationId: installation.id };
  const noted = { createdAt: Date.now(), updatedAt: Date.now() };
  await testDb()
    .insert(obligationPoll)
    .values({ ...duty, ...noted, id: ids.obligationPollId, intervalMinutes: 15, lastError: MARKER });
  await testDb()
    .insert(obligation)
    .values({
      ...duty,
      ...noted,
      id: ids.obligationId,
      source: "polled",
      externalId: MARKER,
      title: MARKER,
      message: MARKER,
      action: "reminder",
      dueAt: Date.now(),
      scope: "known_contact",
      timesLeft: 0,
      state: "sent",
    });
  await testDb()
    .insert(chatNote)
    .values({
      id: newId("chatNote"),
      organizationId: organization.id,
      chatId: ids.chatId,
      text: MARKER,
      authorKind: "user",
      authorId: organization.userId,
      createdAt: Date.now(),
    });
  await testDb()
    .insert(pluginEvent)
    .values({
      id: newId("pluginEvent"),
      organizationId: organization.id,
      instanceId,
      installationId: installation.id,
      pluginSlug: "greeter",
      name: "greeted",
      data: MARKER,
      sourceId: ids.callId,
      createdAt: Date.now(),
    });
  await testDb()
    .insert(deadLetter)
    .values({
      id: ids.deadLetterId,
      organizationId: organization.id,
      queue: "kivuko-records",
      messageId: newId("request"),
      body: JSON.stringify({ organizationId: organization.id, note: MARKER }),
      reason: "tries_exhausted",
      createdAt: Date.now(),
    });
  // The chat's model call is recorded through a queue: what is compared later must not change on its own.
  await vi.waitFor(
    async () => {
      const rows = await testDb().select().from(usageEvent);
      expect(rows.some(({ organizationId }) => organizationId === organization.id)).toBe(true);
    },
    { timeout: 5_000, interval: 50 },
  );
  return { desk, ids };
}

/** What first-party plugins are made of is everybody's. */
const EVERYBODYS = '"plugin_id":"kivuko.greeter"';

/** Every row of every table as text, by table and id. */
async function readAllRows(): Promise<ReadonlyMap<string, string>> {
  const tables = await env.DB.prepare(
    "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '_cf_%' and name <> 'd1_migrations'",
  ).all<{ name: string }>();
  const rows = new Map<string, string>();
  for (const { name } of tables.results) {
    const { results } = await env.DB.prepare(`select * from "${name}"`).all<{ id: string }>();
    for (const row of results) {
      rows.set(`${name} ${row.id}`, JSON.stringify(row));
    }
  }
  return rows;
}

describe("[IDENTITY-01] organisation B sees nothing of A over every route", () => {
  /** What B's owner gets, asking for A's objects: an answer about B itself, or the same as for what is not there. */
  const ABOUT_B: Readonly<Record<string, number>> = {
    getHealth: 200,
    getManifestSchema: 200,
    getMe: 200,
    createApiToken: 201,
    listApiTokens: 200,
    listGatewayKeys: 200,
    listAuditEntries: 200,
    createInstance: 201,
    listInstances: 200,
    reviewPlugin: 201,
    listInstallations: 200,
    listBridgeCalls: 200,
    listCalls: 200,
    listDecidedDeliveries: 200,
    listDeadLetters: 200,
    listApprovals: 200,
    listObligations: 200,
    listObligationPolls: 200,
    listEscalations: 200,
    listScheduledMessages: 200,
    readCalendar: 200,
    listPluginEvents: 200,
    createProviderKey: 201,
    listProviderKeys: 200,
    listModels: 200,
    summarizeUsage: 200,
    listPayments: 200,
    totalPayments: 200,
    listRefunds: 200,
    createPaymentAccount: 201,
    listPaymentAccounts: 200,
    listReceipts: 200,
    getBusinessProfile: 200,
    setBusinessProfile: 200,
    listCatalogItems: 200,
    getCommerceSettings: 200,
    setCommerceSettings: 200,
    listOrders: 200,
    totalOrders: 200,
    listAfterSales: 200,
    listEvents: 200,
    listEventDeliveries: 200,
    createEventEndpoint: 201,
    listEventEndpoints: 200,
    listPlugins: 200,
    enablePlugin: 200,
    disablePlugin: 200,
  };
  /** The lists that A's objects would be in, were they B's. */
  const FILTERED_BY_AS_IDS = [
    "listAuditEntries",
    "listBridgeCalls",
    "listCalls",
    "listDecidedDeliveries",
    "listPayments",
    "listRefunds",
    "listReceipts",
    "listOrders",
    "listAfterSales",
    "listEvents",
  ];

  let operations: readonly Operation[];
  let a: { desk: Desk; ids: ObjectIds };
  let b: Desk;
  let private_: readonly string[];
  let before: ReadonlyMap<string, string>;

  beforeAll(async () => {
    operations = await readOperations();
    a = await createFullDesk();
    const { organization, installation } = a.desk;
    const rows = [...(await readAllRows())].filter(
      ([key, row]) => !(key.startsWith("plugin_version ") && row.includes(EVERYBODYS)),
    );
    private_ = [
      MARKER,
      organization.apiToken,
      organization.gatewayKey,
      installation.secret.value,
      ...rows.flatMap(([key]) => key.split(" ")[1] ?? []),
    ].filter((text) => text !== "kivuko.greeter");
    b = await createDesk();
    before = await readAllRows();
  });

  /** What of A is in the answer, without what the request itself named. */
  function leaked(answer: Answer<unknown>, request: OperationRequest): string[] {
    const shown = JSON.stringify([answer.body, [...answer.headers]]);
    const asked = JSON.stringify(request);
    return private_.filter((text) => shown.includes(text) && !asked.includes(text));
  }

  test("asked by A's owner, every read answers, so that what follows proves something", async () => {
    const shown: string[] = [];
    // A simulator keeps no files; who may read one at a provider is in channel-media.test.ts.
    const reads = operations.filter(({ method, id }) => method === "GET" && id !== "readChatMedia");
    for (const operation of reads) {
      const answer = await send(operation, requestFor(operation, a.ids), a.desk.organization.apiToken);
      expect({ id: operation.id, status: answer.status }).toEqual({ id: operation.id, status: 200 });
      shown.push(...leaked(answer, {}));
    }
    expect(shown).toEqual(expect.arrayContaining([MARKER, ...Object.values(a.ids)]));
  });

  test("asked by B's owner: 404, or B's own, the same as if A were not there", async () => {
    for (const operation of operations) {
      const request = requestFor(operation, a.ids);
      const answer = await send(operation, request, b.organization.apiToken);
      const expected = ABOUT_B[operation.id] ?? 404;
      expect({ id: operation.id, status: answer.status }).toEqual({ id: operation.id, status: expected });
      expect(leaked(answer, request), operation.id).toEqual([]);
      if (FILTERED_BY_AS_IDS.includes(operation.id)) {
        expect(answer.body, operation.id).toEqual({ data: [], nextCursor: null });
      }
      if (expected === 404) {
        const nobodys = await send(operation, requestFor(operation, nobodysIds()), b.organization.apiToken);
        expect(
          { status: nobodys.status, code: nobodys.body.code, hint: nobodys.body.hint },
          operation.id,
        ).toEqual({ status: 404, code: answer.body.code, hint: answer.body.hint });
      }
    }
  });

  test.for(["of all numbers", "of one number"])("asked by B's gateway key %s", async (reach) => {
    const key = await addGatewayKey(b.organization.id, {
      instanceId: reach === "of one number" ? b.supportId : null,
    });
    for (const operation of operations) {
      const request = requestFor(operation, a.ids);
      const answer = await send(operation, request, key);
      const isForKeys = operation.security.some((scheme) => "gatewayKey" in scheme);
      const isOpen = operation.security.length === 0 || operation.id === "getMe";
      expect({ id: operation.id, status: answer.status }).toEqual({
        id: operation.id,
        status: isOpen ? 200 : isForKeys ? 404 : 403,
      });
      expect(leaked(answer, request), operation.id).toEqual([]);
    }
  });

  test("asked without a credential, and with one that nobody has", async () => {
    for (const operation of operations) {
      const request = requestFor(operation, a.ids);
      for (const token of [undefined, `kvt_${"x".repeat(43)}`, `kvk_${"x".repeat(43)}`]) {
        const answer = await send(operation, request, token);
        expect({ id: operation.id, status: answer.status }).toEqual({
          id: operation.id,
          status: operation.security.length === 0 ? 200 : 401,
        });
        expect(leaked(answer, request), operation.id).toEqual([]);
      }
    }
  });

  test("asked in A's name by B's credentials", async () => {
    for (const operation of operations.filter(
      ({ security, id }) => security.length > 0 && id !== "callTool",
    )) {
      const request = requestFor(operation, a.ids);
      const answer = await call(operation.method, pathOf(operation, request), {
        token: b.organization.apiToken,
        headers: { "x-org-id": a.ids.organizationId },
        ...(request.body !== undefined && { body: request.body }),
      });
      expect({ id: operation.id, status: answer.status, code: answer.body.code }).toEqual({
        id: operation.id,
        status: 404,
        code: "organization_not_found",
      });
    }
  });

  test("A's objects together with B's own", async () => {
    const ownReview = await b.control<{ id: string }>("POST", "/v1/plugin-reviews", {
      manifestUrl: manifestUrl("well"),
    });
    const { instanceId, installationId, reviewId, apiTokenId, callId } = a.ids;
    const mixed: readonly [string, string, unknown][] = [
      ["PUT", `/v1/instances/${b.supportId}/grants/${installationId}`, {}],
      ["PUT", `/v1/instances/${instanceId}/grants/${b.installation.id}`, {}],
      ["DELETE", `/v1/instances/${b.supportId}/grants/${installationId}`, undefined],
      ["DELETE", `/v1/instances/${instanceId}/grants/${b.installation.id}`, undefined],
      [
        "POST",
        `/v1/installations/${b.installation.id}/versions`,
        { reviewId, permissionKeys: ["support:tickets:create", "support:tickets:read"] },
      ],
      [
        "POST",
        `/v1/installations/${installationId}/versions`,
        {
          reviewId: ownReview.body.id,
          permissionKeys: ["support:tickets:create", "support:tickets:read"],
        },
      ],
      ["POST", "/v1/gateway-keys", { name: "A key", instanceId }],
      ["DELETE", `/v1/gateway-keys/${apiTokenId}`, undefined],
      ["GET", `/v1/installations/${instanceId}`, undefined],
      ["GET", `/v1/calls/${callId}`, undefined],
    ];
    for (const [method, path, body] of mixed) {
      const answer = await b.control(method, path, body);
      expect({ method, path, status: answer.status }).toEqual({ method, path, status: 404 });
    }
    const cursors = [
      "/v1/instances",
      "/v1/installations",
      "/v1/calls",
      "/v1/api-tokens",
      "/v1/audit-entries",
    ];
    for (const path of cursors) {
      const answer = await b.control<unknown>("GET", `${path}?limit=100&cursor=zzzz`);
      expect(leaked(answer, {}), path).toEqual([]);
    }
  });

  test("the gateway: A's number is not there for B, nor are A's models", async () => {
    const { gatewayKey } = b.organization;
    const headers = { "x-kivuko-instance": a.ids.instanceId };
    const body = { model: MARKER, messages: [{ role: "user", content: "Hello" }] };
    const completion = await call<unknown>("POST", "/v1/chat/completions", {
      token: gatewayKey,
      headers,
      body,
    });
    expect(completion.status).toBe(404);
    expect(leaked(completion, { params: headers, body })).toEqual([]);
    const models = await call<unknown>("GET", "/v1/models", { token: gatewayKey });
    expect(models.status).toBe(200);
    expect(leaked(models, {})).toEqual([]);
    const own = await call<unknown>("GET", "/v1/models", { token: a.desk.organization.gatewayKey });
    expect(JSON.stringify(own.body)).toContain(MARKER);
  });

  test("asked by B's owner about B, every read answers with B's own only", async () => {
    const own = {
      ...a.ids,
      organizationId: b.organization.id,
      instanceId: b.supportId,
      installationId: b.installation.id,
    };
    const answered: string[] = [];
    for (const operation of operations.filter(({ method }) => method === "GET")) {
      const answer = await send(operation, requestFor(operation, own), b.organization.apiToken);
      if (answer.status === 200) {
        expect(leaked(answer, {}), operation.id).toEqual([]);
        answered.push(operation.id);
      }
    }
    expect(answered).toEqual(
      expect.arrayContaining(["listGrants", "listOrganizationPlugins", "listSecrets"]),
    );
  });

  test("and after all that, everything of A is as it was", async () => {
    const after = await readAllRows();
    const changed = [...before].filter(([key, row]) => after.get(key) !== row).map(([key]) => key);
    expect(changed).toEqual([]);
    const strays = [...after]
      .filter(([key]) => !before.has(key))
      .filter(([, row]) => private_.some((text) => row.includes(text)));
    expect(strays).toEqual([]);
    expect((await a.desk.callTool()).body).toMatchObject({ status: "ok" });
  });
});

/** Bridge calls in tests: a plugin that signs with a library of its own, and a valid request of every call. */
import { SignJWT } from "jose";
import { withActor } from "../../../src/access/context.ts";
import { chatIdOf } from "../../../src/channels/chat-name.ts";
import { BRIDGE_PATH } from "../../../src/contract/bridge-http.ts";
import type { BridgePermission } from "../../../src/contract/permissions.ts";
import { ScheduleTerms } from "../../../src/contract/schedule.ts";
import { obligation, pluginContact } from "../../../src/db/schema/index.ts";
import { createEscalation } from "../../../src/effects/escalations/index.ts";
import { planSchedule, scheduleMessage } from "../../../src/effects/schedule/index.ts";
import { base64url, utf8 } from "../../../src/kernel/encoding.ts";
import { newId } from "../../../src/kernel/ids.ts";
import type { PluginBehaviour } from "../../support/stand-in.ts";
import { testBase } from "./base.ts";
import { type Answer, BASE_URL, call } from "./call.ts";
import { ring } from "./chats.ts";
import { chatBodyOf, openChat } from "./conversations.ts";
import { createDesk, type Desk } from "./desk.ts";
import { testDb } from "./organization.ts";
import { Till } from "./payments.ts";
import { GAS, Shop } from "./shop.ts";

/** What a bridge call answers, as far as tests look at it. */
export type BridgeBody = {
  readonly id?: string;
  readonly state?: string;
  readonly reason?: string;
  readonly code?: string;
  readonly gate?: string;
  readonly permission?: string;
  readonly hint?: string;
  readonly requestId?: string;
  readonly dryRun?: boolean;
  readonly allowed?: boolean;
  readonly trace?: readonly { readonly gate: string; readonly passed: boolean }[];
};

export type Signing = {
  readonly secret: string;
  readonly kid: string;
  /** Replace what a correct token says; undefined leaves a claim out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
};

/** The token of one body, by `jose`, which the platform's own tokens are not made with. */
export async function signBridgeToken(
  { secret, kid, claims = {}, header = {} }: Signing,
  instanceId: string,
  body: string,
): Promise<string> {
  const iat = Math.floor(Date.now() / 1_000);
  const digest = await crypto.subtle.digest("SHA-256", utf8(body));
  return new SignJWT({
    iss: kid.slice(0, kid.lastIndexOf(".")),
    aud: BASE_URL,
    iat,
    exp: iat + 60,
    instance: instanceId,
    body_sha256: base64url(new Uint8Array(digest)),
    ...claims,
  })
    .setProtectedHeader({ alg: "HS256", typ: "JWT", kid, ...header })
    .sign(utf8(secret));
}

export type BridgeRequest = {
  readonly method: string;
  /** Below `/bridge/v1`, filled in. */
  readonly path: string;
  /** Sent as JSON; a text goes as it is. */
  readonly body?: unknown;
};

export type BridgeOptions = Partial<Signing> & {
  readonly instanceId?: string;
  /** Null sends no key; left out, a new one. */
  readonly key?: string | null;
  /** Sent instead of the body that was signed. */
  readonly sentBody?: unknown;
  /** Null sends no token. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Sends a bridge call of the desk's plugin, signed with the secret that its installation showed. */
export async function callBridge<Body = BridgeBody>(
  desk: Desk,
  request: BridgeRequest,
  options: BridgeOptions = {},
): Promise<Answer<Body>> {
  const { secret, kid } = {
    secret: desk.installation.secret.value,
    kid: desk.installation.secret.kid,
    ...options,
  };
  const { body = "" } = request;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const { claims = {}, header = {}, instanceId = desk.supportId, key = crypto.randomUUID() } = options;
  const token =
    options.token === undefined
      ? await signBridgeToken({ secret, kid, claims, header }, instanceId, text)
      : options.token;
  return call<Body>(request.method, BRIDGE_PATH + request.path, {
    ...(token !== null && { token }),
    ...(request.body !== undefined && { body: options.sentBody ?? text }),
    headers: {
      ...(key !== null && request.method !== "GET" && { "idempotency-key": key }),
      ...options.headers,
    },
  });
}

/** A desk whose plugin declares these permissions and is granted them, or those of `granted`. */
export function createBridgeDesk(
  declared: readonly BridgePermission[],
  granted: readonly BridgePermission[] = declared,
  behaviour: PluginBehaviour = "echo",
): Promise<Desk> {
  return createDesk(behaviour, { permissions: granted }, undefined, declared);
}

export type Example = {
  /** What it takes. */
  readonly permission: BridgePermission;
  /** Each of these would do as well. */
  readonly orElse?: readonly BridgePermission[];
  /** A permission for the same call with another scope, which is not enough. */
  readonly otherScope?: BridgePermission;
  /** A valid request of that plugin. Each has to be another thing, such as another payment. */
  readonly request: (desk: Desk) => Promise<BridgeRequest> | BridgeRequest;
  /** The same request with other content, for the same key. */
  readonly changed?: (request: BridgeRequest) => unknown;
};

let numbers = 0;

/** A number that no other example has. */
export function nextPhone(): string {
  numbers += 1;
  return `+25472${String(numbers).padStart(7, "0")}`;
}

async function ordered(desk: Desk) {
  const shop = new Shop(desk);
  await shop.stockUp();
  return shop.order();
}

let obligations = 0;

/** What asks for an obligation that no other example has, due in an hour. */
export function dueRent(change: object = {}): object {
  obligations += 1;
  return {
    recipient: { type: "external_recipient", phone: nextPhone() },
    externalId: `rent-${obligations}`,
    title: "Rent of November",
    dueAt: new Date(Date.now() + 3_600_000).toISOString(),
    message: "Your rent is due.",
    action: "reminder",
    ...change,
  };
}

/** The id of an obligation of the desk's plugin, which need not be allowed to ask for one. */
async function obligationOf({ organization, installation, supportId }: Desk): Promise<string> {
  obligations += 1;
  const id = newId("obligation");
  const now = Date.now();
  await testDb()
    .insert(obligation)
    .values({
      id,
      organizationId: organization.id,
      instanceId: supportId,
      installationId: installation.id,
      source: "requested",
      externalId: `kept-${obligations}`,
      title: "Rent of November",
      message: "Your rent is due.",
      action: "reminder",
      dueAt: now + 3_600_000,
      scope: "known_contact",
      timesLeft: 1,
      state: "waiting",
      nextActAt: now + 3_600_000,
      createdAt: now,
      updatedAt: now,
    });
  return id;
}

const SCHEDULE = "plugin:messages:schedule:external_recipient";

/** Whichever scope it scheduled for. */
const SCHEDULED = {
  permission: "plugin:messages:schedule:current_chat",
  orElse: [SCHEDULE, "plugin:messages:schedule:known_contact"],
} as const;

function reminder() {
  return {
    recipient: { type: "external_recipient", phone: nextPhone() },
    text: "Your appointment is tomorrow.",
    sendAt: new Date(Date.now() + 24 * 3_600_000).toISOString(),
  };
}

/** The id of a message that the desk's plugin scheduled, which need not be allowed to any more. */
async function scheduledBy({ organization, installation, supportId }: Desk): Promise<string> {
  const { recipient, ...terms } = reminder();
  const actor = {
    kind: "plugin" as const,
    id: installation.id,
    organizationId: organization.id,
    instanceId: supportId,
    slug: installation.slug,
    permissions: new Set([SCHEDULE]),
  };
  const ctx = withActor(testBase(), actor);
  const chatObjectId = (await chatIdOf(ctx.chats, supportId, recipient.phone)).toString();
  const plan = await planSchedule({
    ctx,
    input: {
      instanceId: supportId,
      recipient: { scope: "external_recipient", phone: recipient.phone, chatObjectId },
      terms: ScheduleTerms.parse(terms),
    },
  });
  return (await scheduleMessage({ ctx, input: { plan, idempotencyKey: null } })).id;
}

/**
 * A valid request of every bridge call, by its operation's id. test/worker/bridge-gates.test.ts sends each through
 * every gate, and fails for a call that is not here.
 */
export const BRIDGE_EXAMPLES: Readonly<Record<string, Example>> = {
  sendMessage: {
    permission: "plugin:messages:send:external_recipient",
    otherScope: "plugin:messages:send:known_contact",
    request: () => ({
      method: "POST",
      path: "/messages",
      body: {
        recipient: { type: "external_recipient", phone: nextPhone() },
        text: "Your cylinder is on its way.",
      },
    }),
    changed: ({ body }) => ({ ...(body as object), text: "Something else." }),
  },
  requestObligation: {
    permission: "plugin:obligations:request",
    request: () => ({ method: "POST", path: "/obligations", body: dueRent() }),
    changed: ({ body }) => ({ ...(body as object), title: "Something else" }),
  },
  getObligation: {
    permission: "plugin:obligations:request",
    request: async (desk) => ({ method: "GET", path: `/obligations/${await obligationOf(desk)}` }),
  },
  cancelObligation: {
    permission: "plugin:obligations:request",
    request: async (desk) => ({ method: "DELETE", path: `/obligations/${await obligationOf(desk)}` }),
  },
  scheduleMessage: {
    permission: SCHEDULE,
    otherScope: "plugin:messages:schedule:known_contact",
    request: () => ({ method: "POST", path: "/scheduled-messages", body: reminder() }),
    changed: ({ body }) => ({ ...(body as object), text: "Something else." }),
  },
  listOwnScheduledMessages: {
    ...SCHEDULED,
    request: () => ({ method: "GET", path: "/scheduled-messages" }),
  },
  changeOwnScheduledMessage: {
    ...SCHEDULED,
    request: async (desk) => ({
      method: "PATCH",
      path: `/scheduled-messages/${await scheduledBy(desk)}`,
      body: { text: "It is moved." },
    }),
    changed: () => ({ text: "Something else." }),
  },
  cancelOwnScheduledMessage: {
    ...SCHEDULED,
    request: async (desk) => ({ method: "DELETE", path: `/scheduled-messages/${await scheduledBy(desk)}` }),
  },
  initiatePayment: {
    permission: "plugin:payments:initiate:external_recipient",
    otherScope: "plugin:payments:initiate:known_contact",
    request: () => ({
      method: "POST",
      path: "/payments",
      body: {
        recipient: { type: "external_recipient", phone: nextPhone() },
        amount: 121_700,
        currency: "KES",
        orderReference: "GAS-1041",
        description: "13 kg gas refill",
      },
    }),
    changed: ({ body }) => ({ ...(body as object), amount: 121_600 }),
  },
  getPaymentStatus: {
    permission: "plugin:payments:status:own",
    request: async (desk) => ({ method: "GET", path: `/payments/${(await new Till(desk).pay()).id}` }),
  },
  requestRefund: {
    permission: "plugin:payments:refund:request:own",
    request: async (desk) => ({
      method: "POST",
      path: `/payments/${(await new Till(desk).paid()).id}/refunds`,
      body: { amount: 100, reason: "Wrong cylinder" },
    }),
    changed: ({ body }) => ({ ...(body as object), amount: 200 }),
  },
  syncCatalog: {
    permission: "plugin:ecommerce:catalog:sync",
    request: () => ({ method: "PUT", path: "/catalog/items", body: { items: [GAS] } }),
    changed: () => ({ items: [{ ...GAS, unitAmount: 1 }] }),
  },
  placeOrder: {
    permission: "plugin:ecommerce:orders:create:external_recipient",
    otherScope: "plugin:ecommerce:orders:create:known_contact",
    request: async (desk) => {
      await new Shop(desk).stockUp();
      return {
        method: "POST",
        path: "/orders",
        body: {
          recipient: { type: "external_recipient", phone: nextPhone() },
          items: [{ sku: GAS.sku, quantity: 1 }],
          orderDetails: { address: "Beth House, Kasarani, House 16" },
        },
      };
    },
    changed: ({ body }) => ({ ...(body as object), items: [{ sku: GAS.sku, quantity: 2 }] }),
  },
  getOrder: {
    permission: "plugin:ecommerce:orders:read:own",
    request: async (desk) => ({ method: "GET", path: `/orders/${(await ordered(desk)).id}` }),
  },
  moveOrder: {
    permission: "plugin:ecommerce:orders:update:own",
    request: async (desk) => ({
      method: "PATCH",
      path: `/orders/${(await ordered(desk)).id}`,
      body: { state: "cancelled" },
    }),
    changed: () => ({ state: "cancelled", note: "The customer changed their mind." }),
  },
  checkOutOrder: {
    permission: "plugin:ecommerce:checkout:initiate",
    request: async (desk) => ({
      method: "POST",
      path: `/orders/${(await ordered(desk)).id}/checkout`,
      body: {},
    }),
    changed: () => ({ provider: "sandbox" }),
  },
  openAfterSales: {
    permission: "plugin:ecommerce:after_sales:create:own",
    request: async (desk) => ({
      method: "POST",
      path: `/orders/${(await ordered(desk)).id}/after-sales`,
      body: { kind: "complaint", reason: "Nobody came." },
    }),
    changed: ({ body }) => ({ ...(body as object), reason: "Nobody came yet." }),
  },
  requestEscalation: {
    permission: "plugin:escalations:create:known_contact",
    otherScope: "plugin:escalations:create:current_chat",
    request: async (desk) => ({
      method: "POST",
      path: "/escalations",
      body: {
        recipient: { type: "known_contact", userId: await addContact(desk) },
        reason: "Asked for a person",
      },
    }),
    changed: ({ body }) => ({ ...(body as object), reason: "Still asks for a person" }),
  },
  assignRequestedEscalation: {
    permission: "plugin:escalations:assign",
    request: async (desk) => ({
      method: "POST",
      path: `/escalations/${await addEscalation(desk)}/assign`,
      body: { queue: "deliveries" },
    }),
    changed: () => ({ queue: "billing" }),
  },
};

/** A customer who has written, and whom the desk's plugin knows. Returns what it knows them by. */
async function addContact(desk: Desk): Promise<string> {
  const { stub } = await openChat(desk);
  await ring(stub);
  const userId = crypto.randomUUID();
  await testDb().insert(pluginContact).values({
    installationId: desk.installation.id,
    instanceId: desk.supportId,
    userId,
    organizationId: desk.organization.id,
    chatObjectId: stub.id.toString(),
    createdAt: Date.now(),
  });
  return userId;
}

/** An escalation that the desk's plugin asked for. */
async function addEscalation(desk: Desk): Promise<string> {
  const { phone, stub } = await openChat(desk);
  await ring(stub);
  const { id: organizationId } = desk.organization;
  const actor = {
    kind: "plugin",
    id: desk.installation.id,
    organizationId,
    instanceId: desk.supportId,
    slug: desk.installation.slug,
    permissions: new Set<string>(["plugin:escalations:create:current_chat"]),
  } as const;
  const { id } = await createEscalation({
    ctx: withActor(testBase(), actor),
    input: {
      chatId: (await chatBodyOf(desk, phone)).id,
      reason: "Asked for a person",
      summary: "",
      urgency: "normal",
      source: { kind: "plugin", id: desk.installation.id },
    },
  });
  return id;
}

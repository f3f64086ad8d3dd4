/** What a plugin asks of the platform: money, orders, messages now and later, people. Each happens once, however often it is tried. */
import type { DryRun, SendMessage, SentMessage } from "../contract/bridge.ts";
import type {
  AfterSales,
  CheckOutOrder,
  Checkout,
  MoveOrder,
  OpenAfterSales,
  Order,
  PlaceOrder,
  SyncCatalog,
  SyncedCatalog,
} from "../contract/commerce.ts";
import type { EscalationAssignee, RequestEscalation, RequestedEscalation } from "../contract/escalation.ts";
import type { RequestedObligation, RequestObligation } from "../contract/obligations.ts";
import type { InitiatePayment, Payment, Refund, RequestRefund } from "../contract/payments.ts";
import type { PlatformTokenClaims } from "../contract/platform-token.ts";
import type { Recipient } from "../contract/recipient.ts";
import type {
  ChangeSchedule,
  ScheduledMessage,
  ScheduledMessages,
  ScheduleMessage,
  ScheduleState,
} from "../contract/schedule.ts";
import type { ToolCallContext } from "../contract/tool-call.ts";
import { type Clock, systemClock } from "../kernel/clock.ts";
import { BridgeError } from "./bridge-error.ts";
import { type Connection, requestBridge, type SignedRequest } from "./bridge-request.ts";
import type { PluginSecret } from "./plugin-secret.ts";

export type EffectOptions = {
  /**
   * Names what is being done: the same key is the same thing, and happens once. Made for you, of the tool call's id
   * and the order of its calls, so that a tool call that comes again repeats nothing. Give one of your own where the
   * order may differ from try to try.
   */
  readonly idempotencyKey?: string;
};

/** Any bridge call, also one that this version of the SDK has no function for. */
export type BridgeRequest = EffectOptions & {
  readonly method: SignedRequest["method"];
  /** Below `/bridge/v1`, such as `/payments/pay_1`. */
  readonly path: string;
  readonly body?: unknown;
};

/** In a call, the recipient is the customer of its chat unless another is named. */
type ToCustomer<Input extends { readonly recipient: Recipient }> = Omit<Input, "recipient"> & {
  readonly recipient?: Recipient;
};

/** As it is written, where what has a default may be left out. */
type Escalating = Pick<RequestEscalation, "recipient" | "reason"> &
  Partial<Pick<RequestEscalation, "summary" | "urgency">>;

export type ScheduleQuery = {
  readonly state?: ScheduleState;
  /** 1 to 100. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
};

type BridgeOf<Messaging, Paying, Ordering, Asking, Scheduling, Owing> = {
  readonly payments: {
    /** Asks a customer for money. The answer is `pending` at best: that it was paid comes as an event. */
    readonly initiate: (payment: Paying, options?: EffectOptions) => Promise<Payment>;
    readonly get: (id: string) => Promise<Payment>;
    /** Gives money back, or asks staff to, by what is granted. */
    readonly refund: (id: string, refund: RequestRefund, options?: EffectOptions) => Promise<Refund>;
  };
  readonly catalog: {
    /** Offers all that the plugin sells, as it is now; what is missing is retired. The merchant imports it. */
    readonly sync: (catalog: SyncCatalog, options?: EffectOptions) => Promise<SyncedCatalog>;
  };
  readonly orders: {
    /** Places an order of imported items, at the catalogue's prices. */
    readonly create: (order: Ordering, options?: EffectOptions) => Promise<Order>;
    readonly get: (id: string) => Promise<Order>;
    /** Moves the fulfilment on, such as to `preparing`. */
    readonly update: (id: string, move: MoveOrder, options?: EffectOptions) => Promise<Order>;
    /** Asks for the money. That it was paid comes as an event. */
    readonly checkOut: (id: string, checkout?: CheckOutOrder, options?: EffectOptions) => Promise<Checkout>;
    /** Opens a return, an exchange or a complaint. */
    readonly openAfterSales: (
      id: string,
      request: OpenAfterSales,
      options?: EffectOptions,
    ) => Promise<AfterSales>;
  };
  readonly messages: {
    /** Sends text now. `blocked`: the customer has not written for a day, so WhatsApp takes no free text. */
    readonly send: (message: Messaging, options?: EffectOptions) => Promise<SentMessage>;
  };
  readonly escalations: {
    /** Brings a person into the chat; the agent is silent there until they are done. */
    readonly create: (escalation: Asking, options?: EffectOptions) => Promise<RequestedEscalation>;
    readonly assign: (
      id: string,
      assignee: EscalationAssignee,
      options?: EffectOptions,
    ) => Promise<RequestedEscalation>;
  };
  readonly scheduledMessages: {
    /** Sends text later, once or again and again. Give `idempotencyKey` where the same reminder may be asked for twice. */
    readonly create: (message: Scheduling, options?: EffectOptions) => Promise<ScheduledMessage>;
    /** What this plugin scheduled on the number, newest first. */
    readonly list: (query?: ScheduleQuery) => Promise<ScheduledMessages>;
    /** Changes what has not begun to go out. */
    readonly update: (
      id: string,
      change: ChangeSchedule,
      options?: EffectOptions,
    ) => Promise<ScheduledMessage>;
    /** Cancels it with all that was to follow. */
    readonly cancel: (id: string, options?: EffectOptions) => Promise<ScheduledMessage>;
  };
  readonly obligations: {
    /** Has something that is due at a certain time reminded or escalated. Once for each `externalId` and `dueAt`. */
    readonly create: (obligation: Owing, options?: EffectOptions) => Promise<RequestedObligation>;
    readonly get: (id: string) => Promise<RequestedObligation>;
    /** Takes it back, as long as it is not over. */
    readonly cancel: (id: string, options?: EffectOptions) => Promise<RequestedObligation>;
  };
  /** The answer's JSON as the platform sent it. */
  readonly request: (request: BridgeRequest) => Promise<unknown>;
  /** What a call would lead to. Nothing happens. */
  readonly rehearse: (request: BridgeRequest) => Promise<DryRun>;
};

/** The bridges outside of a call: every recipient is named. */
export type Bridge = BridgeOf<
  SendMessage,
  InitiatePayment,
  PlaceOrder,
  Escalating,
  ScheduleMessage,
  RequestObligation
>;

/** The bridges in the name of one tool call. */
export type CallBridge = BridgeOf<
  ToCustomer<SendMessage>,
  ToCustomer<InitiatePayment>,
  ToCustomer<PlaceOrder>,
  Omit<Escalating, "recipient"> & { readonly recipient?: Escalating["recipient"] },
  ToCustomer<ScheduleMessage>,
  ToCustomer<RequestObligation>
>;

export type BridgeClientOptions = {
  /** As it was shown at the installation (`kps_…`), alone or with its `kid`. */
  readonly secret: PluginSecret;
  /** `ins_…`. */
  readonly installationId: string;
  /** The number to act on, `inst_…`. */
  readonly instanceId: string;
  /** The platform's origin, no trailing slash. */
  readonly platformUrl: string;
  readonly clock?: Clock;
  readonly fetch?: (request: Request) => Promise<Response>;
  /** How to wait for so many ms between tries. */
  readonly pause?: (ms: number) => Promise<void>;
};

/** The bridges for what a plugin does by itself, such as when a delivery leaves. Keys are random unless given. */
export function createBridgeClient(options: BridgeClientOptions): Bridge {
  const { secret, clock = systemClock, installationId, instanceId, platformUrl } = options;
  const connection: Connection = {
    installationId,
    instanceId,
    platformUrl,
    secret: typeof secret === "string" ? { kid: undefined, value: secret } : secret,
    clock,
    fetch: options.fetch ?? ((request) => fetch(request)),
    pause: options.pause ?? waitFor,
  };
  return buildBridge(connection, () => crypto.randomUUID());
}

/** The bridges in the name of a verified call. Keys are made of its id, so they are the same when it comes again. */
export function bridgeOfCall({
  claims,
  context,
  secret,
  clock,
}: {
  readonly claims: PlatformTokenClaims;
  readonly context: Pick<ToolCallContext, "currentChat">;
  readonly secret: Connection["secret"];
  readonly clock: Clock;
}): CallBridge {
  const counts = new Map<string, number>();
  const makeKey = (operation: string) => {
    const count = (counts.get(operation) ?? 0) + 1;
    counts.set(operation, count);
    return `${claims.jti}:${operation}:${count}`;
  };
  const connection: Connection = {
    platformUrl: claims.iss,
    installationId: claims.sub,
    instanceId: claims.instance,
    secret,
    clock,
    fetch: (request) => fetch(request),
    pause: waitFor,
  };
  const bridge = buildBridge(connection, makeKey);
  const recipient = () => currentChat(context);
  return {
    ...bridge,
    payments: {
      ...bridge.payments,
      initiate: async (payment, options) =>
        bridge.payments.initiate({ ...payment, recipient: payment.recipient ?? recipient() }, options),
    },
    orders: {
      ...bridge.orders,
      create: async (order, options) =>
        bridge.orders.create({ ...order, recipient: order.recipient ?? recipient() }, options),
    },
    messages: {
      send: async (message, options) =>
        bridge.messages.send({ ...message, recipient: message.recipient ?? recipient() }, options),
    },
    escalations: {
      ...bridge.escalations,
      create: async (escalation, options) =>
        bridge.escalations.create({ ...escalation, recipient: escalation.recipient ?? recipient() }, options),
    },
    scheduledMessages: {
      ...bridge.scheduledMessages,
      create: async (message, options) =>
        bridge.scheduledMessages.create({ ...message, recipient: message.recipient ?? recipient() }, options),
    },
    obligations: {
      ...bridge.obligations,
      create: async (obligation, options) =>
        bridge.obligations.create({ ...obligation, recipient: obligation.recipient ?? recipient() }, options),
    },
  };
}

function currentChat({ currentChat: chat }: Pick<ToolCallContext, "currentChat">): {
  type: "current_chat";
  token: string;
} {
  if (chat === undefined) {
    throw new BridgeError("current_chat_missing", "This call has no current chat to reach.", {
      status: null,
      hint: "A call has one when it is for a customer and the grant holds a permission that ends in :current_chat. Name a recipient otherwise.",
    });
  }
  return { type: "current_chat", token: chat.token };
}

function buildBridge(connection: Connection, makeKey: (operation: string) => string): Bridge {
  const obligationPath = (id: string) => `/obligations/${encodeURIComponent(id)}`;
  const scheduledPath = (id: string) => `/scheduled-messages/${encodeURIComponent(id)}`;
  const act = (
    method: Exclude<SignedRequest["method"], "GET">,
    operation: string,
    path: string,
    body: unknown,
    options: EffectOptions = {},
  ) =>
    requestBridge(connection, {
      method,
      path,
      body,
      idempotencyKey: options.idempotencyKey ?? makeKey(operation),
    });
  const read = (path: string) => requestBridge(connection, reading(path));
  const payment = (id: string) => `/payments/${encodeURIComponent(id)}`;
  const order = (id: string) => `/orders/${encodeURIComponent(id)}`;
  return {
    payments: {
      initiate: async (terms, options) =>
        (await act("POST", "payments.initiate", "/payments", terms, options)) as Payment,
      get: async (id) => (await read(payment(id))) as Payment,
      refund: async (id, refund, options) =>
        (await act("POST", "payments.refund", `${payment(id)}/refunds`, refund, options)) as Refund,
    },
    catalog: {
      sync: async (catalog, options) =>
        (await act("PUT", "catalog.sync", "/catalog/items", catalog, options)) as SyncedCatalog,
    },
    orders: {
      create: async (placed, options) =>
        (await act("POST", "orders.create", "/orders", placed, options)) as Order,
      get: async (id) => (await read(order(id))) as Order,
      update: async (id, move, options) =>
        (await act("PATCH", "orders.update", order(id), move, options)) as Order,
      checkOut: async (id, checkout = {}, options = {}) =>
        (await act("POST", "orders.checkOut", `${order(id)}/checkout`, checkout, options)) as Checkout,
      openAfterSales: async (id, request, options) =>
        (await act(
          "POST",
          "orders.openAfterSales",
          `${order(id)}/after-sales`,
          request,
          options,
        )) as AfterSales,
    },
    messages: {
      send: async (message, options) =>
        (await act("POST", "messages.send", "/messages", message, options)) as SentMessage,
    },
    escalations: {
      create: async (escalation, options) =>
        (await act("POST", "escalations.create", "/escalations", escalation, options)) as RequestedEscalation,
      assign: async (id, assignee, options) =>
        (await act(
          "POST",
          "escalations.assign",
          `/escalations/${encodeURIComponent(id)}/assign`,
          assignee,
          options,
        )) as RequestedEscalation,
    },
    scheduledMessages: {
      create: async (message, options) =>
        (await act(
          "POST",
          "scheduledMessages.create",
          "/scheduled-messages",
          message,
          options,
        )) as ScheduledMessage,
      list: async (query = {}) => {
        const search = new URLSearchParams(
          Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
        );
        const path = `/scheduled-messages${search.size > 0 ? `?${search}` : ""}`;
        return (await requestBridge(connection, reading(path))) as ScheduledMessages;
      },
      update: async (id, change, options) =>
        (await act(
          "PATCH",
          "scheduledMessages.update",
          scheduledPath(id),
          change,
          options,
        )) as ScheduledMessage,
      cancel: async (id, options) =>
        (await act(
          "DELETE",
          "scheduledMessages.cancel",
          scheduledPath(id),
          undefined,
          options,
        )) as ScheduledMessage,
    },
    obligations: {
      create: async (obligation, options) =>
        (await act("POST", "obligations.create", "/obligations", obligation, options)) as RequestedObligation,
      get: async (id) =>
        (await requestBridge(connection, reading(obligationPath(id)))) as RequestedObligation,
      cancel: async (id, options) =>
        (await act(
          "DELETE",
          "obligations.cancel",
          obligationPath(id),
          undefined,
          options,
        )) as RequestedObligation,
    },
    request: ({ method, path, body, idempotencyKey }) =>
      method === "GET"
        ? read(path)
        : requestBridge(connection, {
            method,
            path,
            body,
            idempotencyKey: idempotencyKey ?? makeKey(`${method} ${path}`),
          }),
    rehearse: async ({ method, path, body }) =>
      (await requestBridge(connection, {
        method,
        path: `${path}${path.includes("?") ? "&" : "?"}dryRun=true`,
        body,
        idempotencyKey: null,
      })) as DryRun,
  };
}

function reading(path: string): SignedRequest {
  return { method: "GET", path, body: undefined, idempotencyKey: null };
}

function waitFor(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

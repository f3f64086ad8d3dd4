/** What a plugin asks of the platform: payments, messages now and later. Each thing happens once, however often it is tried. */
import type { DryRun, Recipient, SendMessage, SentMessage } from "../contract/bridge.ts";
import type { RequestedObligation, RequestObligation } from "../contract/obligations.ts";
import type { InitiatePayment, Payment, Refund, RequestRefund } from "../contract/payments.ts";
import type { PlatformTokenClaims } from "../contract/platform-token.ts";
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

export type ScheduleQuery = {
  readonly state?: ScheduleState;
  /** 1 to 100. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
};

type BridgeOf<Messaging, Paying, Scheduling> = {
  readonly payments: {
    /** Asks a customer for money. The answer is `pending` at best: that it was paid comes as an event. */
    readonly initiate: (payment: Paying, options?: EffectOptions) => Promise<Payment>;
    readonly get: (id: string) => Promise<Payment>;
    /** Gives money back, or asks staff to, by what is granted. */
    readonly refund: (id: string, refund: RequestRefund, options?: EffectOptions) => Promise<Refund>;
  };
  readonly messages: {
    /** Sends text now. `blocked`: the customer has not written for a day, so WhatsApp takes no free text. */
    readonly send: (message: Messaging, options?: EffectOptions) => Promise<SentMessage>;
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
    readonly create: (obligation: RequestObligation, options?: EffectOptions) => Promise<RequestedObligation>;
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
export type Bridge = BridgeOf<SendMessage, InitiatePayment, ScheduleMessage>;

/** The bridges in the name of one tool call. */
export type CallBridge = BridgeOf<
  ToCustomer<SendMessage>,
  ToCustomer<InitiatePayment>,
  ToCustomer<ScheduleMessage>
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
    messages: {
      send: async (message, options) =>
        bridge.messages.send({ ...message, recipient: message.recipient ?? recipient() }, options),
    },
    scheduledMessages: {
      ...bridge.scheduledMessages,
      create: async (message, options) =>
        bridge.scheduledMessages.create({ ...message, recipient: message.recipient ?? recipient() }, options),
    },
  };
}

function currentChat({ currentChat: chat }: Pick<ToolCallContext, "currentChat">): Recipient {
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
    operation: string,
    path: string,
    body: unknown,
    options: EffectOptions = {},
    method: SignedRequest["method"] = "POST",
  ) =>
    requestBridge(connection, {
      method,
      path,
      body,
      idempotencyKey: options.idempotencyKey ?? makeKey(operation),
    });
  return {
    payments: {
      initiate: async (payment, options) =>
        (await act("payments.initiate", "/payments", payment, options)) as Payment,
      get: async (id) =>
        (await requestBridge(connection, reading(`/payments/${encodeURIComponent(id)}`))) as Payment,
      refund: async (id, refund, options) =>
        (await act(
          "payments.refund",
          `/payments/${encodeURIComponent(id)}/refunds`,
          refund,
          options,
        )) as Refund,
    },
    messages: {
      send: async (message, options) =>
        (await act("messages.send", "/messages", message, options)) as SentMessage,
    },
    scheduledMessages: {
      create: async (message, options) =>
        (await act("scheduledMessages.create", "/scheduled-messages", message, options)) as ScheduledMessage,
      list: async (query = {}) => {
        const search = new URLSearchParams(
          Object.entries(query).map(([name, value]) => [name, String(value)]),
        );
        const path = `/scheduled-messages${search.size > 0 ? `?${search}` : ""}`;
        return (await requestBridge(connection, reading(path))) as ScheduledMessages;
      },
      update: async (id, change, options) =>
        (await act(
          "scheduledMessages.update",
          scheduledPath(id),
          change,
          options,
          "PATCH",
        )) as ScheduledMessage,
      cancel: async (id, options) =>
        (await act(
          "scheduledMessages.cancel",
          scheduledPath(id),
          undefined,
          options,
          "DELETE",
        )) as ScheduledMessage,
    },
    obligations: {
      create: async (obligation, options) =>
        (await act("obligations.create", "/obligations", obligation, options)) as RequestedObligation,
      get: async (id) =>
        (await requestBridge(connection, reading(obligationPath(id)))) as RequestedObligation,
      cancel: async (id, options) =>
        (await act(
          "obligations.cancel",
          obligationPath(id),
          undefined,
          options,
          "DELETE",
        )) as RequestedObligation,
    },
    request: ({ method, path, body, idempotencyKey }) =>
      method === "GET"
        ? requestBridge(connection, reading(path))
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

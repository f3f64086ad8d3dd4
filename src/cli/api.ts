/** The part of the platform's HTTP API that the commands use; the whole of it is at `/openapi.json`. */
import type { ApprovalState, Verdict } from "../contract/approvals.ts";
import type { Gate } from "../contract/gates.ts";
import type { CALL_STATUSES } from "../contract/record-words.ts";
import type { ToolCallOutcome } from "../contract/tool-call.ts";
import type { Issue } from "../kernel/errors.ts";
import type { JsonSchema } from "../kernel/json-schema.ts";
import type { HttpClient, Query } from "./http-client.ts";

/** A page is at most this long; see `PageQuery` of the API. */
export const MAX_PAGE_LENGTH = 100;

type CallStatus = (typeof CALL_STATUSES)[number];
type Page<T> = { readonly data: readonly T[]; readonly nextCursor: string | null };
type Timestamps = { readonly createdAt: string; readonly updatedAt: string };

export type Instance = Timestamps & {
  readonly id: string;
  readonly name: string;
  readonly channel: string;
  readonly phoneNumber: string | null;
};

export type PluginTool = {
  readonly name: string;
  readonly description: string;
  readonly sensitive: boolean;
  readonly sideEffects: boolean;
  /** Set on a tool that the platform itself calls; an agent never sees it. */
  readonly capability: string | null;
};

export type PluginPermission = {
  readonly key: string;
  readonly label: string;
  readonly description: string;
  readonly default: boolean;
  readonly family: "plugin" | "bridge";
};

export type Review = {
  readonly id: string;
  readonly contentHash: string;
  readonly plugin: {
    readonly slug: string;
    readonly version: string;
    readonly name: string;
    readonly description: string | null;
    readonly baseUrl: string;
    readonly auth: string;
  };
  readonly tools: readonly PluginTool[];
  readonly permissions: readonly PluginPermission[];
  readonly configurationSchema: JsonSchema | null;
  readonly warnings: readonly Issue[];
  /** The installation of the same slug in this organisation. */
  readonly installed: { readonly installationId: string; readonly version: string } | null;
};

export type Installation = Timestamps & {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly version: string;
  readonly contentHash: string;
  readonly status: string;
  readonly tools: readonly PluginTool[];
  readonly permissions: readonly PluginPermission[];
};

/** Shown once, when an installation is made. */
type ShownSecret = { readonly kid: string; readonly version: number; readonly value: string };
export type NewInstallation = Installation & { readonly secret: ShownSecret };

export type Grant = Timestamps & {
  readonly id: string;
  readonly instanceId: string;
  readonly installationId: string;
  readonly slug: string;
  readonly status: string;
  readonly tools: readonly string[];
  readonly permissions: readonly string[];
  readonly callsPerMinute: number | null;
};
export type GrantInput = {
  readonly tools?: readonly string[];
  readonly permissions?: readonly string[];
  readonly callsPerMinute?: number | null;
};

export type AgentTool = {
  readonly name: string;
  readonly plugin: string;
  readonly tool: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly sideEffects: boolean;
  readonly sensitive: boolean;
};

export type WhyAnswer = {
  readonly allowed: boolean;
  readonly gate?: Gate;
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
  readonly trace: readonly { readonly gate: Gate; readonly passed: boolean; readonly detail: string }[];
};

/** One row of the log; input and output are redacted by the platform. */
export type CallRecord = {
  readonly id: string;
  readonly instanceId: string;
  readonly plugin: string | null;
  readonly tool: string;
  readonly status: CallStatus;
  readonly gate: Gate | null;
  readonly errorCode: string | null;
  readonly latencyMs: number;
  readonly createdAt: string;
};
export type CallFilter = {
  readonly instanceId?: string | undefined;
  readonly installationId?: string | undefined;
  readonly status?: string | undefined;
};

export type Approval = {
  readonly id: string;
  readonly slug: string;
  readonly tool: string;
  readonly callId: string;
  readonly state: ApprovalState;
  /** The call's input and its result or error, as redacted JSON text. */
  readonly payload: string;
  readonly outcome: string | null;
  readonly errorCode: string | null;
  readonly expiresAt: string;
};

/** One thing that goes out, or was to. */
export type CalendarEntry = {
  readonly kind: string;
  readonly at: string;
  readonly state: string;
  readonly reason: string | null;
  readonly text: string;
  readonly why: {
    readonly askedBy: { readonly kind: string };
    readonly plugin: string | null;
    readonly occurrence: number;
    readonly occurrences: number;
    readonly obligation: { readonly title: string } | null;
  };
};

/** What a simulated phone got: a message with what is beside its words. */
export type PhoneLine = {
  readonly seq: number;
  readonly text: string;
  readonly buttons?: readonly { readonly id: string; readonly title: string }[];
  readonly document?: { readonly fileName: string; readonly url: string | null };
  readonly at: string;
};
/** What a simulated phone writes: words, or a tap on a button. */
export type PhoneContent =
  | { readonly text: string }
  | { readonly button: { readonly text: string; readonly payload: string } };

type Credential = {
  readonly id: string;
  readonly name: string;
  /** The last characters, to tell one from another. */
  readonly hint: string;
  readonly expiresAt: string | null;
};
export type GatewayKey = Credential & { readonly instanceId: string | null };
export type ApiToken = Credential & { readonly scopes: readonly string[] };

/** A refused call is an answer, not a problem: it has a call id and a gate. */
const REFUSAL_STATUSES = [403, 429];

export type Api = ReturnType<typeof createApi>;

/** The calls, typed. Every one of them throws a `CliError` for a problem. */
export function createApi(client: HttpClient) {
  const { request } = client;

  /** Every row of a list, page by page. */
  async function listAll<T>(path: string, filter: Query = {}): Promise<readonly T[]> {
    const rows: T[] = [];
    let cursor: string | undefined;
    do {
      const page = await request<Page<T>>("GET", path, {
        query: { ...filter, limit: MAX_PAGE_LENGTH, cursor },
      });
      rows.push(...page.data);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return rows;
  }

  return {
    baseUrl: client.connection.baseUrl,

    listInstances: () => listAll<Instance>("/v1/instances"),
    createInstance: (body: {
      name: string;
      channel: "simulator";
      phoneNumber?: string;
      systemPrompt?: string;
    }) => request<Instance>("POST", "/v1/instances", { body }),

    reviewPlugin: (manifestUrl: string) =>
      request<Review>("POST", "/v1/plugin-reviews", { body: { manifestUrl } }),
    installPlugin: (body: { reviewId: string; configuration: object; permissionKeys: readonly string[] }) =>
      request<NewInstallation>("POST", "/v1/installations", { body }),
    upgradePlugin: (
      installationId: string,
      body: { reviewId: string; configuration?: object; permissionKeys: readonly string[] },
    ) => request<Installation>("POST", `/v1/installations/${segment(installationId)}/versions`, { body }),
    listInstallations: () => listAll<Installation>("/v1/installations"),
    getInstallation: (id: string) => request<Installation>("GET", `/v1/installations/${segment(id)}`),

    listGrants: (instanceId: string) => listAll<Grant>(`/v1/instances/${segment(instanceId)}/grants`),
    putGrant: (instanceId: string, installationId: string, body: GrantInput) =>
      request<Grant>("PUT", grantPath(instanceId, installationId), { body }),
    revokeGrant: (instanceId: string, installationId: string) =>
      request<void>("DELETE", grantPath(instanceId, installationId)),

    listTools: async (instanceId: string) =>
      (await request<Pick<Page<AgentTool>, "data">>("GET", `/v1/instances/${segment(instanceId)}/tools`))
        .data,
    callTool: (instanceId: string, tool: string, body: { input: unknown; customer?: { phone: string } }) =>
      request<ToolCallOutcome>("POST", `${toolPath(instanceId, tool)}/calls`, {
        body,
        alsoExpected: REFUSAL_STATUSES,
      }),
    explainCall: (instanceId: string, tool: string) =>
      request<WhyAnswer>("POST", `${toolPath(instanceId, tool)}/why`, { body: {} }),

    listCalls: (query: CallFilter & Query) => request<Page<CallRecord>>("GET", "/v1/calls", { query }),

    readCalendar: (query: Query) =>
      request<{ readonly data: readonly CalendarEntry[]; readonly isComplete: boolean }>(
        "GET",
        "/v1/calendar",
        { query },
      ),

    listApprovals: (state: string) => listAll<Approval>("/v1/approvals", { state }),
    decideApproval: (id: string, verdict: Verdict, body: { reason?: string }) =>
      request<Approval>("POST", `/v1/approvals/${segment(id)}/${verdict}`, { body }),

    writeFromPhone: (instanceId: string, from: string, content: PhoneContent) =>
      request<{ messageId: string }>("POST", phonePath(instanceId), { body: { from, ...content } }),
    /** At most a page, oldest first, from behind `after` on. */
    readPhone: async (instanceId: string, phone: string, after: number) =>
      (
        await request<Pick<Page<PhoneLine>, "data">>("GET", phonePath(instanceId), {
          query: { phone, after, limit: MAX_PAGE_LENGTH },
        })
      ).data,

    listGatewayKeys: () => listAll<GatewayKey>("/v1/gateway-keys"),
    createGatewayKey: (body: { name: string; instanceId?: string; expiresInDays?: number }) =>
      request<GatewayKey & { key: string }>("POST", "/v1/gateway-keys", { body }),
    revokeGatewayKey: (id: string) => request<void>("DELETE", `/v1/gateway-keys/${segment(id)}`),
    listApiTokens: () => listAll<ApiToken>("/v1/api-tokens"),
    createApiToken: (body: { name: string; scopes: readonly string[]; expiresInDays?: number }) =>
      request<ApiToken & { token: string }>("POST", "/v1/api-tokens", { body }),
    revokeApiToken: (id: string) => request<void>("DELETE", `/v1/api-tokens/${segment(id)}`),
  };
}

const segment = encodeURIComponent;

function grantPath(instanceId: string, installationId: string): string {
  return `/v1/instances/${segment(instanceId)}/grants/${segment(installationId)}`;
}

function phonePath(instanceId: string): string {
  return `/v1/instances/${segment(instanceId)}/simulator/messages`;
}

function toolPath(instanceId: string, tool: string): string {
  return `/v1/instances/${segment(instanceId)}/tools/${segment(tool)}`;
}

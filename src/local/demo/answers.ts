/** What the story reads of the API's answers. The whole shapes are in /openapi.json. */
import type { Issue } from "../../kernel/errors.ts";

export type Review = {
  readonly id: string;
  readonly plugin: { readonly slug: string; readonly version: string; readonly name: string };
  readonly tools: readonly { readonly name: string; readonly description: string }[];
  readonly permissions: readonly {
    readonly key: string;
    readonly label: string;
    readonly default: boolean;
    readonly family: "plugin" | "bridge";
  }[];
  readonly warnings: readonly Issue[];
};

export type Installation = { readonly id: string; readonly mode: string; readonly status: string };
export type NewInstallation = Installation & {
  readonly secret: { readonly kid: string; readonly value: string };
};

export type Instance = { readonly id: string; readonly name: string };

export type Grant = {
  readonly status: string;
  readonly tools: readonly string[];
  readonly permissions: readonly string[];
};

export type Page<T> = { readonly data: readonly T[] };

export type OfferedTool = { readonly name: string };

export type CallAnswer = {
  readonly callId: string;
  readonly status: "ok" | "error" | "refused";
  readonly result?: unknown;
  readonly gate?: string;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly issues?: readonly Issue[];
  };
};

export type WhyAnswer = {
  readonly allowed: boolean;
  readonly gate?: string;
  readonly hint?: string;
  readonly trace: readonly { readonly gate: string; readonly passed: boolean; readonly detail: string }[];
};

export type CallRecord = {
  readonly id: string;
  readonly instanceId: string;
  readonly tool: string;
  readonly status: string;
  readonly gate: string | null;
  readonly errorCode: string | null;
  readonly latencyMs: number;
  readonly createdAt: string;
};

export type Approval = {
  readonly id: string;
  readonly tool: string;
  /** The call's input as JSON text. */
  readonly payload: string;
  readonly reason: string;
};

export type Escalation = { readonly id: string; readonly chatId: string };

export type Order = {
  readonly id: string;
  readonly number: string;
  readonly state: string;
  /** Minor units. */
  readonly amount: number;
  readonly orderDetails: unknown;
  readonly paymentId: string | null;
};

export type Payment = {
  readonly id: string;
  readonly state: string;
  readonly provider: string;
  readonly reference: string;
};

export type Scheduled = {
  readonly text: string;
  readonly state: string;
  readonly reason: string | null;
  readonly sendAt: string;
  readonly localTime: string | null;
};

export type Obligation = { readonly title: string; readonly state: string; readonly reason: string | null };

export type AuditEntry = {
  readonly action: string;
  readonly actor: { readonly kind: string };
  readonly subject: { readonly id: string };
};

/** What one bridge call is. The chain in `handle-bridge-call.ts` is the same for all of them. */
import type { z } from "zod";
import type { PluginActor } from "../access/actor.ts";
import type { Ctx } from "../access/context.ts";
import type { BridgePermission } from "../contract/permissions.ts";
import type { Recipient } from "../contract/recipient.ts";
import type { ResolvedRecipient } from "../effects/recipients.ts";
import { BODY_MAX_BYTES } from "./limits.ts";

export type BridgeCtx = Ctx<PluginActor>;

/** A verb's answer. It is written down as JSON once and repeated byte for byte. */
export type BridgeAnswer = { readonly status: 200 | 201 | 202; readonly body: unknown };

export type BridgeInput<Body, Query> = {
  /** The placeholders of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  /** Undefined for a call without a body. */
  readonly body: Body;
  /** The body's text as it came, for what is stored and shown to the byte. Empty for a call without one. */
  readonly bodyText: string;
};

/** `R`: the recipient, null for calls that reach nobody. */
export type BridgeCallDefinition<Body, Query, R extends ResolvedRecipient | null, Plan> = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/bridge/v1`, with Hono's placeholders: `/payments/:id`. */
  readonly path: string;
  /** Unique in the API, such as `initiatePayment`. */
  readonly operationId: string;
  readonly summary: string;
  readonly body?: z.ZodType<Body>;
  /** When it may be larger, or must be smaller, than that of other calls. */
  readonly bodyMaxBytes?: number;
  readonly query?: z.ZodType<Query>;
  /** The shape of a 2xx answer, for the OpenAPI document. */
  readonly answer: z.ZodType;
  /** Any one of these is enough; the one that reaches least stands first. */
  readonly permissions: (input: BridgeInput<Body, Query>) => readonly BridgePermission[];
  /** Whom it reaches. Given for calls that reach a customer; the permission follows from its scope. */
  readonly recipient?: ((input: BridgeInput<Body, Query>) => Recipient) | undefined;
  /** Whether an idempotency key is kept for ever instead of a day: for what moves money or goods. */
  readonly keepsKeyForEver?: boolean;
  /** The verb's own gate, `policy`: throws an `AppError` for what may not be done. Reads, and changes nothing. */
  readonly check: (call: {
    readonly ctx: BridgeCtx;
    readonly input: BridgeInput<Body, Query>;
    readonly recipient: R;
    /**
     * Null in a dry run and for a `GET`. A run that is repeated after a crash is checked again, so what was begun under
     * this very key is no reason to refuse.
     */
    readonly idempotencyKey: string | null;
  }) => Promise<Plan>;
  /**
   * Does it. A key whose first run died in the middle is run again, so a verb finds what it began under the key and
   * goes on from there. A `GET` has no key and gets an empty text.
   */
  readonly run: (call: {
    readonly ctx: BridgeCtx;
    readonly input: BridgeInput<Body, Query>;
    readonly recipient: R;
    readonly plan: Plan;
    readonly idempotencyKey: string;
  }) => Promise<BridgeAnswer>;
};

/** A call whose verb is known to be allowed. */
export type CheckedCall = { readonly run: (idempotencyKey: string) => Promise<BridgeAnswer> };

/** A request that fits the call's schemas. */
export type OpenedCall = {
  readonly permissions: readonly BridgePermission[];
  readonly recipient: Recipient | null;
  readonly check: (
    ctx: BridgeCtx,
    recipient: ResolvedRecipient | null,
    idempotencyKey: string | null,
  ) => Promise<CheckedCall>;
};

/** A definition without its types, so that all of them stand in one table. */
export type BridgeCall = Pick<
  BridgeCallDefinition<unknown, unknown, null, unknown>,
  "method" | "path" | "operationId" | "summary" | "answer"
> & {
  readonly body: z.ZodType | undefined;
  readonly bodyMaxBytes: number;
  readonly query: z.ZodType | undefined;
  readonly keepsKeyForEver: boolean;
  readonly open: (input: BridgeInput<unknown, unknown>) => OpenedCall;
};

/** Declares a bridge call that reaches a customer. `body` and `query` are checked by their schemas before `open`. */
export function defineBridgeCall<Body = undefined, Query = undefined, Plan = void>(
  definition: BridgeCallDefinition<Body, Query, ResolvedRecipient, Plan> & {
    readonly recipient: (input: BridgeInput<Body, Query>) => Recipient;
  },
): BridgeCall;
/** Declares a bridge call that reaches nobody. */
export function defineBridgeCall<Body = undefined, Query = undefined, Plan = void>(
  definition: BridgeCallDefinition<Body, Query, null, Plan> & { readonly recipient?: undefined },
): BridgeCall;
export function defineBridgeCall<Body, Query, Plan>(
  definition: BridgeCallDefinition<Body, Query, never, Plan>,
): BridgeCall {
  const { method, path, operationId, summary, answer, body, query } = definition;
  const { bodyMaxBytes = BODY_MAX_BYTES, keepsKeyForEver = false } = definition;
  return {
    method,
    path,
    operationId,
    summary,
    answer,
    body,
    bodyMaxBytes,
    query,
    keepsKeyForEver,
    open(parsed) {
      const input = parsed as BridgeInput<Body, Query>;
      return {
        permissions: definition.permissions(input),
        recipient: definition.recipient?.(input) ?? null,
        async check(ctx, resolved, keyOfCheck) {
          const recipient = resolved as never;
          const plan = await definition.check({ ctx, input, recipient, idempotencyKey: keyOfCheck });
          return {
            run: (idempotencyKey) => definition.run({ ctx, input, recipient, plan, idempotencyKey }),
          };
        },
      };
    },
  };
}

import { z } from "@hono/zod-openapi";
import { PERMISSIONS } from "../../access/permissions.ts";

const MAX_EXPIRY_DAYS = 365;

const Name = z.string().trim().min(1).max(80).openapi({ description: "For people to tell them apart." });
const ExpiresInDays = z.number().int().min(1).max(MAX_EXPIRY_DAYS);
const Hint = z.string().openapi({ description: "Its last four characters.", example: "x7Qk" });
const Time = z.iso.datetime();

export const IdParam = z.object({ id: z.string().max(200) });

export const CreateApiToken = z.strictObject({
  name: Name,
  scopes: z
    .array(z.enum(PERMISSIONS))
    .min(1)
    .max(PERMISSIONS.length)
    .openapi({ description: "What it may do: at most what its creator may do." }),
  expiresInDays: ExpiresInDays.optional().openapi({
    description: "90 unless told; a token that was created by a token ends with that one at the latest.",
  }),
});
export type CreateApiToken = z.infer<typeof CreateApiToken>;

export const ApiToken = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    hint: Hint,
    createdByUserId: z.string(),
    createdAt: Time,
    expiresAt: Time,
    revokedAt: Time.nullable(),
  })
  .openapi("ApiToken");
export type ApiToken = z.infer<typeof ApiToken>;

export const CreatedApiToken = ApiToken.extend({
  token: z.string().openapi({ description: "Shown once; only a hash of it is kept.", example: "kvt_…" }),
}).openapi("CreatedApiToken");
export type CreatedApiToken = z.infer<typeof CreatedApiToken>;

export const CreateGatewayKey = z.strictObject({
  name: Name,
  instanceId: z.string().max(200).optional().openapi({ description: "The only instance that it serves." }),
  expiresInDays: ExpiresInDays.optional().openapi({
    description: "Without it, the key lasts until revoked.",
  }),
  requestsPerMinute: z.number().int().min(1).max(1_000_000).optional().openapi({
    description: "Chat completions in any sixty seconds. Without it, as many as come.",
  }),
  tokensPerDay: z.number().int().min(1).max(1_000_000_000_000).optional().openapi({
    description: "Tokens of chat completions, in and out together, in a day of UTC.",
  }),
});
export type CreateGatewayKey = z.infer<typeof CreateGatewayKey>;

export const GatewayKey = z
  .object({
    id: z.string(),
    name: z.string(),
    instanceId: z.string().nullable(),
    hint: Hint,
    requestsPerMinute: z.number().int().nullable(),
    tokensPerDay: z.number().int().nullable(),
    createdAt: Time,
    expiresAt: Time.nullable(),
    revokedAt: Time.nullable(),
  })
  .openapi("GatewayKey");
export type GatewayKey = z.infer<typeof GatewayKey>;

export const CreatedGatewayKey = GatewayKey.extend({
  key: z.string().openapi({ description: "Shown once; only a hash of it is kept.", example: "kvk_…" }),
}).openapi("CreatedGatewayKey");
export type CreatedGatewayKey = z.infer<typeof CreatedGatewayKey>;

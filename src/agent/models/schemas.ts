import { z } from "@hono/zod-openapi";
import { CATALOG_PROVIDERS, KEYED_PROVIDERS } from "./provider.ts";

const Provider = z.enum(CATALOG_PROVIDERS);
const KeyedProvider = z.enum(KEYED_PROVIDERS);
const BaseUrl = z.string().max(500).openapi({
  description: "Where the provider is; its own address when left out. Workers AI has none.",
  example: "https://api.openai.com/v1",
});
const Price = z.number().int().min(0).max(1_000_000_000);

export const IdParam = z.object({ id: z.string().max(200) });

export const CreateProviderKey = z.strictObject({
  provider: KeyedProvider,
  name: z.string().trim().min(1).max(80),
  baseUrl: BaseUrl.optional(),
  key: z
    .string()
    .min(8)
    .max(500)
    // A header takes nothing else, and a blank in a key is a slip of pasting.
    .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without blanks")
    .openapi({ description: "Stored encrypted and never answered." }),
});
export type CreateProviderKey = z.infer<typeof CreateProviderKey>;

export const ProviderKey = z
  .object({
    id: z.string(),
    provider: KeyedProvider,
    name: z.string(),
    baseUrl: z.string(),
    hint: z.string().openapi({ description: "Its last four characters.", example: "x7Qk" }),
    createdAt: z.iso.datetime(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .openapi("ProviderKey");
export type ProviderKey = z.infer<typeof ProviderKey>;

const Prices = z
  .strictObject({
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .openapi({ example: "USD" }),
    inputPrice: Price,
    outputPrice: Price,
  })
  .openapi("ModelPrices", {
    description: "In the currency's minor unit, for a million tokens: 15 is 0.15 dollars.",
  });

export const CreateModel = z.strictObject({
  alias: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$/, "must be letters, digits and . _ : / -")
    .openapi({ description: "What clients ask for.", example: "support-small" }),
  provider: Provider,
  providerModel: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .openapi({ description: "What the provider calls it.", example: "gpt-5-mini" }),
  baseUrl: BaseUrl.optional(),
  keyId: z.string().max(200).optional().openapi({
    description: "The one key to use. Without it, the newest for the same provider and address.",
  }),
  prices: Prices.optional(),
  isDefault: z.boolean().optional().openapi({ description: "Takes the place of the default so far." }),
});
export type CreateModel = z.infer<typeof CreateModel>;

export const Model = z
  .object({
    id: z.string(),
    alias: z.string(),
    provider: Provider,
    providerModel: z.string(),
    baseUrl: z.string(),
    keyId: z.string().nullable(),
    prices: Prices.nullable(),
    isDefault: z.boolean(),
    createdAt: z.iso.datetime(),
  })
  .openapi("Model");
export type Model = z.infer<typeof Model>;

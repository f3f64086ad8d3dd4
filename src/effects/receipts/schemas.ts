import { z } from "@hono/zod-openapi";
import { PageQuery } from "../../http/openapi.ts";

export const Receipt = z
  .object({
    id: z.string(),
    number: z.string().openapi({ example: "RCP-2026-000041" }),
    kind: z.enum(["payment", "refund"]),
    paymentId: z.string(),
    refundId: z.string().nullable(),
    /** Minor units. */
    amount: z.number().int(),
    currency: z.string(),
    orderReference: z.string(),
    text: z.string().openapi({ description: "What stands under the document in the chat." }),
    sends: z.number().int().openapi({ description: "How often it was sent." }),
    sendState: z.string().nullable().openapi({ description: "What became of the last sending." }),
    sendError: z.string().nullable(),
    sentAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .openapi("Receipt");
export type Receipt = z.infer<typeof Receipt>;

export const ReceiptParam = z.object({ id: z.string().max(100) });

export const ReceiptQuery = PageQuery.extend({ paymentId: z.string().max(100).optional() });

export const ReceiptLink = z.object({ url: z.url(), expiresAt: z.iso.datetime() }).openapi("ReceiptLink");

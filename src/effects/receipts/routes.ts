import { createRoute } from "@hono/zod-openapi";
import { BusinessProfile } from "../../contract/receipts.ts";
import { CONTROL_PLANE, jsonAnswer, jsonBody, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { getReceipt, listReceipts } from "./list-receipts.ts";
import { getBusinessProfile, setBusinessProfile } from "./profile.ts";
import { readSharedReceipt, shareReceipt } from "./read-shared-receipt.ts";
import { Receipt, ReceiptLink, ReceiptParam, ReceiptQuery } from "./schemas.ts";
import { resendReceipt } from "./send-receipt.ts";

const tags = ["Receipts"];
const security = CONTROL_PLANE;

/** Receipts for whoever has a signed link: the customer, or the provider that fetches the file for them. */
export const sharedReceiptRoutes = createRouter();

sharedReceiptRoutes.get("/receipts/:file", async (c) => {
  const { pathname, searchParams } = new URL(c.req.url);
  const { bytes, fileName } = await readSharedReceipt({
    ctx: c.get("base"),
    input: { path: pathname, query: searchParams },
  });
  return c.body(bytes, 200, {
    "content-type": "application/pdf",
    "content-disposition": `inline; filename="${fileName}"`,
    "cache-control": "private, max-age=300",
  });
});

export const receiptRoutes = createRouter();

receiptRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/receipts",
    operationId: "listReceipts",
    tags,
    security,
    summary: "List receipts",
    request: { query: ReceiptQuery },
    responses: { 200: jsonAnswer(pageOf(Receipt), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listReceipts({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

receiptRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/receipts/{id}",
    operationId: "getReceipt",
    tags,
    security,
    summary: "Read a receipt",
    request: { params: ReceiptParam },
    responses: { 200: jsonAnswer(Receipt, "The receipt."), ...problems(404) },
  }),
  async (c) => c.json(await getReceipt({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

receiptRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/receipts/{id}/link",
    operationId: "shareReceipt",
    tags,
    security,
    summary: "Make a link to a receipt's PDF",
    request: { params: ReceiptParam },
    responses: {
      201: jsonAnswer(ReceiptLink, "The link works for a week, for whoever has it."),
      ...problems(404),
    },
  }),
  async (c) => c.json(await shareReceipt({ ctx: c.get("ctx"), input: c.req.valid("param") }), 201),
);

receiptRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/receipts/{id}/send",
    operationId: "sendReceipt",
    tags,
    security,
    summary: "Send a receipt to the customer again",
    request: { params: ReceiptParam },
    responses: {
      200: jsonAnswer(Receipt, "The receipt and what became of sending it."),
      ...problems(404, 409),
    },
  }),
  async (c) => c.json(await resendReceipt({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

receiptRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/business-profile",
    operationId: "getBusinessProfile",
    tags,
    security,
    summary: "What stands on the organisation's receipts",
    responses: { 200: jsonAnswer(BusinessProfile, "The profile."), ...problems() },
  }),
  async (c) => c.json(await getBusinessProfile({ ctx: c.get("ctx") }), 200),
);

receiptRoutes.openapi(
  createRoute({
    method: "put",
    path: "/v1/business-profile",
    operationId: "setBusinessProfile",
    tags,
    security,
    summary: "Change what stands on the organisation's receipts",
    request: { body: jsonBody(BusinessProfile) },
    responses: { 200: jsonAnswer(BusinessProfile, "The profile as it is now."), ...problems(400, 422) },
  }),
  async (c) => c.json(await setBusinessProfile({ ctx: c.get("ctx"), input: c.req.valid("json") }), 200),
);

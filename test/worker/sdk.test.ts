/** The SDK inside workerd: the same handlers as in `test/unit/sdk*.test.ts`, on the runtime's own web standards. */
import { describe, expect, it } from "vitest";
import worker from "../../examples/support-desk/worker.ts";
import { createOrderDesk } from "../support/order-desk.ts";
import {
  getCall,
  PLUGIN_ORIGIN,
  PLUGIN_SECRET,
  postCall,
  signToken,
  TICKET_CALL,
} from "../support/platform-call.ts";

const MEBIBYTE = 1024 * 1024;

describe("a plugin in workerd", () => {
  const env = { PUBLIC_URL: PLUGIN_ORIGIN, PLUGIN_SECRET };

  async function call(body: string, signed = body) {
    const token = await signToken(signed, { issuedAt: Date.now() });
    return worker.fetch(postCall(body, token), env);
  }

  it("serves its manifest", async () => {
    const response = await worker.fetch(new Request(`${PLUGIN_ORIGIN}/manifest.json`), env);
    expect(await response.json()).toMatchObject({ slug: "SUPPORT_DESK", baseUrl: PLUGIN_ORIGIN });
  });

  it("[SDK-02] opens a ticket", async () => {
    const response = await call(JSON.stringify(TICKET_CALL));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      ticketId: "SUP-10421",
      status: "created",
      message: "Ticket SUP-10421 was created in the customer-care queue.",
    });
  });

  it("refuses an altered body, an expired token, bad input and a body that is too large", async () => {
    const body = JSON.stringify(TICKET_CALL);
    expect((await call(body.replace("damaged", "perfect"), body)).status).toBe(401);

    const expired = await signToken(body, { issuedAt: Date.now() - 3_600_000 });
    expect((await worker.fetch(postCall(body, expired), env)).status).toBe(401);

    const wrong = await call(JSON.stringify({ ...TICKET_CALL, input: { priority: "urgent" } }));
    expect(wrong.status).toBe(422);
    expect(await wrong.json()).toMatchObject({
      message: expect.stringMatching(/summary.*\/priority|\/priority.*summary/),
    });

    const large = JSON.stringify({ ...TICKET_CALL, input: { summary: "x".repeat(MEBIBYTE) } });
    expect((await call(large)).status).toBe(413);
  });

  it("takes GET calls", async () => {
    const token = await signToken("", { claims: { tool: "find_orders" } });
    const query = { orderNumber: "0041", limit: "3" };
    const request = getCall(query, TICKET_CALL.context, token, "/orders/search");
    const response = await createOrderDesk().fetch(request);
    expect(await response.json()).toMatchObject({ input: { orderNumber: "0041", limit: 3 } });
  });
});

import { describe, expect, it } from "vitest";
import { createOrderDesk, INTERNAL_DETAIL, orderDeskManifest } from "../support/order-desk.ts";
import { getCall, PLUGIN_ORIGIN, postCall, signToken, TICKET_CALL } from "../support/platform-call.ts";

const { context } = TICKET_CALL;
const desk = createOrderDesk();

async function post(tool: string, path = "/orders/execute", plugin = desk) {
  const body = JSON.stringify({ tool, input: {}, context });
  const response = await plugin.fetch(postCall(body, await signToken(body, { claims: { tool } }), path));
  return { status: response.status, text: await response.text() };
}

async function find(query: Record<string, string>, tool = "find_orders", sent: object = context) {
  const token = await signToken("", { claims: { tool } });
  const response = await desk.fetch(getCall(query, sent, token, "/orders/search"));
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe("the addresses of a plugin", () => {
  it("begin at the base URL, whether or not it ends in a slash", async () => {
    const response = await desk.fetch(new Request(`${PLUGIN_ORIGIN}/orders/manifest.json`));
    expect(response.headers.get("Content-Type")).toContain("application/json");
    expect(await response.json()).toEqual(orderDeskManifest);
    expect((await desk.fetch(new Request(`${PLUGIN_ORIGIN}/orders//manifest.json`))).status).toBe(200);
    expect((await desk.fetch(new Request(`${PLUGIN_ORIGIN}/manifest.json`))).status).toBe(404);
    expect((await post("count_orders", "/orders//search")).status).toBe(200);
  });

  it.each([
    ["DELETE", "/orders/manifest.json", "GET"],
    ["GET", "/orders/execute", "POST"],
    ["PUT", "/orders/search", "GET, POST"],
  ])("answer 405 to %s %s", async (method, path, allowed) => {
    const response = await desk.fetch(new Request(`${PLUGIN_ORIGIN}${path}`, { method }));
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe(allowed);
    expect(await response.json()).toMatchObject({ error: "method_not_allowed" });
  });

  it("answer 404 in the seed's form elsewhere", async () => {
    const response = await desk.fetch(new Request(`${PLUGIN_ORIGIN}/orders/admin`));
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: "not_found",
      message: "Nothing is served at this address.",
    });
  });

  it("each take their own tools only", async () => {
    expect((await post("count_orders", "/orders/search")).status).toBe(200);
    expect((await post("count_orders", "/orders/execute")).status).toBe(404);
    expect((await post("find_orders", "/orders/search")).status).toBe(404);
    expect((await find({}, "count_orders")).body).toMatchObject({ error: "unknown_tool" });
  });
});

describe("a GET tool", () => {
  it("gets its input from the query, by the types of its schema", async () => {
    const query = {
      orderNumber: "0041",
      limit: "3",
      open: "true",
      tags: '["gift"]',
      between: '{"from":"2026-11-01"}',
    };
    expect(await find(query)).toEqual({
      status: 200,
      body: {
        input: { orderNumber: "0041", limit: 3, open: true, tags: ["gift"], between: { from: "2026-11-01" } },
        context,
      },
    });
  });

  it.each(["true", "null", "{}", "12", '"quoted"', ""])(
    "leaves the text %j what it is",
    async (orderNumber) => {
      expect(await find({ orderNumber })).toMatchObject({ status: 200, body: { input: { orderNumber } } });
    },
  );

  it("is answered 422 with every parameter that is wrong", async () => {
    const { status, body } = await find({ limit: "0", open: "maybe", colour: "3", size: "L" });
    expect(status).toBe(422);
    for (const name of ["orderNumber", "/limit", "/open", "/colour", "size"]) {
      expect(body["message"]).toContain(name);
    }
    // "3" is a wrong colour, and not a number where a colour should be.
    expect(body["message"]).toMatch(/\/colour must be one of/);
  });

  it("is refused when the context is not the token's, or is none", async () => {
    const elsewhere = { ...context, organizationId: "org_999" };
    expect(await find({ orderNumber: "1" }, "find_orders", elsewhere)).toMatchObject({ status: 401 });
    expect(await find({ orderNumber: "1" }, "find_orders", [])).toMatchObject({ status: 400 });
    for (const header of [undefined, "%%%", "e30="]) {
      const request = getCall({ orderNumber: "1" }, context, await signToken(""), "/orders/search");
      request.headers.delete("Kivuko-Context");
      if (header !== undefined) {
        request.headers.set("Kivuko-Context", header);
      }
      expect((await desk.fetch(request)).status).toBe(400);
    }
  });

  it("is refused under a token that was made for a body", async () => {
    const token = await signToken("{}", { claims: { tool: "find_orders" } });
    const response = await desk.fetch(getCall({ orderNumber: "1" }, context, token, "/orders/search"));
    expect(response.status).toBe(401);
  });
});

describe("what a tool does", () => {
  it("may be to refuse, with a status, a code and a fallback", async () => {
    const { status, text } = await post("cancel_order");
    expect(status).toBe(409);
    expect(JSON.parse(text)).toEqual({
      error: "already_sent",
      message: "The order has left the warehouse.\nFallback suggestions: offer a return.",
    });
  });

  it("[SDK-04] stays inside when it breaks, and reaches the log", async () => {
    const errors: unknown[] = [];
    const plugin = createOrderDesk({ onError: (error) => errors.push(error) });
    for (const tool of ["break_down", "give_a_function"]) {
      const { status, text } = await post(tool, "/orders/execute", plugin);
      expect(status, tool).toBe(500);
      expect(JSON.parse(text)).toEqual({
        error: "internal_error",
        message: "The plugin failed. Its own log says why.",
      });
    }
    expect(errors).toHaveLength(2);
    expect(String(errors[0])).toContain(INTERNAL_DETAIL);
  });

  it("may be to say nothing, which is null", async () => {
    expect(await post("say_nothing")).toEqual({ status: 200, text: "null" });
  });
});

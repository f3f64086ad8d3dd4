import { describe, expect, it } from "vitest";
import { createDesk, TICKET_TOOL } from "./support/desk.ts";

type GrantBody = {
  id: string;
  tools: string[];
  permissions: string[];
  callsPerMinute: number | null;
  status: string;
};

describe("grants", () => {
  it("[GRANT-01] starts with the safe selection: tools that are not sensitive, permissions marked default", async () => {
    const desk = await createDesk();
    const { body } = await desk.control<{ data: GrantBody[] }>(
      "GET",
      `/v1/instances/${desk.supportId}/grants`,
    );
    expect(body.data).toMatchObject([
      {
        status: "active",
        tools: ["create_support_ticket"],
        permissions: ["support:tickets:create"],
        callsPerMinute: null,
      },
    ]);
  });

  it("[GRANT-02] shows the tools on the granted number and nothing on the other, in three formats", async () => {
    const desk = await createDesk();
    const tools = (id: string, format = "kivuko") =>
      desk.control<Record<string, unknown[]>>("GET", `/v1/instances/${id}/tools?format=${format}`);
    expect((await tools(desk.supportId)).body["data"]).toMatchObject([
      { name: TICKET_TOOL, plugin: "SUPPORT_DESK", tool: "create_support_ticket" },
    ]);
    expect((await tools(desk.supportId, "openai")).body["data"]).toMatchObject([
      { type: "function", function: { name: TICKET_TOOL, parameters: { required: ["summary"] } } },
    ]);
    expect((await tools(desk.supportId, "mcp")).body["tools"]).toMatchObject([
      { name: TICKET_TOOL, inputSchema: { type: "object" }, outputSchema: { type: "object" } },
    ]);
    expect((await tools(desk.salesId)).body["data"]).toEqual([]);
  });

  it("changes what is named and keeps the rest", async () => {
    const desk = await createDesk();
    const path = `/v1/instances/${desk.supportId}/grants/${desk.installation.id}`;
    const changed = await desk.control<GrantBody>("PUT", path, { permissions: ["support:tickets:read"] });
    expect(changed.body).toMatchObject({
      tools: ["create_support_ticket"],
      permissions: ["support:tickets:read"],
    });
    expect((await desk.control<GrantBody>("PUT", path, { callsPerMinute: 10 })).body).toMatchObject({
      id: changed.body.id,
      permissions: ["support:tickets:read"],
      callsPerMinute: 10,
    });
    expect(
      (await desk.control<GrantBody>("PUT", path, { callsPerMinute: null })).body.callsPerMinute,
    ).toBeNull();
  });

  it("[GRANT-03] refuses tools and permissions that the plugin does not have, naming each", async () => {
    const desk = await createDesk();
    const { status, body } = await desk.control(
      "PUT",
      `/v1/instances/${desk.salesId}/grants/${desk.installation.id}`,
      {
        tools: ["create_support_ticket", "delete_everything"],
        permissions: ["plugin:payments:initiate:current_chat"],
      },
    );
    expect({ status, code: body.code }).toEqual({ status: 422, code: "selection_invalid" });
    expect(body.issues?.map(({ pointer }) => pointer)).toEqual(["/tools/1", "/permissions/0"]);
  });

  it("[APPROVAL-01] keeps which tools wait and who decides, and names a tool that is not there", async () => {
    const desk = await createDesk();
    const path = `/v1/instances/${desk.supportId}/grants/${desk.installation.id}`;
    const settings = {
      approvals: { create_support_ticket: "always" },
      deciders: { create_support_ticket: "customer" },
    };
    expect(await desk.control("PUT", path, settings)).toMatchObject({ status: 200, body: settings });
    expect(await desk.control("PUT", path, { callsPerMinute: 9 })).toMatchObject({ body: settings });
    expect(await desk.control("PUT", path, { approvals: {} })).toMatchObject({
      body: { approvals: {}, deciders: settings.deciders },
    });
    const { body } = await desk.control("PUT", path, {
      approvals: { gone: "always" },
      deciders: { "a/b": "staff" },
    });
    expect(body).toMatchObject({ code: "selection_invalid" });
    expect(body.issues?.map(({ pointer }) => pointer)).toEqual(["/approvals/gone", "/deciders/a~1b"]);
    expect((await desk.control("PUT", path, { approvals: { create_support_ticket: "maybe" } })).status).toBe(
      422,
    );
  });

  it("[GRANT-04] is revoked once, kept as history, and granted anew", async () => {
    const desk = await createDesk();
    const path = `/v1/instances/${desk.supportId}/grants/${desk.installation.id}`;
    expect((await desk.control("DELETE", path)).status).toBe(204);
    expect(await desk.control("DELETE", path)).toMatchObject({
      status: 404,
      body: { code: "grant_not_found" },
    });
    expect((await desk.control("PUT", path, {})).status).toBe(200);
    const { body } = await desk.control<{ data: GrantBody[] }>(
      "GET",
      `/v1/instances/${desk.supportId}/grants`,
    );
    expect(body.data.map(({ status }) => status)).toEqual(["active", "revoked"]);
  });

  it("[GRANT-04] ends as one grant when two people grant at once", async () => {
    const desk = await createDesk();
    const path = `/v1/instances/${desk.salesId}/grants/${desk.installation.id}`;
    const answers = await Promise.all([1, 2, 3].map(() => desk.control("PUT", path, {})));
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
    const { body } = await desk.control<{ data: GrantBody[] }>("GET", `/v1/instances/${desk.salesId}/grants`);
    expect(body.data).toHaveLength(1);
  });

  it("[GATE-03] explains a refusal gate by gate, and an allowed call too", async () => {
    const desk = await createDesk();
    expect(
      await desk.control("POST", `/v1/instances/${desk.salesId}/tools/${TICKET_TOOL}/why`),
    ).toMatchObject({
      status: 200,
      body: {
        allowed: false,
        gate: "instance_grant",
        code: "not_granted",
        trace: [
          { gate: "installation", passed: true },
          { gate: "instance_grant", passed: false },
        ],
      },
    });
    expect(
      await desk.control("POST", `/v1/instances/${desk.supportId}/tools/${TICKET_TOOL}/why`),
    ).toMatchObject({
      body: { allowed: true, trace: [{}, {}, {}, { gate: "permission", passed: true }] },
    });
  });
});

describe("first-party plugins", () => {
  it("[PLUGIN-01] is enabled, granted, called and disabled like any other", async () => {
    const desk = await createDesk();
    const enabled = await desk.control<{ enabled: boolean; installationId: string }>(
      "POST",
      "/v1/admin/plugins/kivuko.greeter/enable",
    );
    expect(enabled).toMatchObject({
      status: 200,
      body: { enabled: true, installationId: expect.stringMatching(/^ins_/) },
    });
    const greet = () =>
      desk.callTool({ tool: "greeter__greet", body: { input: { language: "de", name: "Alice" } } });
    expect((await greet()).body).toMatchObject({ status: "refused", gate: "instance_grant" });

    const { installationId } = enabled.body;
    const other = await createDesk();
    expect(
      await other.control("PUT", `/v1/instances/${other.supportId}/grants/${installationId}`, {}),
    ).toMatchObject({ status: 404 });

    await desk.control("PUT", `/v1/instances/${desk.salesId}/grants/${installationId}`, {});
    const onSales = await desk.callTool({
      instanceId: desk.salesId,
      tool: "greeter__greet",
      body: { input: { language: "de", name: "Alice" } },
    });
    expect(onSales.body).toMatchObject({ status: "ok", result: "Hallo, Alice!" });
    expect(await desk.control("POST", "/v1/admin/plugins/kivuko.greeter/disable")).toMatchObject({
      body: { enabled: false },
    });
    expect(await desk.control("POST", "/v1/admin/plugins/kivuko.greeter/enable")).toMatchObject({
      body: { installationId },
    });
  });

  it("lists what ships with the platform, and knows no other", async () => {
    const desk = await createDesk();
    expect(await desk.control("GET", "/v1/plugins")).toMatchObject({
      body: {
        data: [
          { id: "kivuko.greeter", enabled: false, tools: [{ name: "greet", usage: "/greet <language>" }] },
          { id: "kivuko.whatsapp", tools: [{ name: "send_message" }, { name: "send_template" }] },
          { id: "kivuko.escalations", tools: [{ name: "escalate_to_human" }] },
          {
            id: "kivuko.scheduling",
            tools: [{ name: "schedule_message" }, { name: "list_scheduled" }, { name: "cancel_scheduled" }],
          },
          { id: "kivuko.payments", tools: [{ name: "request_payment" }, { name: "payment_status" }] },
          {
            id: "kivuko.commerce",
            tools: [
              { name: "search_catalog" },
              { name: "place_order" },
              { name: "order_status" },
              { name: "checkout_order" },
            ],
          },
        ],
      },
    });
    expect(await desk.control("POST", "/v1/admin/plugins/kivuko.nothing/enable")).toMatchObject({
      status: 404,
    });
  });

  it("makes one installation when enabled several times at once", async () => {
    const desk = await createDesk();
    const answers = await Promise.all(
      [1, 2, 3].map(() =>
        desk.control<{ installationId: string }>("POST", "/v1/admin/plugins/kivuko.greeter/enable"),
      ),
    );
    expect(new Set(answers.map(({ body }) => body.installationId)).size).toBe(1);
  });

  it("answers the organisation's plugins in the gateway's documented shape", async () => {
    const desk = await createDesk();
    await desk.control("POST", "/v1/admin/plugins/kivuko.greeter/enable");
    const { status, body } = await desk.control("GET", `/organizations/${desk.organization.id}/plugins`);
    expect(status).toBe(200);
    expect(body).toEqual({
      data: [
        {
          id: "first_party:greeter",
          kind: "first_party",
          slug: "greeter",
          displayName: "Greeter",
          description: expect.any(String),
          toolCount: 1,
        },
        {
          id: desk.installation.id,
          kind: "manifest",
          slug: "SUPPORT_DESK",
          displayName: "Support Desk",
          description: expect.any(String),
          toolCount: 1,
        },
      ],
    });
  });
});

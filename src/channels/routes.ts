import { createRoute, z } from "@hono/zod-openapi";
import { DATA_PLANE, jsonAnswer, jsonBody, problems } from "../http/openapi.ts";
import { createRouter } from "../http/router.ts";
import { answerWebhookSetup } from "./answer-webhook-setup.ts";
import { issuePhoneTicket, openPhoneSocket } from "./phone-ticket.ts";
import { readSimulatedPhone } from "./read-simulated-phone.ts";
import { receiveWebhook } from "./receive-webhook.ts";
import { sendSimulatedMessage } from "./send-simulated-message.ts";
import { hasOneContent, ONE_CONTENT, SIMULATED_CONTENT } from "./simulated-content.ts";

/**
 * The providers' doors, and the one of a simulated phone's socket. They prove themselves by their signatures and by a
 * ticket, so no session or key is asked for.
 */
export const webhookRoutes = createRouter();

const WEBHOOK_PATH = "/webhooks/:channel/:instanceId";

webhookRoutes.get(WEBHOOK_PATH, async (c) => {
  const input = { address: c.req.param(), query: new URL(c.req.url).searchParams };
  return c.text(await answerWebhookSetup({ ctx: c.get("base"), input }), 200);
});

webhookRoutes.post(WEBHOOK_PATH, async (c) => {
  const base = c.get("base");
  const { pathname, search } = new URL(c.req.url);
  const request = {
    // What the provider was told to call, and signed; never what a proxy says of itself.
    url: base.config.publicBaseUrl + pathname + search,
    headers: c.req.raw.headers,
    body: new Uint8Array(await c.req.arrayBuffer()),
    receivedAt: base.clock.now(),
  };
  const receipt = await receiveWebhook({ ctx: base, input: { address: c.req.param(), request } });
  return c.body(receipt.body, 200, { "content-type": receipt.contentType });
});

webhookRoutes.get("/v1/instances/:id/simulator/socket", (c) =>
  openPhoneSocket({
    ctx: c.get("base"),
    input: {
      instanceId: c.req.param("id"),
      phone: c.req.query("phone") ?? "",
      headers: c.req.raw.headers,
    },
  }),
);

/** The simulator's phone, for a page, a terminal and for tests. */
export const simulatorRoutes = createRouter();

const tags = ["Simulator"];
const Params = z.object({ id: z.string().max(200) });
const Phone = z.string().max(40).openapi({ example: "+254711223344" });

const PhoneLine = z.object({
  seq: z.number().int(),
  text: z.string(),
  buttons: z.array(z.object({ id: z.string(), title: z.string() })).optional(),
  document: z
    .object({
      fileName: z.string(),
      contentType: z.string(),
      url: z.url().nullable().openapi({ description: "Null when the file cannot be had any more." }),
    })
    .optional(),
  template: z.object({ name: z.string(), language: z.string() }).optional(),
  at: z.iso.datetime(),
});

simulatorRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/instances/{id}/simulator/messages",
    operationId: "sendSimulatedMessage",
    tags,
    security: DATA_PLANE,
    summary: "Write to a simulator from a phone",
    request: {
      params: Params,
      body: jsonBody(
        z
          .strictObject({ from: Phone, ...SIMULATED_CONTENT })
          .refine(hasOneContent, ONE_CONTENT)
          .openapi({
            description:
              "Words, a tap on a button, or a location. The same `messageId` counts once, as with a provider that " +
              "sends again.",
          }),
      ),
    },
    responses: {
      202: jsonAnswer(
        z.object({ messageId: z.string(), isNew: z.boolean() }),
        "Stored. The reply comes when the agent has one.",
      ),
      ...problems(400, 404, 409, 422),
    },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("json") };
    return c.json(await sendSimulatedMessage({ ctx: c.get("ctx"), input }), 202);
  },
);

simulatorRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/instances/{id}/simulator/messages",
    operationId: "readSimulatedPhone",
    tags,
    security: DATA_PLANE,
    summary: "What a phone got from a simulator",
    request: {
      params: Params,
      query: z.object({
        phone: Phone,
        after: z.coerce.number().int().min(0).default(0).openapi({ description: "`seq` to go on from." }),
        limit: z.coerce.number().int().min(1).max(100).default(100),
      }),
    },
    responses: {
      200: jsonAnswer(
        z.object({
          data: z.array(PhoneLine),
        }),
        "Oldest first.",
      ),
      ...problems(404, 409, 422),
    },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("query") };
    return c.json({ data: await readSimulatedPhone({ ctx: c.get("ctx"), input }) }, 200);
  },
);

simulatorRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/instances/{id}/simulator/tickets",
    operationId: "createSimulatorTicket",
    tags,
    security: DATA_PLANE,
    summary: "Open a socket for a simulated phone",
    description:
      "Answers a ticket that opens one WebSocket within a minute: `new WebSocket(url, protocols)`. The phone sends " +
      '`{"type": "message", "text": …}`, or `button` or `location` as in a simulated message. It gets frames of the ' +
      "types `history` (once, the latest lines), `stored` (its message is in the chat), `message` (one for it), " +
      "`typing` and `error`. A `ping` is answered with `pong`. After an hour the socket is closed with code 4401: " +
      "ask for another ticket.",
    request: { params: Params, body: jsonBody(z.strictObject({ phone: Phone })) },
    responses: {
      201: jsonAnswer(
        z.object({ url: z.string(), protocols: z.array(z.string()), expiresAt: z.iso.datetime() }),
        "What to open the socket with.",
      ),
      ...problems(400, 404, 409, 422),
    },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("json") };
    return c.json(await issuePhoneTicket({ ctx: c.get("ctx"), input }), 201);
  },
);

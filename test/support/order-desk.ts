/** A plugin with the tools that the Support Desk does not have: `GET`, several addresses, tools that fail. */
import { createPlugin, defineManifest, PluginError, type PluginOptions } from "../../src/sdk/index.ts";
import { CALLED_AT, PLUGIN_ORIGIN, PLUGIN_SECRET } from "./platform-call.ts";

const anyInput = { type: "object" } as const;

export const orderDeskManifest = defineManifest({
  slug: "SUPPORT_DESK",
  version: "1.0.0",
  name: "Order Desk",
  baseUrl: `${PLUGIN_ORIGIN}/orders/`,
  auth: { type: "secret" },
  tools: [
    {
      name: "find_orders",
      description: "Finds orders by what the customer remembers of them.",
      endpoint: { method: "GET", path: "/search" },
      inputSchema: {
        type: "object",
        properties: {
          orderNumber: { type: "string", description: "The order's number." },
          limit: { type: "integer", minimum: 1, description: "How many orders at most." },
          colour: { type: "string", enum: ["red", "blue"], description: "The colour of the goods." },
          open: { type: "boolean", description: "Only orders that are on their way." },
          tags: { type: "array", items: { type: "string" }, description: "Words on the order." },
          between: { $ref: "#/$defs/span", description: "When it was ordered." },
        },
        required: ["orderNumber"],
        additionalProperties: false,
        $defs: { span: { type: "object", properties: { from: { type: "string" } }, required: ["from"] } },
      },
    },
    {
      name: "count_orders",
      description: "Counts orders.",
      endpoint: { method: "POST", path: "/search" },
      inputSchema: anyInput,
    },
    { name: "cancel_order", description: "Cancels an order that has not left yet.", inputSchema: anyInput },
    { name: "break_down", description: "Fails for a reason of its own.", inputSchema: anyInput },
    { name: "say_nothing", description: "Has nothing to say.", inputSchema: anyInput },
    { name: "give_a_function", description: "Answers what JSON cannot hold.", inputSchema: anyInput },
  ],
});

/** What `break_down` throws: tests look for it in the answer, where it must not be. */
export const INTERNAL_DETAIL = "postgres://orders:hunter2@10.0.0.5/orders";

export function createOrderDesk(
  options: Partial<Omit<PluginOptions<typeof orderDeskManifest>, "manifest" | "tools">> = {},
) {
  return createPlugin({
    secret: PLUGIN_SECRET,
    clock: { now: () => CALLED_AT },
    ...options,
    manifest: orderDeskManifest,
    tools: {
      find_orders: (input, context) => ({ input, context }),
      count_orders: async () => ({ count: 3 }),
      cancel_order: () => {
        throw new PluginError({
          code: "already_sent",
          message: "The order has left the warehouse.",
          status: 409,
          fallback: "offer a return.",
        });
      },
      break_down: async () => {
        throw new Error(`connect ECONNREFUSED ${INTERNAL_DETAIL}`);
      },
      say_nothing: () => undefined,
      give_a_function: () => ({ count: 3n }),
    },
  });
}

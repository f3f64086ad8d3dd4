/**
 * What the compiler says about a plugin. `npm run check` fails when an expected error does not come up; the
 * same mistakes are refused when the plugin starts, for authors without types.
 */
import { describe, expect, expectTypeOf, it } from "vitest";
import { DueObligation } from "../../src/contract/due-obligation.ts";
import {
  createPlugin,
  type DueObligation as DueItem,
  type PluginManifest,
  type ToolHandlers,
} from "../../src/sdk/index.ts";
import { PLUGIN_SECRET as secret } from "../support/platform-call.ts";

const manifest = {
  slug: "BOOKINGS",
  version: "1.0.0",
  name: "Bookings",
  baseUrl: "https://bookings.example.com",
  auth: { type: "secret" },
  configurationSchema: {
    type: "object",
    properties: { branch: { type: "string" }, seats: { type: "integer", default: 4 } },
    required: ["branch"],
    additionalProperties: false,
  },
  tools: [
    {
      name: "book_table",
      description: "Books a table.",
      inputSchema: {
        type: "object",
        properties: {
          day: { type: "string", format: "date" },
          guests: { type: "integer", default: 2 },
          area: { enum: ["inside", "terrace"] },
        },
        required: ["day"],
        additionalProperties: false,
      },
      outputSchema: {
        type: "object",
        properties: { reference: { type: "string" } },
        required: ["reference"],
      },
    },
    {
      name: "cancel_booking",
      description: "Cancels a booking.",
      inputSchema: {
        type: "object",
        properties: { reference: { type: "string" } },
        required: ["reference"],
        additionalProperties: false,
      },
    },
  ],
} as const satisfies PluginManifest;

const cancel_booking = () => null;

describe("the types of a plugin", () => {
  it("[SDK-03] follow the schemas of the manifest", () => {
    const plugin = createPlugin({
      manifest,
      secret,
      tools: {
        book_table: (input, context) => {
          expectTypeOf(input).toEqualTypeOf<{ day: string; guests?: number; area?: "inside" | "terrace" }>();
          expectTypeOf(context.config).toEqualTypeOf<{ branch: string; seats?: number }>();
          expectTypeOf(context.callId).toBeString();
          expectTypeOf(context.user?.id).toEqualTypeOf<string | undefined>();
          return { reference: "B-1" };
        },
        cancel_booking: async (input) => {
          expectTypeOf(input).toEqualTypeOf<{ reference: string }>();
          return "anything, as there is no outputSchema";
        },
      },
    });
    expectTypeOf(plugin.manifest.slug).toEqualTypeOf<"BOOKINGS">();
    expect(plugin.manifest).toBe(manifest);
  });

  it("ask for a function for every tool", () => {
    const book_table = () => ({ reference: "B-1" });
    // @ts-expect-error: cancel_booking has no function
    expect(() => createPlugin({ manifest, secret, tools: { book_table } })).toThrow("cancel_booking");
  });

  it("take no function for a tool that does not exist", () => {
    const book_table = () => ({ reference: "B-1" });
    const move_booking = () => null;
    // @ts-expect-error: there is no tool move_booking
    const tools: ToolHandlers<typeof manifest> = { book_table, cancel_booking, move_booking };
    expect(() => createPlugin({ manifest, secret, tools })).toThrow("move_booking");
  });

  it("hold what a tool returns against its outputSchema", () => {
    const book_table = () => ({ reference: 1 });
    // @ts-expect-error: the reference is text
    const tools: ToolHandlers<typeof manifest> = { book_table, cancel_booking };
    expect(createPlugin({ manifest, secret, tools }).manifest.tools).toHaveLength(2);
  });

  it("know any object where the manifest comes without literal types", () => {
    const loaded: PluginManifest = JSON.parse(JSON.stringify(manifest)) as PluginManifest;
    const plugin = createPlugin({
      manifest: loaded,
      secret,
      tools: {
        book_table: (input, { config }) => {
          expectTypeOf(input).toEqualTypeOf<{ readonly [property: string]: unknown }>();
          expectTypeOf(config).toEqualTypeOf<{ readonly [property: string]: unknown }>();
          return null;
        },
        cancel_booking,
      },
    });
    expect(plugin.manifest.slug).toBe("BOOKINGS");
  });

  it("take a due item whose template has no variables, and none whose choice there is not", () => {
    const item: DueItem = {
      obligationId: "rent-11",
      title: "Rent",
      dueAt: 0,
      phone: "+254711223344",
      message: "Your rent is due.",
      action: "reminder",
      template: { name: "rent_due", language: "en" },
    };
    expect(DueObligation.parse(item).template?.variables).toEqual({});
    // @ts-expect-error: hold or block
    const wrong: DueItem = { ...item, whenClosed: "wait" };
    expect(DueObligation.safeParse(wrong).success).toBe(false);
  });
});

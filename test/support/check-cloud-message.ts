/** What Meta's Cloud API would not take of a message, written from its documentation. */
import { z } from "zod";
import { APPROVED_TEMPLATES } from "./stand-in.ts";

/** HTTP status, code, sentence. */
export type Refusal = readonly [number, number, string];

const Text = z.strictObject({ preview_url: z.boolean().optional(), body: z.string().min(1).max(4_096) });
const Button = z.strictObject({
  type: z.literal("reply"),
  reply: z.strictObject({ id: z.string().min(1).max(256), title: z.string().min(1).max(20) }),
});
const Interactive = z.strictObject({
  type: z.literal("button"),
  body: z.strictObject({ text: z.string().min(1).max(1_024) }),
  action: z.strictObject({
    buttons: z
      .array(Button)
      .min(1)
      .max(3)
      .refine((buttons) => new Set(buttons.map(({ reply }) => reply.title)).size === buttons.length),
  }),
});
const Document = z.strictObject({
  id: z.string(),
  caption: z.string().min(1).max(1_024).optional(),
  filename: z.string().optional(),
});
const Parameter = z.strictObject({
  type: z.literal("text"),
  text: z
    .string()
    .min(1)
    .regex(/^(?!.*( {5}|[\n\r\t]))/s),
  parameter_name: z.string().optional(),
});
const Template = z.strictObject({
  name: z.string(),
  language: z.strictObject({ code: z.string() }),
  components: z
    .array(z.strictObject({ type: z.literal("body"), parameters: z.array(Parameter).min(1) }))
    .optional(),
});

const CONTENT = { text: Text, interactive: Interactive, document: Document, template: Template } as const;
const FIELDS = ["messaging_product", "recipient_type", "to", "type"];

type Body = Readonly<Record<string, unknown>>;

/** What people read of a message that Meta would take, or the refusal. */
export function checkCloudMessage(
  body: Body,
  uploadedIds: readonly string[],
): { text: string } | { refusal: Refusal } {
  if (body["messaging_product"] !== "whatsapp") {
    return { refusal: [400, 100, "(#100) The parameter messaging_product is required."] };
  }
  if (body["recipient_type"] !== "individual" || !/^\+?\d{4,15}$/.test(String(body["to"]))) {
    return { refusal: [400, 131_009, "(#131009) Parameter value is not valid"] };
  }
  const type = String(body["type"]);
  const schema = Object.entries(CONTENT).find(([name]) => name === type)?.[1];
  const unknown = Object.keys(body).find((name) => name !== type && !FIELDS.includes(name));
  if (schema === undefined || unknown !== undefined) {
    return { refusal: [400, 100, `(#100) Unexpected key "${unknown ?? type}" on param.`] };
  }
  const content = schema.safeParse(body[type]);
  if (!content.success) {
    const isKey = content.error.issues.some(({ code }) => code === "unrecognized_keys");
    return {
      refusal: isKey
        ? [400, 100, "(#100) Unexpected key on param."]
        : [400, 131_009, "(#131009) Parameter value is not valid"],
    };
  }
  const { data } = content;
  if ("body" in data) {
    return { text: typeof data.body === "string" ? data.body : data.body.text };
  }
  if ("id" in data) {
    return uploadedIds.includes(data.id)
      ? { text: data.caption ?? "" }
      : { refusal: [400, 131_053, "(#131053) Media upload error"] };
  }
  const variables = Object.entries(APPROVED_TEMPLATES).find(([name]) => name === data.name)?.[1];
  if (variables === undefined || data.language.code !== "en") {
    return { refusal: [404, 132_001, "(#132001) Template name does not exist in the translation"] };
  }
  const given = data.components?.flatMap(({ parameters }) => parameters).length ?? 0;
  return given === variables
    ? { text: data.name }
    : { refusal: [400, 132_000, "(#132000) Number of parameters does not match"] };
}

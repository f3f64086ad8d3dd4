import type { CtxBase } from "../access/context.ts";
import type { OutgoingButton } from "../contract/channel.ts";
import type { OutboundLine } from "../contract/chat.ts";
import type { InstanceRow } from "../tenancy/instances/index.ts";
import { openDocument } from "./documents.ts";

/** A message as a simulated phone shows it. */
export type PhoneLine = {
  readonly seq: number;
  readonly text: string;
  readonly buttons?: OutgoingButton[];
  /** `url` is null when the file cannot be had any more. */
  readonly document?: { fileName: string; contentType: string; url: string | null };
  readonly template?: { name: string; language: string };
  readonly at: string;
};

/** The message with what is beside its text; a file as the link to it. */
export async function presentPhoneLine(
  ctx: CtxBase,
  instance: InstanceRow,
  { seq, text, message, at }: OutboundLine,
): Promise<PhoneLine> {
  const line = { seq, text, at: new Date(at).toISOString() };
  switch (message.type) {
    case "text":
      return line;
    case "buttons":
      return { ...line, buttons: message.buttons };
    case "document": {
      const { source, fileName, contentType } = message.document;
      const opened = await openDocument({ ctx, input: { source, instance } });
      return { ...line, document: { fileName, contentType, url: opened?.url ?? null } };
    }
    case "template": {
      const { name, language } = message.template;
      return { ...line, template: { name, language } };
    }
  }
}

import type { CtxBase } from "../access/context.ts";
import type { OutgoingMessage, OutgoingTemplate } from "../contract/channel.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { type InstanceRow, openCredentials } from "../tenancy/instances/index.ts";
import type { Capabilities, ReadyMessage, SendOutcome } from "./channel.ts";
import { channels } from "./channels.ts";
import { openDocument } from "./documents.ts";
import { TEMPLATE_VARIABLE_SPACES } from "./limits.ts";
import { webhookPath } from "./webhook-path.ts";

type Delivery = {
  readonly instance: InstanceRow;
  /** E.164. */
  readonly to: string;
  /** As the channel can carry it: one of what `fitMessage` made. */
  readonly message: OutgoingMessage;
  /** Epoch ms of the customer's last message; null when there is none. */
  readonly lastInboundAt: number | null;
};

/**
 * The one way out to a customer. The caller has claimed the message: it is sent at most once by a call. Never throws
 * for what a provider does; the outcome says whether it may be sent again. Codes of our own: `outside_window`,
 * `document_unavailable`, `template_unknown`, `template_without_content_sid`.
 */
export async function deliver({
  ctx,
  input: { instance, to, message, lastInboundAt },
}: {
  ctx: CtxBase;
  input: Delivery;
}): Promise<SendOutcome> {
  const { capabilities, send } = channels[instance.channel];
  // A template is what WhatsApp has approved for the time after the window.
  if (message.type !== "template" && !isInsideTextWindow(capabilities, lastInboundAt, ctx.clock.now())) {
    return { state: "failed", errorCode: "outside_window" };
  }
  const ready = await makeReady(ctx, instance, message);
  if (!ready.ok) {
    return { state: "failed", errorCode: ready.error };
  }
  const { publicBaseUrl, allowInsecurePluginUrls } = ctx.config;
  return send(
    {
      from: instance.phoneNumber,
      to,
      message: ready.value,
      statusUrl: publicBaseUrl + webhookPath(instance),
      allowLoopbackHttp: allowInsecurePluginUrls,
    },
    await openCredentials(ctx, instance),
  );
}

/** The message with its file opened or its template found, or the code of what is missing. */
async function makeReady(
  ctx: CtxBase,
  instance: InstanceRow,
  message: OutgoingMessage,
): Promise<Result<ReadyMessage, string>> {
  switch (message.type) {
    case "text":
    case "buttons":
      return ok(message);
    case "document": {
      const { source, fileName, contentType } = message.document;
      const opened = await openDocument({ ctx, input: { source, instance } });
      return opened === null
        ? err("document_unavailable")
        : ok({ type: "document", text: message.text, file: { ...opened, fileName, contentType } });
    }
    case "template":
      return findTemplate(instance, message.template);
  }
}

function findTemplate(instance: InstanceRow, template: OutgoingTemplate): Result<ReadyMessage, string> {
  const { name, language } = template;
  const known = instance.templates.find((other) => other.name === name && other.language === language);
  if (known === undefined) {
    return err("template_unknown");
  }
  const { contentSid } = known;
  if (contentSid === undefined && capabilitiesOf(instance).needsContentSid) {
    return err("template_without_content_sid");
  }
  const variables = Object.fromEntries(
    Object.entries(template.variables).map(([variable, value]) => [variable, toVariable(value)]),
  );
  return ok({
    type: "template",
    template: { name, language, variables, ...(contentSid !== undefined && { contentSid }) },
  });
}

/** Providers refuse line breaks, tabs and long runs of spaces in a variable. */
function toVariable(text: string): string {
  return text
    .trim()
    .replaceAll(/[\r\n\t]+/g, " ")
    .replaceAll(/ {2,}/g, (spaces) => spaces.slice(0, TEMPLATE_VARIABLE_SPACES));
}

/** What the instance's provider can do. */
export function capabilitiesOf(instance: Pick<InstanceRow, "channel">): Capabilities {
  return channels[instance.channel].capabilities;
}

/** Whether free text may be sent now: outside of the window WhatsApp takes approved templates only. */
export function isInsideTextWindow(
  { textWindowMs }: Capabilities,
  lastInboundAt: number | null,
  now: number,
): boolean {
  return textWindowMs === null || (lastInboundAt !== null && now - lastInboundAt <= textWindowMs);
}

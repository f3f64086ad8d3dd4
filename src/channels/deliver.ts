import type { CtxBase } from "../access/context.ts";
import type { OutgoingMessage } from "../contract/channel.ts";
import type { DeliveryDecision, SendPolicy } from "../contract/policy.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { type InstanceRow, openCredentials } from "../tenancy/instances/index.ts";
import type { Capabilities, ReadyMessage, SendOutcome } from "./channel.ts";
import { channels } from "./channels.ts";
import { openDocument } from "./documents.ts";
import { findTemplate } from "./find-template.ts";
import { type ChatFacts, decideDelivery, gatherFacts } from "./policy/index.ts";
import { webhookPath } from "./webhook-path.ts";

type Delivery = {
  readonly instance: InstanceRow;
  /** E.164. */
  readonly to: string;
  /** As the channel can carry it: one of what `fitMessage` made. */
  readonly message: OutgoingMessage;
  readonly policy: SendPolicy;
  /** Whether it is all of the message, or the end of it: a template takes the place of all parts. */
  readonly isLastPart: boolean;
  /** What the conversation knows at this moment. Asked again right before the message leaves. */
  readonly readFacts: () => ChatFacts;
  /** Writes down for good that the message is about to leave; called at most once, and not for what stays. */
  readonly claim: () => Promise<void>;
};

/** `outcome` is null for what the policy holds or blocks, and for a part whose template goes out with the last one. */
export type Delivered = { readonly decision: DeliveryDecision; readonly outcome: SendOutcome | null };

/**
 * The one way out to a customer, and so the place where the delivery policy is asked: nothing is sent that it does not
 * let through at that moment. Sends at most once by a call. Never throws for what a provider does; the outcome says
 * whether it may be sent again. Codes of our own: `document_unavailable`, `template_unknown`,
 * `template_without_content_sid`.
 */
export async function deliver({ ctx, input }: { ctx: CtxBase; input: Delivery }): Promise<Delivered> {
  const { instance, to, message, policy } = input;
  const decide = () =>
    decideDelivery(
      gatherFacts({ now: ctx.clock.now(), instance, to, message, policy, chat: input.readFacts() }),
    );
  let decision = decide();
  if (!goesOut(decision) || (decision.decision === "send_template" && !input.isLastPart)) {
    return { decision, outcome: null };
  }
  await input.claim();
  const credentials = await openCredentials(ctx, instance);
  for (;;) {
    const ready = await makeReady(ctx, instance, toSend(message, policy, decision));
    // The customer may have written STOP while a file was opened.
    const latest = decide();
    if (!goesOut(latest)) {
      return { decision: latest, outcome: null };
    }
    if (!ready.ok) {
      return { decision: latest, outcome: { state: "failed", errorCode: ready.error } };
    }
    if (latest.decision === decision.decision) {
      const { publicBaseUrl, allowInsecurePluginUrls } = ctx.config;
      const outgoing = {
        from: instance.phoneNumber,
        to,
        message: ready.value,
        statusUrl: publicBaseUrl + webhookPath(instance),
        allowLoopbackHttp: allowInsecurePluginUrls,
      };
      return { decision, outcome: await channels[instance.channel].send(outgoing, credentials) };
    }
    decision = latest;
  }
}

function goesOut({ decision }: DeliveryDecision): boolean {
  return decision === "send" || decision === "send_template";
}

function toSend(
  message: OutgoingMessage,
  { template = null }: SendPolicy,
  { decision }: DeliveryDecision,
): OutgoingMessage {
  return decision === "send_template" && template !== null
    ? { type: "template", text: message.text, template }
    : message;
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

/** The one decision about a message that is about to reach a customer. Pure: whoever asks brings the facts. */
import type {
  DeliveryDecision,
  DeliveryReason,
  MessageKind,
  QuietHours,
  WhenClosed,
} from "../../contract/policy.ts";
import { CAP_HOLD_MS, RECENT_INBOUND_MS } from "./limits.ts";
import { quietUntil } from "./quiet-hours.ts";

/** All that counts; times in epoch ms. */
export type DeliveryFacts = {
  readonly now: number;
  readonly kind: MessageKind;
  readonly isUrgent: boolean;
  readonly whenClosed: WhenClosed;
  /** Whether the message itself is a template. */
  readonly isTemplate: boolean;
  /** What may go out in its place while the window is closed, and whether the number has it. */
  readonly template: "none" | "known" | "unknown";
  /** Another part of the same message went out as the template. */
  readonly mustUseTemplate: boolean;
  readonly createdAt: number;
  /** When it is not worth sending any more. */
  readonly expiresAt: number;
  /** How long the channel takes free text after the customer's last message; null without such a rule. */
  readonly textWindowMs: number | null;
  /** 0 when the customer has never written. */
  readonly lastInboundAt: number;
  readonly optedOutAt: number | null;
  /** Whether the plugin that sends may still write from this number; true for everybody else. */
  readonly isGranted: boolean;
  /** Whether the customer got the same text a short while ago. */
  readonly isDuplicate: boolean;
  readonly quietHours: QuietHours | null;
  /** Where the customer may be, the likeliest first; never empty. */
  readonly timeZones: readonly string[];
  /** When a cap that is reached lets one more through; null while it is not reached. */
  readonly customerCapFreesAt: number | null;
  readonly pluginCapFreesAt: number | null;
};

type Rule = { readonly name: string; readonly judge: (facts: DeliveryFacts) => DeliveryDecision | null };

/**
 * In the order in which they count: what forbids a message for good comes before what only holds it, so that nobody
 * waits for a message that will never come.
 */
const RULES: readonly Rule[] = [
  { name: "expired", judge: ({ now, expiresAt }) => (now >= expiresAt ? block("expired") : null) },
  { name: "grant", judge: ({ isGranted }) => (isGranted ? null : block("grant_revoked")) },
  { name: "opt_out", judge: judgeOptOut },
  {
    name: "duplicate",
    judge: (facts) => (isProactive(facts) && facts.isDuplicate ? block("duplicate") : null),
  },
  { name: "text_window", judge: judgeWindow },
  { name: "quiet_hours", judge: judgeQuietHours },
  { name: "customer_cap", judge: (facts) => judgeCap(facts, "customer_cap", facts.customerCapFreesAt) },
  { name: "plugin_cap", judge: (facts) => judgeCap(facts, "plugin_cap", facts.pluginCapFreesAt) },
];

/** What becomes of the message now, by the first rule that has something against it. */
export function decideDelivery(facts: DeliveryFacts): DeliveryDecision {
  for (const { judge } of RULES) {
    const decision = judge(facts);
    if (decision !== null) {
      return decision;
    }
  }
  const decision = !facts.isTemplate && needsTemplate(facts) ? "send_template" : "send";
  return { decision, reason: "allowed", until: null };
}

/** What each rule says by itself, in their order. */
export function explainDelivery(facts: DeliveryFacts): { rule: string; against: DeliveryDecision | null }[] {
  return RULES.map(({ name, judge }) => ({ rule: name, against: judge(facts) }));
}

function judgeOptOut(facts: DeliveryFacts): DeliveryDecision | null {
  const { kind, optedOutAt, now, lastInboundAt } = facts;
  if (optedOutAt === null || kind === "answer") {
    return null;
  }
  // The receipt of a payment that the customer has just made is part of paying; a later one is not.
  const isAsked = kind === "transactional" && now - lastInboundAt <= RECENT_INBOUND_MS;
  return isAsked ? null : block("opted_out");
}

function judgeWindow(facts: DeliveryFacts): DeliveryDecision | null {
  if (facts.isTemplate || !needsTemplate(facts) || facts.template === "known") {
    return null;
  }
  const reason = facts.template === "unknown" ? "template_unknown" : "outside_window";
  return facts.whenClosed === "hold" && !facts.mustUseTemplate
    ? { decision: "hold", reason, until: null }
    : block(reason);
}

function needsTemplate({ mustUseTemplate, textWindowMs, now, lastInboundAt }: DeliveryFacts): boolean {
  return mustUseTemplate || (textWindowMs !== null && now - lastInboundAt > textWindowMs);
}

function judgeQuietHours(facts: DeliveryFacts): DeliveryDecision | null {
  const { quietHours, timeZones, isUrgent, now } = facts;
  if (!isProactive(facts) || quietHours === null || (isUrgent && quietHours.allowUrgent)) {
    return null;
  }
  const until = quietUntil(quietHours, timeZones, now);
  return until === null ? null : { decision: "hold", reason: "quiet_hours", until };
}

function judgeCap(
  facts: DeliveryFacts,
  reason: "customer_cap" | "plugin_cap",
  freesAt: number | null,
): DeliveryDecision | null {
  if (!isProactive(facts) || freesAt === null) {
    return null;
  }
  const lastTry = facts.createdAt + CAP_HOLD_MS;
  return facts.now >= lastTry
    ? block(reason)
    : { decision: "hold", reason, until: Math.max(facts.now + 1, Math.min(freesAt, lastTry)) };
}

const isProactive = ({ kind }: DeliveryFacts): boolean => kind === "proactive";

const block = (reason: DeliveryReason): DeliveryDecision => ({ decision: "block", reason, until: null });

/** When a message may reach a customer: what a sender says of it, what a number sets, and what was decided. */
import type { OutgoingTemplate } from "./channel.ts";

/**
 * Why a message goes out. `answer`: to what the customer wrote. `transactional`: news of what the customer has just
 * done, such as a receipt. `proactive`: everything else; every rule is for it.
 */
export const MESSAGE_KINDS = ["answer", "transactional", "proactive"] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

/** What becomes of a message that WhatsApp takes no free text for, and that has no template. */
export const WHEN_CLOSED = ["hold", "block"] as const;
export type WhenClosed = (typeof WHEN_CLOSED)[number];

/** What a sender says of a message. Left out: an urgency of none, `block`, no template, no plugin. */
export type SendPolicy = {
  kind: MessageKind;
  isUrgent?: boolean;
  whenClosed?: WhenClosed;
  /** Sent instead of the message while WhatsApp takes templates only. */
  template?: OutgoingTemplate | null;
  /** Whose message it is, for that plugin's cap; it is not sent once the plugin's grant is gone. */
  installationId?: string | null;
  /** Epoch ms after which it is not sent any more, at most a week from now; left out, that week. */
  expiresAt?: number | null;
};

/** Local times of day such as 21:00. When `from` is the later one, the hours are those around midnight. */
export type QuietHours = { from: string; to: string; allowUrgent: boolean };

/** What a number sets. Caps are counted over any 24 hours; null for none. */
export type DeliverySettings = {
  optOutWords: string[];
  optInWords: string[];
  quietHours: QuietHours | null;
  dailyCapPerCustomer: number | null;
  dailyCapPerPlugin: number | null;
  /** 0 for never. */
  duplicateWindowMinutes: number;
};

/** People in East Africa stop a message with ACHA and begin again with ANZA. */
export const DELIVERY_DEFAULTS: DeliverySettings = {
  optOutWords: ["STOP", "UNSUBSCRIBE", "ACHA"],
  optInWords: ["START", "ANZA"],
  quietHours: null,
  dailyCapPerCustomer: 20,
  dailyCapPerPlugin: 10,
  duplicateWindowMinutes: 60,
};

export const DELIVERY_DECISIONS = ["send", "send_template", "hold", "block"] as const;

/** The rules by the name that a decision gives as its reason; `allowed` when none had anything against it. */
export const DELIVERY_REASONS = [
  "allowed",
  "withdrawn",
  "expired",
  "grant_revoked",
  "opted_out",
  "duplicate",
  "outside_window",
  "template_unknown",
  "quiet_hours",
  "customer_cap",
  "plugin_cap",
] as const;
export type DeliveryReason = (typeof DELIVERY_REASONS)[number];

export type DeliveryDecision = {
  decision: (typeof DELIVERY_DECISIONS)[number];
  reason: DeliveryReason;
  /** With `hold`: when it is decided anew, epoch ms; null for as soon as the customer writes. */
  until: number | null;
};

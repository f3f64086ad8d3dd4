/** The words that escalations are described with. Apart from their schemas, which cost time at start-up. */

/** How long a customer waits for a person before being told that it takes longer. */
export const ESCALATION_WAIT_MINUTES_DEFAULT = 10;

/** Nobody has it yet, a person has the chat, or it is over. */
export const ESCALATION_STATES = ["open", "taken", "resolved"] as const;

export const ESCALATION_URGENCIES = ["low", "normal", "high"] as const;
export type EscalationUrgency = (typeof ESCALATION_URGENCIES)[number];

/** Whom it is meant for: one person, or whoever looks after a queue of that name. */
export const ASSIGNEE_KINDS = ["user", "queue"] as const;

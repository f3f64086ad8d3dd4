/** What an obligation can lead to, and how far it is; for tables and schemas alike. */
export const OBLIGATION_ACTIONS = ["reminder", "escalation"] as const;

/** `waiting`: not due, or not through yet. The others are final, and `reason` says why. */
export const OBLIGATION_STATES = ["waiting", "sent", "blocked", "failed", "cancelled"] as const;
export type ObligationState = (typeof OBLIGATION_STATES)[number];

/** How calls end, as their records say it. Apart from their schemas, which cost time at start-up. */

export const CALL_STATUSES = ["ok", "error", "refused", "pending_approval", "connection_required"] as const;

/** `replayed`: answered from the ledger. `failed`: the verb refused, or the request could not be read. */
export const BRIDGE_CALL_STATUSES = ["ok", "refused", "failed", "replayed", "dry_run"] as const;

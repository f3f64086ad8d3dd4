/** Every number of the receipts, with its unit and reason. */

/** A link to a receipt works this long: a customer may open the message again within the week. */
export const LINK_LIFETIME_MS = 7 * 24 * 60 * 60 * 1_000;

/** Digits of the running number; more are added when they are needed. */
export const NUMBER_DIGITS = 6;

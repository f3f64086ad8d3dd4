/** Every number of the shop, with its unit and reason. */

/** Digits of the running number in an order's number. */
export const ORDER_NUMBER_DIGITS = 4;

/** What order numbers start with until the merchant chooses. */
export const DEFAULT_ORDER_PREFIX = "ORD";

/** Hours that an order waits for its payment until the merchant chooses: a day, so that a customer may sleep on it. */
export const DEFAULT_UNPAID_HOURS = 24;

/** Longest that the merchant may choose: a month. */
export const UNPAID_HOURS_MAX = 24 * 31;

export const HOUR_MS = 60 * 60 * 1_000;

/** Orders that one tick cancels. What is left is due at the next tick too. */
export const EXPIRE_ORDERS = 200;

/** Orders of which one tick tells what was not told. */
export const TELL_ORDERS = 200;

/** A change that is younger than this is being told by whoever made it. */
export const TELL_AFTER_MS = 60 * 1_000;

/** How often a change that another one came before is tried again. Nothing changes an order more often at a time. */
export const CHANGE_TRIES = 5;

/** Items that a bulk import names; a plugin's whole catalogue is taken in without naming them. */
export const IMPORT_IDS_MAX = 500;

/** The words of receipts. Apart from their schemas, which cost time at start-up. */

/** Stands before the colon of a receipt's `source` as a file that goes out. */
export const RECEIPT_SOURCE = "receipt";

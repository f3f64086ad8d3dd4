/** What a business puts on its papers. */
import { z } from "zod";

/** A logo of this many bytes is a picture of several hundred points; more would be in every receipt. */
const LOGO_MAX_BASE64 = 200_000;

export const BusinessProfile = z.strictObject({
  name: z.string().trim().min(1).max(200),
  /** Address, telephone, whatever stands under the name. */
  lines: z.array(z.string().trim().min(1).max(200)).max(8).default([]),
  taxNumber: z.string().trim().min(1).max(60).nullable().default(null),
  logo: z
    .strictObject({
      contentType: z.enum(["image/png", "image/jpeg"]),
      base64: z.base64().max(LOGO_MAX_BASE64),
    })
    .nullable()
    .default(null),
  thanks: z.string().trim().min(1).max(500).nullable().default(null),
  /** IANA; the times on receipts are the merchant's. */
  timeZone: z
    .string()
    .max(60)
    .refine(isTimeZone, "must be an IANA time zone, such as Africa/Nairobi")
    .default("Africa/Nairobi"),
  /** What receipt numbers start with. */
  receiptPrefix: z
    .string()
    .regex(/^[A-Z0-9]{1,8}$/, "must be 1 to 8 capital letters or digits")
    .default("RCP"),
});
export type BusinessProfile = z.infer<typeof BusinessProfile>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

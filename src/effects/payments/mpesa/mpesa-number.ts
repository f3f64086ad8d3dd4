/** Kenyan mobile numbers begin with 7 or 1. Which network has one is not to be seen: numbers move. */
const KENYAN_MOBILE = /^\+254[17]\d{8}$/;

/** An E.164 number in Daraja's form, `2547…` or `2541…`; null when it is no Kenyan mobile number. */
export function mpesaNumber(phone: string): string | null {
  return KENYAN_MOBILE.test(phone) ? phone.slice(1) : null;
}

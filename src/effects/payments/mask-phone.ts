const SHOWN_DIGITS = 3;

/** A payer's number for showing to people: its last digits only. */
export function maskPhone(phone: string): string {
  return `•••• ${phone.slice(-SHOWN_DIGITS)}`;
}

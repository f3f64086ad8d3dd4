/** Where a customer's clock is, as far as a phone number tells. */
import { parsePhoneNumberFromString } from "libphonenumber-js/min";

/**
 * IANA zones by country (ISO 3166), the zone of most people first. A country of several zones has those at its edges,
 * so that nobody in it is woken.
 */
const ZONES: Readonly<Record<string, readonly string[]>> = {
  // East Africa
  KE: ["Africa/Nairobi"],
  TZ: ["Africa/Dar_es_Salaam"],
  UG: ["Africa/Kampala"],
  RW: ["Africa/Kigali"],
  BI: ["Africa/Bujumbura"],
  SS: ["Africa/Juba"],
  ET: ["Africa/Addis_Ababa"],
  ER: ["Africa/Asmara"],
  SO: ["Africa/Mogadishu"],
  DJ: ["Africa/Djibouti"],
  CD: ["Africa/Kinshasa", "Africa/Lubumbashi"],
  // The rest of Africa
  ZA: ["Africa/Johannesburg"],
  NG: ["Africa/Lagos"],
  GH: ["Africa/Accra"],
  CI: ["Africa/Abidjan"],
  SN: ["Africa/Dakar"],
  ML: ["Africa/Bamako"],
  BF: ["Africa/Ouagadougou"],
  BJ: ["Africa/Porto-Novo"],
  TG: ["Africa/Lome"],
  NE: ["Africa/Niamey"],
  CM: ["Africa/Douala"],
  GA: ["Africa/Libreville"],
  CG: ["Africa/Brazzaville"],
  AO: ["Africa/Luanda"],
  ZM: ["Africa/Lusaka"],
  ZW: ["Africa/Harare"],
  MW: ["Africa/Blantyre"],
  MZ: ["Africa/Maputo"],
  BW: ["Africa/Gaborone"],
  NA: ["Africa/Windhoek"],
  LS: ["Africa/Maseru"],
  SZ: ["Africa/Mbabane"],
  MG: ["Indian/Antananarivo"],
  MU: ["Indian/Mauritius"],
  SD: ["Africa/Khartoum"],
  EG: ["Africa/Cairo"],
  LY: ["Africa/Tripoli"],
  TN: ["Africa/Tunis"],
  DZ: ["Africa/Algiers"],
  MA: ["Africa/Casablanca"],
  SL: ["Africa/Freetown"],
  LR: ["Africa/Monrovia"],
  GM: ["Africa/Banjul"],
  // Europe
  GB: ["Europe/London"],
  IE: ["Europe/Dublin"],
  PT: ["Europe/Lisbon", "Atlantic/Azores"],
  ES: ["Europe/Madrid", "Atlantic/Canary"],
  FR: ["Europe/Paris"],
  DE: ["Europe/Berlin"],
  AT: ["Europe/Vienna"],
  CH: ["Europe/Zurich"],
  NL: ["Europe/Amsterdam"],
  BE: ["Europe/Brussels"],
  IT: ["Europe/Rome"],
  SE: ["Europe/Stockholm"],
  NO: ["Europe/Oslo"],
  DK: ["Europe/Copenhagen"],
  FI: ["Europe/Helsinki"],
  PL: ["Europe/Warsaw"],
  CZ: ["Europe/Prague"],
  RO: ["Europe/Bucharest"],
  GR: ["Europe/Athens"],
  UA: ["Europe/Kyiv"],
  TR: ["Europe/Istanbul"],
  RU: ["Europe/Moscow", "Europe/Kaliningrad", "Asia/Kamchatka"],
  // Asia and the Middle East
  AE: ["Asia/Dubai"],
  SA: ["Asia/Riyadh"],
  QA: ["Asia/Qatar"],
  IL: ["Asia/Jerusalem"],
  IN: ["Asia/Kolkata"],
  PK: ["Asia/Karachi"],
  BD: ["Asia/Dhaka"],
  LK: ["Asia/Colombo"],
  NP: ["Asia/Kathmandu"],
  CN: ["Asia/Shanghai"],
  HK: ["Asia/Hong_Kong"],
  JP: ["Asia/Tokyo"],
  KR: ["Asia/Seoul"],
  SG: ["Asia/Singapore"],
  MY: ["Asia/Kuala_Lumpur"],
  TH: ["Asia/Bangkok"],
  VN: ["Asia/Ho_Chi_Minh"],
  PH: ["Asia/Manila"],
  ID: ["Asia/Jakarta", "Asia/Jayapura"],
  // Oceania
  AU: ["Australia/Sydney", "Australia/Perth"],
  NZ: ["Pacific/Auckland"],
  // The Americas
  US: ["America/New_York", "America/Los_Angeles", "Pacific/Honolulu"],
  CA: ["America/Toronto", "America/St_Johns", "America/Vancouver"],
  MX: ["America/Mexico_City", "America/Cancun", "America/Tijuana"],
  BR: ["America/Sao_Paulo", "America/Noronha", "America/Rio_Branco"],
  AR: ["America/Argentina/Buenos_Aires"],
  CL: ["America/Santiago", "Pacific/Easter"],
  CO: ["America/Bogota"],
  PE: ["America/Lima"],
};

/** Calling codes of several countries, of which a number does not always tell the country. */
const BY_CALLING_CODE: Readonly<Record<string, string>> = { "1": "US", "7": "RU", "44": "GB", "212": "MA" };

/**
 * The zones in which the owner of this number (E.164) may be, the likeliest first: by the number's country, or by that
 * of the number that writes to them, or else UTC.
 */
export function timeZonesOf(phone: string, ownNumber: string | null): readonly string[] {
  return zonesOfCountry(phone) ?? (ownNumber === null ? undefined : zonesOfCountry(ownNumber)) ?? ["UTC"];
}

function zonesOfCountry(phone: string): readonly string[] | undefined {
  const number = parsePhoneNumberFromString(phone);
  const country = number?.country ?? BY_CALLING_CODE[number?.countryCallingCode ?? ""];
  return country === undefined ? undefined : ZONES[country];
}

import { MESSAGE_RECORDS, MESSAGE_TEXT_LENGTH } from "./limits.ts";

type WithTexts = { readonly id: string; readonly input?: string | null; readonly output?: string | null };

/** As few packs as hold the records: each of one organisation, bounded in records and in text. Pure. */
export function packRecords<Record extends WithTexts>(
  groups: ReadonlyMap<string, readonly Record[]>,
): { organizationId: string; records: Record[] }[] {
  const packs: { organizationId: string; records: Record[] }[] = [];
  for (const [organizationId, records] of groups) {
    let current: Record[] = [];
    let textLength = 0;
    for (const record of records) {
      const length = (record.input?.length ?? 0) + (record.output?.length ?? 0);
      const isFull = current.length === MESSAGE_RECORDS || textLength + length > MESSAGE_TEXT_LENGTH;
      if (isFull && current.length > 0) {
        packs.push({ organizationId, records: current });
        current = [];
        textLength = 0;
      }
      current.push(record);
      textLength += length;
    }
    packs.push({ organizationId, records: current });
  }
  return packs;
}

import type { MediaPart } from "../../contract/channel.ts";

/** The file that a customer's message brought under this reference, or null. Needs the tables. */
export function findMedia(sql: SqlStorage, reference: string): MediaPart | null {
  const [row] = sql
    .exec<{ part: string }>(
      `SELECT part.value AS part FROM message, json_each(message.parts) AS part
       WHERE message.role = 'customer' AND json_extract(part.value, '$.type') = 'media'
         AND json_extract(part.value, '$.reference') = ? LIMIT 1`,
      reference,
    )
    .toArray();
  return row === undefined ? null : (JSON.parse(row.part) as MediaPart);
}

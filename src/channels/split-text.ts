/** Where a long text is best cut, the best place first. */
const BREAKS = ["\n\n", "\n", ". ", " "] as const;

/** A cut leaves at least this part of the room used, otherwise a worse place further on is taken. */
const LEAST_FILLED = 0.5;

/**
 * A text as messages of at most `maxCharacters` UTF-16 units, cut between paragraphs, lines, sentences or words where
 * that can be done, and never inside a character. Nothing but white space is lost; an empty text is no message.
 */
export function splitText(text: string, maxCharacters: number): string[] {
  const parts: string[] = [];
  let rest = text.trim();
  while (rest.length > maxCharacters) {
    const end = findCut(rest, maxCharacters);
    parts.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return rest === "" ? parts : [...parts, rest];
}

function findCut(text: string, maxCharacters: number): number {
  for (const mark of BREAKS) {
    const at = text.lastIndexOf(mark, maxCharacters - mark.length);
    if (at >= maxCharacters * LEAST_FILLED) {
      return at + mark.length;
    }
  }
  const lastUnit = text.charCodeAt(maxCharacters - 1);
  const splitsPair = lastUnit >= 0xd800 && lastUnit <= 0xdbff;
  return splitsPair ? maxCharacters - 1 : maxCharacters;
}

import type { InboundPart } from "../../contract/channel.ts";

/** A customer's message as text, for a model and for people: words as they are, everything else named in brackets. */
export function describeParts(parts: readonly InboundPart[]): string {
  return parts.map(describePart).join("\n");
}

function describePart(part: InboundPart): string {
  switch (part.type) {
    case "text":
    case "button":
      return part.text;
    case "media": {
      const name = part.fileName === null ? "" : ` named ${part.fileName}`;
      return `[The customer sent a file: ${part.kind}${name}]${part.caption === null ? "" : `\n${part.caption}`}`;
    }
    case "location": {
      const place = [part.name, part.address].filter((text) => text !== null).join(", ");
      return `[The customer sent a location: ${part.latitude}, ${part.longitude}${place && ` (${place})`}]`;
    }
    case "reaction":
      return part.emoji === ""
        ? "[The customer took a reaction back]"
        : `[The customer reacted with ${part.emoji}]`;
    case "contacts":
      return `[The customer sent contacts: ${part.names.join(", ")}]`;
    case "unknown":
      return `[The customer sent something that cannot be shown here: ${part.providerType}]`;
  }
}

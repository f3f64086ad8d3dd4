/** What the streams of both model providers share. */
import type { ServerResponse } from "node:http";

export function startStream(response: ServerResponse): void {
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
  });
}

/** A text in pieces, each with the blank behind it. */
export function piecesOf(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}

/** Leaves a stream as it stands, or breaks its connection. */
export function endStream(response: ServerResponse, how: "head" | "first_piece" | "break"): void {
  if (how === "break") {
    response.write("\n", () => response.destroy()); // what was written is to arrive first
  }
}

const ENDLESS_INTERVAL_MS = 5;

/** Words until the other side has had enough. */
export function writeEndlessly(response: ServerResponse, write: (word: string) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => write("and so on "), ENDLESS_INTERVAL_MS);
    response.on("close", () => {
      clearInterval(timer);
      resolve();
    });
  });
}

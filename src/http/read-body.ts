import { AppError } from "../kernel/errors.ts";

/**
 * How much of a body that is refused for its size is still read, and thrown away. A client that is cut off while
 * it sends sees a broken connection instead of the answer; past this, it has itself to blame.
 */
const DRAIN_MAX_BYTES = 16 * 1024 * 1024;

/**
 * A request's body as text. A length that the client announces is refused before anything is kept; without one the
 * bytes are counted. Throws `body_too_large`.
 */
export async function readBodyText(request: Request, maxBytes: number): Promise<string> {
  return isAnnouncedWithin(request, maxBytes) ? request.text() : (await countBody(request, maxBytes)).text();
}

/** The same as bytes, for a body whose signature has to be checked. */
export async function readBodyBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const body = isAnnouncedWithin(request, maxBytes) ? request : await countBody(request, maxBytes);
  return new Uint8Array(await body.arrayBuffer());
}

function isAnnouncedWithin({ headers }: Request, maxBytes: number): boolean {
  const announced = headers.get("content-length");
  return announced !== null && Number(announced) <= maxBytes;
}

async function countBody(request: Request, maxBytes: number): Promise<Blob> {
  const isAnnounced = request.headers.has("content-length");
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > DRAIN_MAX_BYTES) {
      break;
    }
    if (!isAnnounced && bytes <= maxBytes) {
      chunks.push(chunk);
    } else {
      chunks = [];
    }
  }
  if (isAnnounced || bytes > maxBytes) {
    throw new AppError("too_large", "body_too_large", `The body is larger than ${maxBytes} bytes.`, {
      hint: "Send less at once.",
    });
  }
  return new Blob(chunks);
}

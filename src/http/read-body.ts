import { AppError } from "../kernel/errors.ts";

/**
 * A request's body as text. The length that the client announces is refused before reading; without one the bytes
 * are counted. Throws `body_too_large`.
 */
export async function readBodyText(request: Request, maxBytes: number): Promise<string> {
  const announced = request.headers.get("content-length");
  if (announced !== null) {
    if (Number(announced) > maxBytes) {
      throw tooLarge(maxBytes);
    }
    return request.text();
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw tooLarge(maxBytes);
    }
    chunks.push(chunk);
  }
  return new Blob(chunks).text();
}

function tooLarge(maxBytes: number): AppError {
  return new AppError("too_large", "body_too_large", `The body is larger than ${maxBytes} bytes.`, {
    hint: "Send less at once.",
  });
}

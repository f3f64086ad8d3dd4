/** One HTTP/1.1 message as read off a socket: its head (start line and header lines) and its whole body. */
export type HttpMessage = { readonly head: string; readonly body: Buffer };

const HEAD_END = Buffer.from("\r\n\r\n");
const LINE_END = Buffer.from("\r\n");
const EMPTY = Buffer.alloc(0);

/**
 * Reads HTTP/1.1 messages from a stream of chunks and hands each to `onMessage` when its last byte is in.
 * Bodies are framed by `Content-Length` or `Transfer-Encoding: chunked` (a streaming proxy may send either);
 * a message with neither has no body. Trailers are not read: nothing in the benchmark sends them.
 */
export function createMessageReader(onMessage: (message: HttpMessage) => void): (chunk: Buffer) => void {
  let pending: Buffer = EMPTY;
  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (;;) {
      const headEnd = pending.indexOf(HEAD_END);
      if (headEnd === -1) {
        return;
      }
      const head = pending.toString("latin1", 0, headEnd);
      const framed = readBody(pending, headEnd + HEAD_END.length, head);
      if (framed === undefined) {
        return;
      }
      pending = pending.subarray(framed.end);
      onMessage({ head, body: framed.body });
    }
  };
}

/** The value of a header in a message head, or undefined. Names are compared without regard to case. */
export function headerOf(head: string, name: string): string | undefined {
  const prefix = `${name.toLowerCase()}:`;
  const line = head.split("\r\n").find((candidate) => candidate.toLowerCase().startsWith(prefix));
  return line?.slice(prefix.length).trim();
}

type FramedBody = { readonly body: Buffer; readonly end: number };

function readBody(buffer: Buffer, start: number, head: string): FramedBody | undefined {
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    return readChunks(buffer, start);
  }
  const end = start + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  return buffer.length < end ? undefined : { body: buffer.subarray(start, end), end };
}

function readChunks(buffer: Buffer, start: number): FramedBody | undefined {
  const parts: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = buffer.indexOf(LINE_END, at);
    if (lineEnd === -1) {
      return undefined;
    }
    const size = Number.parseInt(buffer.toString("latin1", at, lineEnd), 16);
    const dataStart = lineEnd + LINE_END.length;
    const end = dataStart + size + LINE_END.length;
    if (buffer.length < end) {
      return undefined;
    }
    if (size === 0) {
      return { body: Buffer.concat(parts), end };
    }
    parts.push(buffer.subarray(dataStart, dataStart + size));
    at = end;
  }
}

/** Files as the providers' stand-ins give them out, by the end of their ids. */
import type { ServerResponse } from "node:http";
import { MEDIA_BYTES } from "./stand-in.ts";

const MEBIBYTE = 1024 * 1024;
/** More than anybody should read for one file. */
const OVERSIZE_MEBIBYTES = 26;

export function sendMedia(response: ServerResponse, id: string): void {
  if (id.endsWith("oversize")) {
    response.writeHead(200, { "content-type": "video/mp4", "content-length": OVERSIZE_MEBIBYTES * MEBIBYTE });
    response.flushHeaders();
    return;
  }
  if (id.endsWith("lying")) {
    // No length, and then more than there should be.
    response.writeHead(200, { "content-type": "video/mp4" });
    for (let sent = 0; sent < OVERSIZE_MEBIBYTES; sent++) {
      response.write(Buffer.alloc(MEBIBYTE));
    }
    response.end();
    return;
  }
  response.writeHead(200, { "content-type": "image/png" }).end(Buffer.from(MEDIA_BYTES, "latin1"));
}

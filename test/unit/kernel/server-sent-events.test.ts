import { describe, expect, it } from "vitest";
import { EventTooLongError, readEvents } from "../../../src/kernel/server-sent-events.ts";

/** The events of a body that arrives in these pieces. */
async function eventsOf(...pieces: readonly (string | Uint8Array)[]) {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) {
        controller.enqueue(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
      }
      controller.close();
    },
  });
  const events = [];
  for await (const event of readEvents(body)) {
    events.push(event);
  }
  return events;
}
const message = (data: string) => ({ event: "message", data });

describe("server-sent events", () => {
  it.for([
    ["line feeds", "data: a\n\ndata:b\n\n"],
    ["carriage returns and line feeds", "data: a\r\n\r\ndata: b\r\n\r\n"],
    ["comments and fields that are not known", ": ping\nid: 1\ndata: a\n\nretry: 5\ndata: b\n\n"],
  ])("are read with %s, wherever the body is cut", async ([, text = ""]) => {
    const expected = [message("a"), message("b")];
    expect(await eventsOf(text)).toEqual(expected);
    expect(await eventsOf(...text)).toEqual(expected);
  });

  it("have names and several lines", async () => {
    expect(await eventsOf("event: ping\ndata: 1\ndata: 2\n\n")).toEqual([{ event: "ping", data: "1\n2" }]);
  });

  it("keep a character that is cut in two", async () => {
    const bytes = new TextEncoder().encode("data: €\n\n");
    expect(await eventsOf(bytes.subarray(0, 7), bytes.subarray(7))).toEqual([message("€")]);
  });

  it("drop what is not finished", async () => {
    expect(await eventsOf("data: a\n\ndata: b\n")).toEqual([message("a")]);
  });

  it("do not gather a line without an end", async () => {
    await expect(eventsOf("data: ", "x".repeat(1_100_000))).rejects.toThrow(EventTooLongError);
  });

  it("end the body when the reader has enough", async () => {
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode("data: a\n\n")),
      cancel: () => {
        isCancelled = true;
      },
    });
    for await (const { data } of readEvents(body)) {
      expect(data).toBe("a");
      break;
    }
    expect(isCancelled).toBe(true);
  });
});

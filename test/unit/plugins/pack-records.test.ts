import { describe, expect, it } from "vitest";
import type { ToolCallRecord } from "../../../src/contract/records.ts";
import { MESSAGE_RECORDS, MESSAGE_TEXT_LENGTH } from "../../../src/plugins/records/limits.ts";
import { packRecords } from "../../../src/plugins/records/pack-records.ts";

const QUEUE_MESSAGE_MAX_BYTES = 128_000;

function record(id: number, text = "{}"): ToolCallRecord {
  return {
    id: `call_${id}`,
    instanceId: "inst_1",
    installationId: null,
    pluginSlug: null,
    tool: "greet",
    status: "ok",
    gate: null,
    errorCode: null,
    httpStatus: null,
    latencyMs: 1,
    attempts: 1,
    actorKind: "user",
    actorId: "usr_1",
    requestId: "req_1",
    input: text,
    output: null,
    createdAt: 1,
  };
}

describe("packing records into messages", () => {
  it("makes one message of what fits, and one for each organisation", () => {
    const messages = packRecords(
      new Map([
        ["org_1", [record(1), record(2)]],
        ["org_2", [record(3)]],
      ]),
    );
    expect(
      messages.map(({ organizationId, records }) => [organizationId, records.map(({ id }) => id)]),
    ).toEqual([
      ["org_1", ["call_1", "call_2"]],
      ["org_2", ["call_3"]],
    ]);
  });

  it.each([
    ["many small", MESSAGE_RECORDS * 2 + 1, "{}"],
    ["many large", 40, "x".repeat(4096)],
    ["each larger than a message's text", 3, "x".repeat(MESSAGE_TEXT_LENGTH + 1)],
  ])("loses none of %s records, keeps their order and a queue message's size", (_case, count, text) => {
    const records = Array.from({ length: count }, (_, index) => record(index, text));
    const messages = packRecords(new Map([["org_1", records]]));
    expect(messages.flatMap((message) => message.records)).toEqual(records);
    for (const message of messages) {
      expect(message.records.length).toBeLessThanOrEqual(MESSAGE_RECORDS);
      expect(JSON.stringify(message).length).toBeLessThan(QUEUE_MESSAGE_MAX_BYTES);
    }
  });
});

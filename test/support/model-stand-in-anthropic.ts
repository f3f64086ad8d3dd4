/** Anthropic's wire, as its API reference has it. */
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { answerJson } from "./loopback-server.ts";
import { type ScriptedAnswer, USAGE_PER_CALL } from "./model-stand-in.ts";
import { endStream, piecesOf, startStream, writeEndlessly } from "./model-stand-in-stream.ts";

const PARAMETERS = new Set(
  "model messages system max_tokens stream tools tool_choice temperature top_p stop_sequences metadata".split(
    " ",
  ),
);

/** What the real one would refuse: unknown fields above all. */
export function findAnthropicFault(
  headers: IncomingHttpHeaders,
  // biome-ignore lint/suspicious/noExplicitAny: it is what a stranger sent
  body: any,
  key: string,
): { readonly status: number; readonly body: unknown } | null {
  const refuse = (status: number, type: string, message: string) => ({
    status,
    body: { type: "error", error: { type, message }, request_id: "req_stand_in" },
  });
  if (headers["x-api-key"] !== key || headers.authorization !== undefined) {
    return refuse(401, "authentication_error", "invalid x-api-key");
  }
  if (headers["anthropic-version"] !== "2023-06-01") {
    return refuse(400, "invalid_request_error", "anthropic-version: header is required");
  }
  const unknown = Object.keys(body).find((name) => !PARAMETERS.has(name));
  if (unknown !== undefined) {
    return refuse(400, "invalid_request_error", `${unknown}: Extra inputs are not permitted`);
  }
  if (typeof body.max_tokens !== "number") {
    return refuse(400, "invalid_request_error", "max_tokens: Field required");
  }
  if (body.temperature > 1) {
    return refuse(400, "invalid_request_error", "temperature: Input should be less than or equal to 1");
  }
  let open = new Set<string>();
  let last = "";
  for (const [index, { role, content }] of body.messages.entries()) {
    if (role === last || (index === 0 && role !== "user") || content.length === 0) {
      return refuse(
        400,
        "invalid_request_error",
        `messages.${index}: roles must alternate, content be there`,
      );
    }
    last = role;
    const results = content.filter(({ type }: { type: string }) => type === "tool_result");
    if (
      results.length !== open.size ||
      results.some(({ tool_use_id: id }: { tool_use_id: string }) => !open.has(id))
    ) {
      return refuse(400, "invalid_request_error", `messages.${index}: tool_use without its tool_result`);
    }
    open = new Set(
      content.filter(({ type }: { type: string }) => type === "tool_use").map(({ id }: { id: string }) => id),
    );
  }
  return null;
}

const STOP_REASONS = { stop: "end_turn", length: "max_tokens", content_filter: "refusal" } as const;

/** The message, whole or as events. */
export async function writeAnthropicAnswer(
  response: ServerResponse,
  body: { model: string; stream?: boolean },
  answer: ScriptedAnswer,
): Promise<void> {
  const { text = "", toolCalls = [] } = answer;
  const uses = toolCalls.map((call, index) => ({
    type: "tool_use",
    id: `toolu_${index}_${Math.random().toString(36).slice(2, 10)}`,
    name: call.name,
    text: call.arguments,
  }));
  const stopReason = STOP_REASONS[answer.finishReason ?? "stop"];
  const head = { id: "msg_upstream", type: "message", role: "assistant", model: body.model };
  const stop_reason = toolCalls.length > 0 ? "tool_use" : stopReason;
  const { prompt_tokens: input_tokens, completion_tokens: output_tokens } = USAGE_PER_CALL;
  if (body.stream !== true) {
    const content = [
      ...(text === "" ? [] : [{ type: "text", text }]),
      ...uses.map(({ text: json, ...use }) => ({ ...use, input: JSON.parse(json) })),
    ];
    const usage = { input_tokens, output_tokens };
    answerJson(response, 200, { ...head, content, stop_reason, stop_sequence: null, usage });
    return;
  }
  startStream(response);
  const send = (type: string, fields: object = {}) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  send("message_start", {
    message: { ...head, content: [], stop_reason: null, usage: { input_tokens, output_tokens: 1 } },
  });
  send("ping");
  let index = 0;
  if (text !== "" || answer.isEndless === true) {
    send("content_block_start", { index, content_block: { type: "text", text: "" } });
    const say = (piece: string) =>
      send("content_block_delta", { index, delta: { type: "text_delta", text: piece } });
    if (answer.isEndless === true) {
      await writeEndlessly(response, say);
      return;
    }
    for (const piece of piecesOf(text)) {
      say(piece);
      if (answer.stall !== undefined) {
        endStream(response, answer.stall);
        return;
      }
    }
    send("content_block_stop", { index });
    index += 1;
  }
  for (const { text: json, type, id, name } of uses) {
    send("content_block_start", { index, content_block: { type, id, name, input: {} } });
    for (const piece of piecesOf(json)) {
      send("content_block_delta", { index, delta: { type: "input_json_delta", partial_json: piece } });
    }
    send("content_block_stop", { index });
    index += 1;
  }
  send("message_delta", { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens } });
  send("message_stop");
  response.end();
}

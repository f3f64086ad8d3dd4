/** OpenAI's wire, as its API reference has it. */
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { answerJson } from "./loopback-server.ts";
import { type ScriptedAnswer, USAGE_PER_CALL } from "./model-stand-in.ts";
import { endStream, piecesOf, startStream, writeEndlessly } from "./model-stand-in-stream.ts";

type Fault = { readonly status: number; readonly body: unknown };

const PARAMETERS = new Set(
  "model messages stream stream_options tools tool_choice parallel_tool_calls temperature top_p max_tokens max_completion_tokens stop user safety_identifier n seed metadata logit_bias response_format service_tier reasoning_effort".split(
    " ",
  ),
);

/** What the real one would refuse. Parameters that start with `x_` stand for those that are newer than this. */
export function findOpenAiFault(
  path: string,
  headers: IncomingHttpHeaders,
  // biome-ignore lint/suspicious/noExplicitAny: it is what a stranger sent
  body: any,
  key: string,
): Fault | null {
  const refuse = (status: number, message: string, param: string | null, code: string | null): Fault => ({
    status,
    body: { error: { message, type: "invalid_request_error", param, code } },
  });
  if (path !== "/v1/chat/completions") {
    return refuse(404, `Invalid URL (POST ${path})`, null, null);
  }
  if (headers.authorization !== `Bearer ${key}`) {
    const shown = headers.authorization?.slice(7) ?? "";
    return refuse(401, `Incorrect API key provided: ${shown}.`, null, "invalid_api_key");
  }
  const unknown = Object.keys(body).find((name) => !PARAMETERS.has(name) && !name.startsWith("x_"));
  if (unknown !== undefined) {
    return refuse(400, `Unrecognized request argument supplied: ${unknown}`, null, null);
  }
  if (body.stream_options !== undefined && body.stream !== true) {
    return refuse(
      400,
      "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
      "stream_options",
      null,
    );
  }
  if (Array.isArray(body.tools) && body.tools.length === 0) {
    return refuse(400, "Invalid 'tools': empty array.", "tools", "empty_array");
  }
  if (body.tool_choice !== undefined && body.tools === undefined) {
    return refuse(400, "'tool_choice' is only allowed when 'tools' are specified.", "tool_choice", null);
  }
  let open = new Set<string>();
  for (const [index, message] of body.messages.entries()) {
    if (message.role === "tool") {
      if (!open.delete(message.tool_call_id)) {
        return refuse(
          400,
          "A 'tool' message must follow its 'tool_calls'.",
          `messages.[${index}].role`,
          null,
        );
      }
    } else if (open.size > 0) {
      return refuse(
        400,
        "Each tool call must be followed by its tool message.",
        `messages.[${index}].role`,
        null,
      );
    } else {
      open = new Set((message.tool_calls ?? []).map(({ id }: { id: string }) => id));
    }
  }
  return null;
}

/** The answer, whole or in chunks, as the request asks for it. */
export async function writeOpenAiAnswer(
  response: ServerResponse,
  body: {
    model: string;
    stream?: boolean;
    stream_options?: { include_usage?: boolean };
    tool_choice?: unknown;
    n?: number;
  },
  answer: ScriptedAnswer,
): Promise<void> {
  const { text = "" } = answer;
  const calls = answer.toolCalls ?? [];
  const toolCalls = calls.map((call, index) => ({
    id: `call_${index}_${Math.random().toString(36).slice(2, 10)}`,
    type: "function",
    function: { name: call.name, arguments: call.arguments },
  }));
  const finish = answer.finishReason ?? (calls.length > 0 ? "tool_calls" : "stop");
  const indexes = Array.from({ length: body.n ?? 1 }, (_, index) => index);
  const head = { id: "chatcmpl-upstream", created: 1_700_000_000, model: `${body.model}-2026-01-01` };
  if (body.stream !== true) {
    const message = {
      role: "assistant",
      content: text === "" && calls.length > 0 ? null : text,
      refusal: null,
      ...(calls.length > 0 && { tool_calls: toolCalls }),
    };
    answerJson(response, 200, {
      ...head,
      object: "chat.completion",
      choices: indexes.map((index) => ({ index, message, finish_reason: finish, logprobs: null })),
      usage: USAGE_PER_CALL,
      system_fingerprint: "fp_stand_in",
    });
    return;
  }
  startStream(response);
  const send = (delta: object, reason: string | null = null) => {
    for (const index of indexes) {
      response.write(
        `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", system_fingerprint: "fp_stand_in", choices: [{ index, delta, logprobs: null, finish_reason: reason }], usage: null })}\n\n`,
      );
    }
  };
  send({ role: "assistant", content: "", refusal: null });
  if (answer.isEndless === true) {
    await writeEndlessly(response, (word) => send({ content: word }));
    return;
  }
  for (const [index, piece] of piecesOf(text).entries()) {
    send({ content: piece });
    if (index === 0 && answer.stall !== undefined) {
      endStream(response, answer.stall);
      return;
    }
  }
  for (const [index, { id, type, function: called }] of toolCalls.entries()) {
    send({ tool_calls: [{ index, id, type, function: { name: called.name, arguments: "" } }] });
    for (const piece of piecesOf(called.arguments)) {
      send({ tool_calls: [{ index, function: { arguments: piece } }] });
    }
  }
  send({}, finish);
  if (body.stream_options?.include_usage === true) {
    response.write(
      `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices: [], usage: USAGE_PER_CALL })}\n\n`,
    );
  }
  response.end("data: [DONE]\n\n");
}

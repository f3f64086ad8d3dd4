import { describe, expect, it } from "vitest";
import { toAnthropicRequest } from "../../../src/agent/models/anthropic-request.ts";
import type { ChatRequest } from "../../../src/contract/chat-completions.ts";

const translate = (request: Omit<ChatRequest, "model">) =>
  toAnthropicRequest({ model: "alias", ...request } as ChatRequest, "claude-x", false);
const hello = [{ role: "user", content: "Hello" }] as const;

describe("a request to Anthropic", () => {
  it("has the system's words apart, alternating turns, and results in the user's turn", () => {
    expect(
      translate({
        messages: [
          { role: "system", content: "Be kind." },
          { role: "user", content: "One" },
          { role: "user", content: [{ type: "text", text: "Two" }] },
          {
            role: "assistant",
            content: null,
            tool_calls: [
              { id: "a", type: "function", function: { name: "f", arguments: '{"x":1}' } },
              { id: "b", type: "function", function: { name: "f", arguments: "{broken" } },
            ],
          },
          { role: "tool", tool_call_id: "a", content: "1" },
          { role: "tool", tool_call_id: "b", content: "2" },
          { role: "developer", content: "Be brief." },
        ],
      }),
    ).toEqual({
      model: "claude-x",
      max_tokens: 8192,
      system: "Be kind.\n\nBe brief.",
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "One" },
            { type: "text", text: "Two" },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "tool_use", id: "a", name: "f", input: { x: 1 } },
            { type: "tool_use", id: "b", name: "f", input: {} },
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "a", content: "1" },
            { type: "tool_result", tool_use_id: "b", content: "2" },
          ],
        },
      ],
    });
  });

  it.for([
    ["none", { type: "none" }],
    ["auto", { type: "auto", disable_parallel_tool_use: true }],
    ["required", { type: "any", disable_parallel_tool_use: true }],
    [
      { type: "function", function: { name: "f" } },
      { type: "tool", name: "f", disable_parallel_tool_use: true },
    ],
  ])("says the tool choice %j as %j", ([choice, said]) => {
    const tools = [{ type: "function", function: { name: "f" } }];
    expect(
      translate({ messages: hello, tools, tool_choice: choice, parallel_tool_calls: false }),
    ).toMatchObject({
      tools: [{ name: "f", input_schema: { type: "object" } }],
      tool_choice: said,
    });
  });

  it("says what has another name, bounds what has another range, and leaves the rest out", () => {
    const { messages: _, ...rest } = translate({
      messages: hello,
      max_completion_tokens: 50,
      temperature: 1.7,
      stop: "END",
      user: "u1",
      seed: 7,
      logit_bias: {},
    });
    expect(rest).toEqual({
      model: "claude-x",
      max_tokens: 50,
      temperature: 1,
      stop_sequences: ["END"],
      metadata: { user_id: "u1" },
    });
  });

  it("takes pictures over, by address and inside", () => {
    const url = "https://example.com/shoe.png";
    expect(
      translate({
        messages: [
          {
            role: "user",
            content: [
              { type: "image_url", image_url: { url } },
              { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
            ],
          },
        ],
      })["messages"],
    ).toEqual([
      {
        role: "user",
        content: [
          { type: "image", source: { type: "url", url } },
          { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
        ],
      },
    ]);
  });
});

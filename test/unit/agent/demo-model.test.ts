import { describe, expect, it } from "vitest";
import { decide } from "../../../src/agent/models/demo-model.ts";
import type { ChatMessage, ChatTool } from "../../../src/contract/chat-completions.ts";

const tool = (name: string, description: string, parameters: object = {}): ChatTool => ({
  type: "function",
  function: { name, description, parameters },
});
const TICKET = tool(
  "SUPPORT_DESK__create_support_ticket",
  "Open a support ticket when the customer reports a problem, wants to complain, or needs a person to follow up.",
  {
    type: "object",
    properties: {
      summary: { type: "string" },
      priority: { type: "string", enum: ["low", "normal", "high"] },
    },
    required: ["summary", "priority"],
  },
);
const GREET = tool(
  "greeter__greet",
  "Say hello in a given language. Use this when the customer explicitly asks.",
  {
    type: "object",
    properties: { language: { type: "string" } },
  },
);
const say = (content: string): ChatMessage => ({ role: "user", content });
const decideOn = (messages: readonly ChatMessage[], tools = [GREET, TICKET]) =>
  decide({ model: "kivuko-demo", messages, tools });

describe("the demo model", () => {
  it("picks the tool that the customer's words mean, and fills it from the message", () => {
    const { tool_calls: calls } = decideOn([say("My order arrived damaged, priority high")]);
    expect(calls).toMatchObject([{ function: { name: "SUPPORT_DESK__create_support_ticket" } }]);
    expect(JSON.parse(calls?.[0]?.function.arguments ?? "")).toEqual({
      summary: "My order arrived damaged, priority high",
      priority: "high",
    });
  });

  it.for(["Thanks!", "👍", "", "What are your opening hours?"])(
    "calls nothing for %j, and says what it is",
    (text) => {
      const answer = decideOn([say(text)]);
      expect(answer.tool_calls).toBeUndefined();
      expect(answer.content).toContain("demo model");
    },
  );

  it("asks for a number that is not there", () => {
    const refund = tool("SHOP__refund", "Refund a payment.", {
      properties: { orderNumber: { type: "integer" } },
      required: ["orderNumber"],
    });
    expect(decideOn([say("I want a refund")], [refund]).content).toBe(
      "I can help with that. Please tell me the order number.",
    );
    expect(decideOn([say("I want a refund for 4711")], [refund]).tool_calls?.[0]?.function.arguments).toBe(
      '{"orderNumber":4711}',
    );
  });

  it.for([
    ['{"ticketId":"SUP-1","message":"Ticket SUP-1 was created."}', "Ticket SUP-1 was created."],
    ['{"ticketId":"SUP-1","status":"created"}', "Done. Your reference: SUP-1."],
    ['{"status":"created"}', "Done. Is there anything else?"],
    ["Habari, world!", "Habari, world!"],
  ])("phrases the result %s", ([content = "", reply]) => {
    const result: ChatMessage = { role: "tool", tool_call_id: "call_1", content };
    expect(decideOn([say("It is broken"), { role: "assistant", content: null }, result]).content).toBe(reply);
  });

  it("never says that a failed tool has worked", () => {
    const content = '{"error":"plugin_failed","message":"The plugin had an internal problem."}';
    const answer = decideOn([say("It is broken"), { role: "tool", tool_call_id: "call_1", content }]);
    expect(answer.content).toMatch(/did not work/);
  });

  it("answers the same request the same way", () => {
    expect(decideOn([say("It is broken")])).toEqual(decideOn([say("It is broken")]));
  });
});

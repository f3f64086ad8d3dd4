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

  it("books what the customer wants on the day and at the time that they name", () => {
    const book = tool("CLINIC_BOOKINGS__book_appointment", "Book an appointment at the clinic.", {
      properties: { service: { type: "string" }, startsAt: { type: "string" } },
      required: ["service", "startsAt"],
    });
    const asked = "Please book a dental check-up on 2026-12-01 at 10:30.";
    const { tool_calls: calls } = decideOn([say(asked)], [book]);
    expect(JSON.parse(calls?.[0]?.function.arguments ?? "")).toEqual({
      service: "dental check-up",
      startsAt: "2026-12-01T10:30",
    });
    expect(decideOn([say("Please book a dental check-up.")], [book]).content).toBe(
      "I can help with that. Please tell me the day and the time, such as 2026-12-01 at 10:30.",
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

  it("says that a call waits, and for whom", () => {
    const answerTo = (decider: string) => {
      const content = JSON.stringify({
        status: "pending_approval",
        approvalId: "apr_1",
        decider,
        message: "For a model.",
      });
      return decideOn([say("It is broken"), { role: "tool", tool_call_id: "call_1", content }]).content;
    };
    expect(answerTo("staff")).toContain("has to be approved first");
    expect(answerTo("customer")).toContain("please confirm it");
  });

  it.for([
    [
      'The request "refund" (apr_1) was approved and is done. Tell the customer. Result: {"ticketId":"SUP-1"}',
      "Your request was approved. Done. Your reference: SUP-1.",
    ],
    ['The request "refund" (apr_1) was rejected and was not done. Reason: too late.', "was not approved"],
    ['The request "refund" (apr_1) was not decided in time and was not done.', "nobody decided"],
    ['The request "refund" (apr_1) was approved, and could not be done. Error: {}', "it failed"],
    [
      'The request "refund" (apr_1) was approved, and it is not known whether it was done.',
      "A person will look",
    ],
  ])("tells the end of a request: %s", ([note = "", told = ""]) => {
    expect(decideOn([say("Refund me"), say(`[Note from the platform: ${note}]`)]).content).toContain(told);
  });

  it("says that a colleague was called, and that it is back", () => {
    const content = "A colleague has been called for (esc_1). Tell the customer that a colleague will write.";
    const called = decideOn([say("A person!"), { role: "tool", tool_call_id: "call_1", content }]);
    expect(called.content).toBe("I have called a colleague, who will write to you here.");
    const note = "[Note from the platform: A colleague has handed this chat back to you. Their note: done.]";
    expect(decideOn([say(`${note}\nThank you!`)]).content).toContain("I am back");
  });

  it("tells the news and goes on with what the customer wants", () => {
    const news = '[Note from the platform: The request "refund" (apr_1) was rejected and was not done.]';
    const answer = decideOn([say(`${news}\nMy lamp arrived broken`)]);
    expect(answer.content).toContain("was not approved");
    expect(answer.tool_calls?.[0]?.function.arguments).toContain('"summary":"My lamp arrived broken"');
  });

  it("answers the same request the same way", () => {
    expect(decideOn([say("It is broken")])).toEqual(decideOn([say("It is broken")]));
  });
});

import { describe, expect, it } from "vitest";
import type { Capabilities } from "../../../src/channels/channel.ts";
import { fitMessage } from "../../../src/channels/fit-message.ts";

const WITH_BUTTONS: Capabilities = {
  maxTextCharacters: 40,
  maxCaptionCharacters: 20,
  maxButtons: 3,
  needsContentSid: false,
  textWindowMs: null,
  canRepeatSend: true,
};
const WITHOUT: Capabilities = { ...WITH_BUTTONS, maxButtons: 0, maxTextCharacters: 60 };
const YES_NO = [
  { id: "yes", title: "Yes" },
  { id: "no", title: "No" },
];
const buttons = (titles: { id: string; title: string }[], text = "Sure?") =>
  ({ type: "buttons", text, buttons: titles }) as const;

describe("[CHANNEL-02] buttons", () => {
  it("stay where the channel has them", () => {
    expect(fitMessage(buttons(YES_NO), WITH_BUTTONS)).toEqual([buttons(YES_NO)]);
  });

  it("become numbered lines where it has none", () => {
    expect(fitMessage(buttons(YES_NO), WITHOUT)).toEqual([
      { type: "text", text: "Sure?\n\nReply 1 for Yes, 2 for No" },
    ]);
  });

  it.for([
    ["four of them", ["1", "2", "3", "4"].map((id) => ({ id, title: id }))],
    ["a title of 21 characters", [{ id: "1", title: "x".repeat(21) }]],
    ["an id of 257 characters", [{ id: "x".repeat(257), title: "1" }]],
    ["a title without a letter", [{ id: "1", title: "" }]],
    [
      "the same title twice",
      [
        { id: "1", title: "A" },
        { id: "2", title: "A" },
      ],
    ],
    [
      "the same id twice",
      [
        { id: "1", title: "A" },
        { id: "1", title: "B" },
      ],
    ],
  ] as const)("become numbered lines when WhatsApp would refuse them: %s", ([, titles]) => {
    const fitted = fitMessage(buttons([...titles]), { ...WITH_BUTTONS, maxTextCharacters: 400 });
    expect(fitted).toEqual([{ type: "text", text: expect.stringContaining("Reply 1 for") }]);
  });

  it("that are none leave the text as it is", () => {
    expect(fitMessage(buttons([]), WITH_BUTTONS)).toEqual([{ type: "text", text: "Sure?" }]);
  });

  it("stand under the end of a long text", () => {
    expect(fitMessage(buttons(YES_NO, "It costs five hundred shillings. Sure?"), WITH_BUTTONS)).toEqual([
      { type: "text", text: "It costs five" },
      { type: "text", text: "hundred shillings." },
      buttons(YES_NO, "Sure?"),
    ]);
  });
});

it("a caption may be empty, and a template is never cut", () => {
  const document = { source: "receipt:1", fileName: "a.pdf", contentType: "application/pdf" };
  const file = { type: "document", text: "", document } as const;
  expect(fitMessage(file, WITH_BUTTONS)).toEqual([file]);
  const template = { name: "ready", language: "en", variables: {} };
  const long = { type: "template", text: "x".repeat(100), template } as const;
  expect(fitMessage(long, WITH_BUTTONS)).toEqual([long]);
});

it("a text without words is no message", () => {
  expect(fitMessage({ type: "text", text: " \n " }, WITH_BUTTONS)).toEqual([]);
});

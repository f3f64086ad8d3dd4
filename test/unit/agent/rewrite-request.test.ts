import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rewriteRequest } from "../../../src/agent/models/rewrite-request.ts";

const rewrite = (text: string, providerModel = "gpt-x") =>
  rewriteRequest(text, JSON.parse(text), providerModel);

describe("[GATEWAY-08] a request that is passed through", () => {
  it("keeps all but the model's name as it was written", () => {
    expect(rewrite('{ "seed": 9007199254740993, "model" : "a/b", "x": 1.0,\n "messages": [] }')).toBe(
      '{ "seed": 9007199254740993, "model" : "gpt-x", "x": 1.0,\n "messages": [] }',
    );
    const text = '{"messages":[{"role":"user","content":"\\"model\\":\\"small\\""}],"model":"gpt-x"}';
    expect(rewrite(text)).toBe(text);
  });

  it("asks for a stream's usage where nobody did", () => {
    expect(rewrite('{"model":"a","stream":true}')).toBe(
      '{"stream_options":{"include_usage":true},"model":"gpt-x","stream":true}',
    );
    const asked = '{"model":"gpt-x","stream":true,"stream_options":{"include_usage":true}}';
    expect(rewrite(asked)).toBe(asked);
    expect(rewrite('{"model":"a","stream":false}')).toBe('{"model":"gpt-x","stream":false}');
  });

  it("is written anew where a provider could read another request out of it than we did", () => {
    for (const text of [
      '{"model":"dear","model":"gpt-x"}',
      '{"mod\\u0065l":"dear","model":"gpt-x"}',
      '{"model":"gpt-x","metadata":{"model":"dear"}}',
      '{"model":"gpt-x","stream":false,"stream":true}',
      '{"model":"gpt-x","stream":true,"stream_options":{"include_usage":false}}',
      '{"model":"gpt-x","stream":true,"stream_options":null}',
      '{"model":"a\\/b"}',
    ]) {
      expect(rewrite(text)).toBeNull();
    }
  });

  it("means the same as the request written anew, whatever is in it", () => {
    const names = fc.constantFrom("model", "stream", "stream_options", "messages", "x");
    const request = fc.record(
      {
        model: fc.constantFrom("a", "gpt-x", "a/b"),
        stream: fc.option(fc.boolean()),
        stream_options: fc.option(fc.record({ include_usage: fc.boolean() }, { requiredKeys: [] })),
        messages: fc.array(fc.jsonValue()),
        x: fc.dictionary(fc.oneof(names, fc.string()), fc.jsonValue()),
      },
      { requiredKeys: ["model", "messages"] },
    );
    fc.assert(
      fc.property(request, fc.boolean(), (asked, isPretty) => {
        const text = JSON.stringify(asked, null, isPretty ? 2 : 0);
        const rewritten = rewrite(text);
        if (rewritten !== null) {
          expect(JSON.parse(rewritten)).toEqual({
            ...JSON.parse(text),
            model: "gpt-x",
            ...(asked.stream === true && {
              stream_options: { ...asked.stream_options, include_usage: true },
            }),
          });
        }
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { capabilityOf } from "../../src/contract/capabilities.ts";
import { BRIDGE_PERMISSIONS, isBridgePermission } from "../../src/contract/permissions.ts";
import { checkSchema } from "../../src/kernel/json-schema/check-schema.ts";
import { manifestJsonSchema, parseManifest } from "../../src/plugins/manifest/index.ts";
import { MANIFESTS } from "../support/manifests/index.ts";

const PRODUCTION = { allowInsecureLoopback: false };

function parse(manifest: unknown, options = PRODUCTION) {
  const text = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
  return parseManifest(text, options);
}

/** `pointer code` of every problem; none when the manifest is accepted. */
function problems(manifest: unknown, options = PRODUCTION): string[] {
  const parsed = parse(manifest, options);
  return parsed.ok ? [] : parsed.error.map(({ pointer, code }) => `${pointer} ${code}`);
}

function warnings(manifest: unknown): string[] {
  const parsed = parse(manifest);
  return parsed.ok ? parsed.value.warnings.map(({ pointer, code }) => `${pointer} ${code}`) : ["refused"];
}

/** A valid manifest, with fields replaced. */
function desk(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...MANIFESTS.supportDesk, ...fields };
}

const [TOOL] = MANIFESTS.supportDesk.tools;

function deskWithTool(fields: Record<string, unknown>): Record<string, unknown> {
  return desk({ tools: [{ ...TOOL, ...fields }] });
}

describe("the manifests of the source documents", () => {
  it.each(Object.entries(MANIFESTS))("[MANIFEST-01] accepts %s as it stands", (_, manifest) => {
    const parsed = parse(manifest);
    expect(parsed).toMatchObject({ ok: true, value: { manifest } });
  });

  it("accepts long lists inside schemas", () => {
    const country = { enum: Array.from({ length: 3_000 }, (_, index) => index), description: "One of many." };
    expect(problems(deskWithTool({ inputSchema: { type: "object", properties: { country } } }))).toEqual([]);
  });

  it("finds nothing to say about the quick start's", () => {
    expect(warnings(MANIFESTS.supportDesk)).toEqual([]);
  });

  it("warns of what the others could do better", () => {
    expect(warnings(MANIFESTS.myPlugin)).toEqual([]);
    expect(warnings(MANIFESTS.myPluginSimple)).toEqual(["/auth/type auth_none"]);
    expect(warnings(MANIFESTS.customersOauth)).toEqual([]);
    expect(warnings(MANIFESTS.delivery)).toEqual([
      "/configurationSchema/properties/region field_description_missing",
    ]);
  });

  it("[CATALOG-03] knows which of their tools the platform calls", () => {
    const { delivery } = MANIFESTS;
    expect(
      delivery.tools.map((tool) => capabilityOf("metadata" in tool ? { metadata: tool.metadata } : {})),
    ).toEqual([undefined, undefined, "obligations.list_due", "obligations.record_event"]);
  });

  it("refuses the reference page's empty list of tools", () => {
    expect(problems(desk({ tools: [] }))).toEqual(["/tools min_items"]);
  });
});

describe("a text that is no manifest", () => {
  it.each([
    ["nothing", "", "manifest_not_json", "is empty"],
    ["white space", " \n ", "manifest_not_json", "is empty"],
    ["HTML", "<!doctype html><html></html>", "manifest_not_json", "HTML"],
    ["words", "not json", "manifest_not_json", "line 1, column 1"],
    ["an open bracket", '{"slug": "A"', "manifest_not_json", "ends too early"],
    ["a trailing comma", '{\n  "slug": "A",\n}', "manifest_not_json", "line 3, column 1"],
    ["single quotes", "{'slug': 1}", "manifest_not_json", "double quotes"],
    ["a comment", '{"a": 1 // no\n}', "manifest_not_json", "no comments"],
    ["a missing comma", '{"a": 1\n "b": 2}', "manifest_not_json", "line 2, column 2"],
    ["two values", "{} {}", "manifest_not_json", "more after the end"],
    ["a list", "[]", "manifest_not_object", "object"],
    ["a number", "7", "manifest_not_object", "object"],
    ["10 MB", `{"a": "${"x".repeat(10_000_000)}"}`, "manifest_too_large", "512 KiB"],
    ["10 MB of brackets", "[".repeat(10_000_000), "manifest_too_large", "512 KiB"],
    ["513 KiB of two-byte letters", JSON.stringify("ä".repeat(262_700)), "manifest_too_large", "512 KiB"],
    [
      "20,000 levels",
      `{"metadata":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
      "manifest_too_deep",
      "deeper",
    ],
    ["100,000 open brackets", "[".repeat(100_000), "manifest_not_json", "ends too early"],
  ])("[MANIFEST-04] says of %s that it is none", (_, text, code, part) => {
    const parsed = parse(text);
    const [issue] = parsed.ok ? [] : parsed.error;
    expect(issue).toMatchObject({ code });
    expect(issue?.message).toContain(part);
  });

  it("does not mind a byte order mark", () => {
    expect(problems(`\uFEFF${JSON.stringify(desk())}`)).toEqual([]);
  });
});

const BROKEN: readonly [what: string, manifest: Record<string, unknown>, found: string[]][] = [
  [
    "an empty object",
    {},
    ["/slug", "/version", "/name", "/baseUrl", "/auth", "/tools"].map((pointer) => `${pointer} required`),
  ],
  ["a slug in small letters", desk({ slug: "support-desk" }), ["/slug pattern"]],
  ["a slug of one letter", desk({ slug: "A" }), ["/slug pattern"]],
  ["a version that is none", desk({ version: "1.0" }), ["/version pattern"]],
  ["an empty name", desk({ name: "" }), ["/name min_length"]],
  ["an unknown way to authenticate", desk({ auth: { type: "basic" } }), ["/auth/type enum"]],
  [
    "OAuth without its URLs",
    desk({ auth: { type: "oauth2" } }),
    ["/auth/authorizationUrl required", "/auth/tokenUrl required", "/auth/scope required"],
  ],
  [
    "OAuth over plain http",
    desk({
      auth: {
        type: "oauth2",
        authorizationUrl: "http://a.example/x",
        tokenUrl: "https://u:p@a.example/x#f",
        scope: ["a b"],
      },
    }),
    [
      "/auth/scope/0 pattern",
      "/auth/authorizationUrl oauth_url_insecure",
      "/auth/tokenUrl oauth_url_credentials",
      "/auth/tokenUrl oauth_url_fragment",
    ],
  ],
  ["a homepage that is a script", desk({ homepage: "javascript:alert(1)" }), ["/homepage pattern"]],
  ["an author without an address", desk({ author: { email: "nobody" } }), ["/author/email format"]],
  [
    "129 tools",
    desk({ tools: Array.from({ length: 129 }, (_, n) => ({ ...TOOL, name: `t${n}` })) }),
    ["/tools max_items"],
  ],
  [
    "two tools of one name",
    desk({ tools: [TOOL, { ...TOOL, name: "other" }, TOOL] }),
    ["/tools/2/name tool_name_duplicate"],
  ],
  ["a tool with a space in its name", deskWithTool({ name: "create ticket" }), ["/tools/0/name pattern"]],
  ["a tool without a description", deskWithTool({ description: "" }), ["/tools/0/description min_length"]],
  ["a tool that is no object", desk({ tools: [7] }), ["/tools/0 type"]],
  [
    "an input that is no object",
    deskWithTool({ inputSchema: { type: "string" } }),
    ["/tools/0/inputSchema/type const"],
  ],
  ["an input of no type", deskWithTool({ inputSchema: {} }), ["/tools/0/inputSchema/type required"]],
  ["a schema that is true", deskWithTool({ outputSchema: true }), ["/tools/0/outputSchema type"]],
  ["a method of its own", deskWithTool({ endpoint: { method: "PUT" } }), ["/tools/0/endpoint/method enum"]],
  ["a time-out of a day", deskWithTool({ timeoutMs: 86_400_000 }), ["/tools/0/timeoutMs maximum"]],
  ["flags that are words", deskWithTool({ sideEffects: "yes" }), ["/tools/0/sideEffects type"]],
  [
    "a capability that does not exist",
    deskWithTool({ metadata: { capability: "obligations.list" } }),
    ["/tools/0/metadata/capability capability_unknown"],
  ],
  [
    "a capability served twice",
    desk({
      tools: ["a", "b"].map((name) => ({ ...TOOL, name, metadata: { capability: "orders.event" } })),
    }),
    ["/tools/1/metadata/capability capability_duplicate"],
  ],
  [
    "a permission of the platform's that does not exist",
    desk({ permissions: [{ key: "plugin:payments:everything", label: "a", description: "b" }] }),
    ["/permissions/0/key permission_unknown"],
  ],
  [
    "one in other letters",
    desk({ permissions: [{ key: "PLUGIN:payments:status:own", label: "a", description: "b" }] }),
    ["/permissions/0/key permission_unknown"],
  ],
  [
    "a permission declared twice",
    desk({ permissions: [1, 2].map(() => ({ key: "a:b", label: "a", description: "b" })) }),
    ["/permissions/1/key permission_duplicate"],
  ],
  [
    "a permission that explains nothing",
    desk({ permissions: [{ key: "a:b" }] }),
    ["/permissions/0/label required", "/permissions/0/description required"],
  ],
  [
    "a configuration that is no object",
    desk({ configurationSchema: { type: "array" } }),
    ["/configurationSchema/type const"],
  ],
  [
    "schemas with a remote reference, a loop and a pattern that runs away",
    desk({
      configurationSchema: { $ref: "https://example.com/schema.json" },
      tools: [
        {
          ...TOOL,
          inputSchema: {
            type: "object",
            properties: { a: { pattern: "^(a+)+$" }, "b/c": { type: "strin" } },
          },
          outputSchema: { $ref: "#/$defs/a", $defs: { a: { $ref: "#" } } },
        },
      ],
    }),
    [
      "/configurationSchema/$ref schema_ref_remote",
      "/tools/0/inputSchema/properties/b~1c/type schema_invalid",
      "/tools/0/inputSchema/properties/a/pattern pattern_unsafe",
      "/tools/0/outputSchema/$ref schema_ref_loop",
      "/tools/0/outputSchema/$defs/a/$ref schema_ref_loop",
    ],
  ],
  [
    "several at once",
    desk({ slug: "x", baseUrl: "ftp://example.com", tools: [{ name: "a" }], permissions: "all" }),
    [
      "/slug pattern",
      "/permissions type",
      "/tools/0/description required",
      "/tools/0/inputSchema required",
      "/baseUrl base_url_insecure",
    ],
  ],
];

describe("a manifest with problems", () => {
  it.each(BROKEN)("[MANIFEST-03] is refused for %s", (_, manifest, found) => {
    expect(problems(manifest)).toEqual(found);
  });

  it("is refused for a schema of 20,000 levels, which it points at", () => {
    const deep = `{"type":"object","not":${'{"not":'.repeat(20_000)}{}${"}".repeat(20_000)}}`;
    const text = JSON.stringify(deskWithTool({ inputSchema: "DEEP" })).replace('"DEEP"', deep);
    const [issue, ...others] = problems(text);
    expect(others).toEqual([]);
    expect(issue).toMatch(/^\/tools\/0\/inputSchema\/not.* schema_too_deep$/);
  });

  it("lists a hundred problems at most", () => {
    const tools = Array.from({ length: 100 }, () => ({}));
    const found = problems(desk({ tools }));
    expect(found).toHaveLength(100);
    expect(found.at(-1)).toBe(" more_problems");
  });

  it("does not judge 60,000 tools one by one", () => {
    const found = problems(
      desk({
        tools: Array.from({ length: 60_000 }, () => 1),
        tags: Array.from({ length: 60_000 }, () => "a"),
      }),
    );
    expect(found).toContain("/tags max_items");
    expect(found).toContain("/tools max_items");
  });

  it("[MANIFEST-03] says what to do", () => {
    const parsed = parse(
      desk({
        slug: "desk",
        permissions: [{ key: "plugin:payments:refund:all", label: "a", description: "b" }],
      }),
    );
    expect(parsed.ok ? [] : parsed.error.map(({ message }) => message)).toEqual([
      'must be 2 to 64 capital letters, digits and "_", starting with a letter, such as ACME_CRM',
      "is not a permission of the platform; there are plugin:payments:refund:request:own, plugin:payments:refund:request:any, plugin:payments:refund:execute:own, plugin:payments:refund:execute:any",
    ]);
  });
});

describe("the base URL", () => {
  it.each([
    ["https://plugins.example.com", []],
    ["https://plugins.example.com:8443/a/b/", []],
    ["http://plugins.example.com", ["base_url_insecure"]],
    ["http://127.0.0.1:4100", ["base_url_insecure"]],
    ["http://localhost.example.com", ["base_url_insecure"]],
    ["ftp://example.com/", ["base_url_insecure"]],
    ["https://user:secret@example.com", ["base_url_credentials"]],
    ["https://example.com/?key=1", ["base_url_query"]],
    ["https://example.com/?", ["base_url_query"]],
    ["https://example.com/#top", ["base_url_fragment"]],
    ["https://example.com/a b", ["base_url_invalid"]],
    ["https:\\\\example.com", ["base_url_invalid"]],
    ["https://exam\tple.com", ["base_url_invalid"]],
    ["https://example.com:99999", ["base_url_invalid"]],
    ["plugins.example.com", ["base_url_invalid"]],
    ["", ["base_url_invalid"]],
  ])("%j gives %j", (baseUrl, codes) => {
    expect(problems(desk({ baseUrl }))).toEqual(codes.map((code) => `/baseUrl ${code}`));
  });

  it.each(["http://127.0.0.1:4100", "http://127.9.9.9/x", "http://localhost:4100/a", "http://[::1]:4100"])(
    "%s is allowed in development only",
    (baseUrl) => {
      expect(problems(desk({ baseUrl }), { allowInsecureLoopback: true })).toEqual([]);
      expect(problems(desk({ baseUrl }))).toEqual(["/baseUrl base_url_insecure"]);
    },
  );

  it("[MANIFEST-10] may never be plain http to anywhere else", () => {
    for (const baseUrl of ["http://10.0.0.1", "http://example.com", "http://127.0.0.1.example.com"]) {
      expect(problems(desk({ baseUrl }), { allowInsecureLoopback: true })).toEqual([
        "/baseUrl base_url_insecure",
      ]);
    }
  });
});

describe("a tool's path", () => {
  it.each(["/", "/execute", "/a/b-c_d.e~f", "/a%20b", "/a//b", "/v1/tickets:create"])(
    "accepts %s",
    (path) => {
      expect(problems(deskWithTool({ endpoint: { path } }))).toEqual([]);
    },
  );

  it.each([
    ["execute", "pattern"],
    ["", "pattern"],
    ["https://evil.example/x", "pattern"],
    ["//evil.example/x", "endpoint_path_invalid"],
    ["/\\evil.example/x", "endpoint_path_invalid"],
    ["/a/../b", "endpoint_path_invalid"],
    ["/a/%2e%2E/b", "endpoint_path_invalid"],
    ["/./a", "endpoint_path_invalid"],
    ["/a?b=1", "endpoint_path_invalid"],
    ["/a#b", "endpoint_path_invalid"],
    ["/a b", "endpoint_path_invalid"],
    ["/a\nb", "endpoint_path_invalid"],
    ["/{id}", "endpoint_path_invalid"],
  ])("refuses %j", (path, code) => {
    expect(problems(deskWithTool({ endpoint: { path } }))).toEqual([`/tools/0/endpoint/path ${code}`]);
  });
});

describe("warnings", () => {
  it("[MANIFEST-08] tells of fields that nobody knows, and keeps them", () => {
    const manifest = desk({
      icon: "x.png",
      auth: { type: "secret", header: "X-Key" },
      tools: [{ ...TOOL, input_schema: {}, endpoint: { path: "/execute", verb: "POST" } }],
    });
    expect(warnings(manifest)).toEqual([
      "/icon field_unknown",
      "/auth/header field_unknown",
      "/tools/0/input_schema field_unknown",
      "/tools/0/endpoint/verb field_unknown",
    ]);
    const parsed = parse(manifest);
    expect(parsed.ok && parsed.value.canonicalJson).toContain('"icon":"x.png"');
    expect(parsed.ok && parsed.value.warnings[2]?.message).toContain('do you mean "inputSchema"?');
  });

  it("lets editors have their `$schema`", () => {
    expect(warnings(desk({ $schema: "https://kivuko.example/schemas/manifest.json" }))).toEqual([]);
  });

  it("[MANIFEST-08] tells of descriptions too weak to choose a tool by", () => {
    expect(warnings(deskWithTool({ description: "Book delivery." }))).toEqual([
      "/tools/0/description description_weak",
    ]);
    expect(warnings(deskWithTool({ description: "Internationalisationinternationalisation okay" }))).toEqual([
      "/tools/0/description description_weak",
    ]);
    expect(warnings(deskWithTool({ description: "Create a ticket. ".repeat(70) }))).toEqual([
      "/tools/0/description description_long",
    ]);
  });

  it("tells of fields without a description, nested ones too", () => {
    const inputSchema = {
      type: "object",
      properties: {
        a: { type: "string" },
        b: {
          type: "array",
          description: "Lines.",
          items: { type: "object", properties: { c: { type: "number" } } },
        },
        d: { $ref: "#/$defs/d" },
      },
      $defs: { d: { type: "string", description: "Said there." } },
    };
    expect(warnings(deskWithTool({ inputSchema }))).toEqual([
      "/tools/0/inputSchema/properties/a field_description_missing",
      "/tools/0/inputSchema/properties/b/items/properties/c field_description_missing",
    ]);
  });

  it("asks no good descriptions of a tool that no agent sees", () => {
    const tool = {
      name: "on_payment",
      description: "Payments.",
      inputSchema: { type: "object", properties: { id: { type: "string" } } },
      metadata: { capability: "payments.event" },
    };
    expect(warnings(desk({ tools: [TOOL, tool] }))).toEqual([]);
  });

  it("tells of a field that is given twice, and takes the last one", () => {
    const text = JSON.stringify(desk()).replace('"label":', '"label":"first","label":');
    expect(warnings(text)).toEqual(["/permissions/0/label field_repeated"]);
  });
});

describe("the snapshot", () => {
  it("[MANIFEST-11] is the same text whatever the order of the fields", () => {
    const manifest = desk();
    const turned = Object.fromEntries(Object.entries(manifest).reverse());
    const [one, other] = [manifest, turned].map((each) => {
      const parsed = parse(each);
      return parsed.ok ? parsed.value.canonicalJson : "";
    });
    expect(one).toBe(other);
    expect(JSON.parse(one ?? "")).toEqual(manifest);
  });

  it("takes a field called __proto__ as a field", () => {
    const text = JSON.stringify(desk()).replace("{", '{"__proto__":{"slug":"EVIL","isAdmin":true},');
    const parsed = parse(text);
    expect(warnings(text)).toEqual(["/__proto__ field_unknown"]);
    expect(parsed.ok && parsed.value.manifest.slug).toBe("SUPPORT_DESK");
    expect(parsed.ok && "isAdmin" in parsed.value.manifest).toBe(false);
    expect("isAdmin" in {}).toBe(false);
    expect(parsed.ok && parsed.value.canonicalJson).toContain('"__proto__":{');
  });
});

describe("the published schema", () => {
  it("[MANIFEST-02] is sound by the rules for everybody's schemas", () => {
    expect(checkSchema(manifestJsonSchema, "")).toEqual([]);
  });

  it("comes through JSON as it is", () => {
    expect(JSON.parse(JSON.stringify(manifestJsonSchema))).toEqual(manifestJsonSchema);
  });
});

describe("bridge permissions", () => {
  it("[MANIFEST-09] are all accepted in a manifest", () => {
    const permissions = Object.entries(BRIDGE_PERMISSIONS).map(([key, { label, allows }]) => ({
      key,
      label,
      description: allows,
    }));
    expect(problems(desk({ permissions }))).toEqual([]);
    expect(permissions).toHaveLength(30);
  });

  it.each(["toString", "__proto__", "plugin:", "plugin:escalations:create:external_recipient"])(
    "%s is none",
    (key) => {
      expect(isBridgePermission(key)).toBe(false);
    },
  );
});

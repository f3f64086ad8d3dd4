/** What every answer has in common: its headers, the form of its refusals, and that the document tells the truth. */
import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../src/kernel/ids.ts";
import { compileSchema, type JsonSchema } from "../../src/kernel/json-schema.ts";
import { MANIFESTS } from "../support/manifests/index.ts";
import { BASE_URL, call, type ProblemBody } from "./support/call.ts";
import {
  nobodysIds,
  type ObjectIds,
  type OpenApiDocument,
  type Operation,
  pathOf,
  readDocument,
  readOperations,
  requestFor,
} from "./support/operations.ts";
import { createOrganization, type TestOrganization } from "./support/organization.ts";

const MEBIBYTE = 1024 * 1024;

let operations: readonly Operation[];
let organization: TestOrganization;
/** Ids of objects that do not exist, but for the number. */
let ids: ObjectIds;

beforeAll(async () => {
  operations = await readOperations();
  organization = await createOrganization();
  const instance = await call<{ id: string }>("POST", "/v1/instances", {
    token: organization.apiToken,
    body: { name: "Support", channel: "simulator" },
  });
  ids = { ...nobodysIds(), instanceId: instance.body.id };
});

const fetchRaw = (path: string, init?: RequestInit) => exports.default.fetch(`${BASE_URL}${path}`, init);

/** A body that comes in pieces, so that its length is not stated. */
function inPieces(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      const size = Math.min(left, 64 * 1024);
      controller.enqueue(new Uint8Array(size).fill(0x20));
      left -= size;
      if (left === 0) {
        controller.close();
      }
    },
  });
}

const TOOL_CALL = () => `/v1/instances/${ids.instanceId}/tools/a__b/calls`;

describe("[HTTP-01] the request id", () => {
  test.for(["/", "/docs", "/healthz", "/openapi.json", "/v1/me", "/v1/nothing", "/nothing"])(
    "is on the answer of %s, new each time, whatever the caller sends",
    async (path) => {
      const init = { headers: { "x-request-id": "req_chosen_by_the_caller" } };
      const [one, other] = await Promise.all([fetchRaw(path, init), fetchRaw(path, init)]);
      const seen = [one, other].map(({ headers }) => headers.get("x-request-id"));
      expect(seen[0]).toMatch(/^req_[0-9a-z]{26}$/);
      expect(seen[1]).toMatch(/^req_[0-9a-z]{26}$/);
      expect(seen[0]).not.toBe(seen[1]);
    },
  );

  test("is in a problem's body too, and on a tool call's answer", async () => {
    for (const answer of [await call("GET", "/nothing"), await call("POST", TOOL_CALL(), { body: {} })]) {
      expect(answer.body.requestId).toBe(answer.headers.get("x-request-id"));
    }
  });
});

describe("[HTTP-02] the headers", () => {
  test.for(["/", "/docs", "/openapi.json", "/v1/me", "/nothing"])("guard a browser on %s", async (path) => {
    const { headers } = await fetchRaw(path);
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("content-security-policy")).not.toMatch(/script-src[^;]*unsafe/);
    expect(Object.fromEntries(headers)).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "strict-transport-security": expect.stringMatching(/^max-age=\d{8,}/),
    });
    expect(headers.get("server")).toBeNull();
    expect(headers.get("x-powered-by")).toBeNull();
  });

  test("say on a tool call's answer, good or bad, that its type is not to be guessed", async () => {
    const unknownTool = await call("POST", TOOL_CALL(), {
      token: organization.apiToken,
      body: { input: {} },
    });
    const problem = await call("POST", TOOL_CALL(), { body: { input: {} } });
    expect([unknownTool.status, problem.status]).toEqual([403, 401]);
    for (const { headers } of [unknownTool, problem]) {
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  test("[HTTP-03] open nothing to other origins, but for the manifest's schema", async () => {
    const headers = {
      origin: "https://elsewhere.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization",
    };
    const token = organization.apiToken;
    const answers = await Promise.all([
      call("GET", "/v1/me", { token, headers }),
      call("GET", "/healthz", { headers }),
      call("GET", "/openapi.json", { headers }),
      call("POST", TOOL_CALL(), { token, headers, body: { input: {} } }),
      call("OPTIONS", "/v1/instances", { headers }),
      call("OPTIONS", TOOL_CALL(), { headers }),
      call("OPTIONS", "/api/auth/sign-in/email", { headers }),
    ]);
    for (const answer of answers) {
      const names = [...answer.headers.keys()].filter((name) => name.startsWith("access-control-"));
      expect(names).toEqual([]);
    }
    for (const answer of answers.slice(4)) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    const schema = await fetchRaw("/schemas/manifest.json", { headers });
    expect(schema.headers.get("access-control-allow-origin")).toBe("*");
    expect(schema.headers.get("access-control-allow-credentials")).toBeNull();
  });
});

describe("[HTTP-04] a refusal", () => {
  const TYPE = "application/problem+json";

  test.for([
    ["GET", "/nothing", 404, "route_not_found"],
    ["GET", "/docs/nothing", 404, "route_not_found"],
    ["DELETE", "/healthz", 404, "route_not_found"],
    ["GET", "/v1/nothing", 401, "credential_missing"],
    ["GET", "/v1//instances", 401, "credential_missing"],
    ["GET", "/%2e%2e/%00", 404, "route_not_found"],
  ] as const)("of %s %s is a problem", async ([method, path, status, code]) => {
    const answer = await call(method, path);
    expect(answer).toMatchObject({ status, body: { status, code, title: expect.any(String) } });
    expect(answer.headers.get("content-type")).toBe(TYPE);
  });

  test("of an unknown route with a good credential is a problem", async () => {
    expect(await call("PATCH", "/v1/calls", { token: organization.apiToken })).toMatchObject({
      status: 404,
      body: { code: "route_not_found" },
    });
  });

  test("of a credential says how to send one", async () => {
    const { headers } = await call("GET", "/v1/me");
    expect(headers.get("www-authenticate")).toMatch(/^Bearer/);
  });

  /** What is wrong with a request, and the status that it gets where it gets one. */
  const FAULTS: Readonly<
    Record<string, { status: number; code: string; headers?: Record<string, string>; body: () => BodyInit }>
  > = {
    "JSON that breaks off": { status: 400, code: "malformed_json", body: () => '{"name":' },
    "a list where an object belongs": { status: 422, code: "invalid_request", body: () => "[]" },
    "a number where an object belongs": { status: 422, code: "invalid_request", body: () => "7" },
    "another media type": {
      status: 415,
      code: "unsupported_media_type",
      headers: { "content-type": "text/plain" },
      body: () => '{"name":"x"}',
    },
    "a form": {
      status: 415,
      code: "unsupported_media_type",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: () => "name=x",
    },
    "more bytes than the limit": {
      status: 413,
      code: "body_too_large",
      body: () => " ".repeat(MEBIBYTE + 1),
    },
    "more bytes than the limit, in pieces": {
      status: 413,
      code: "body_too_large",
      body: () => inPieces(MEBIBYTE + 1),
    },
  };

  test.for(Object.entries(FAULTS))(
    "of %s is declared and a problem, on every operation",
    async ([_, fault]) => {
      const withBody = operations.filter(({ hasBody }) => hasBody);
      expect(withBody.length).toBeGreaterThan(5);
      for (const operation of withBody) {
        const response = await fetchRaw(pathOf(operation, requestFor(operation, ids)), {
          method: operation.method,
          headers: {
            authorization: `Bearer ${organization.apiToken}`,
            "content-type": "application/json",
            ...fault.headers,
          },
          body: fault.body(),
        });
        const problem = await response.json<ProblemBody>();
        expect({ id: operation.id, status: response.status, code: problem.code }).toEqual({
          id: operation.id,
          status: fault.status,
          code: fault.code,
        });
        expect(response.headers.get("content-type"), operation.id).toBe(TYPE);
        expect(problem.status).toBe(fault.status);
        expect(problem.requestId).toBe(response.headers.get("x-request-id"));
        expect(operation.answers[String(fault.status)], `${operation.id} ${fault.status}`).toEqual([TYPE]);
      }
    },
  );

  test("of a credential or of an object is declared and a problem, on every operation", async () => {
    for (const operation of operations.filter(({ security }) => security.length > 0)) {
      const request = requestFor(operation, { ...ids, instanceId: newId("instance") });
      const path = pathOf(operation, request);
      const body = request.body === undefined ? {} : { body: request.body };
      const answers = [
        await call(operation.method, path, body),
        await call(operation.method, path, { ...body, token: "kvt_nobody" }),
        await call(operation.method, path, { ...body, token: organization.apiToken }),
      ];
      expect(answers.slice(0, 2).map(({ status }) => status)).toEqual([401, 401]);
      for (const answer of answers.filter(({ status }) => status >= 400)) {
        expect(answer.headers.get("content-type"), operation.id).toBe(TYPE);
        expect(answer.body, operation.id).toMatchObject({
          type: expect.any(String),
          title: expect.any(String),
          detail: expect.any(String),
          status: answer.status,
          code: expect.stringMatching(/^[a-z][a-z_]+$/),
          requestId: answer.headers.get("x-request-id"),
        });
        expect(operation.answers[String(answer.status)], `${operation.id} ${answer.status}`).toContain(TYPE);
      }
    }
  });

  test("names every problem of an input with its pointer", async () => {
    const { body } = await call("POST", "/v1/gateway-keys", {
      token: organization.apiToken,
      body: { name: "", expiresInDays: 0, surprise: true },
    });
    expect(body.issues?.map(({ pointer }) => pointer).sort()).toEqual(["/", "/expiresInDays", "/name"]);
  });
});

describe("[HTTP-05] the API's description", () => {
  let document: OpenApiDocument;
  beforeAll(async () => {
    document = await readDocument();
  });

  test("is OpenAPI 3.1 with unique names and declared tags and credentials", async () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
    const described = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const used = new Set(described.flatMap(({ tags }) => tags));
    expect(document.tags.map(({ name }) => name).sort()).toEqual([...used].sort());
    const schemes = Object.keys(document.components.securitySchemes);
    for (const { id, security } of operations) {
      expect(schemes, id).toEqual(expect.arrayContaining(security.flatMap((scheme) => Object.keys(scheme))));
    }
  });

  test("declares 401 and 403 as problems wherever a credential is needed", () => {
    for (const { id, answers, security } of operations) {
      if (security.length > 0) {
        expect(answers["401"], id).toEqual(["application/problem+json"]);
        expect(answers["403"], id).toContain("application/problem+json");
      }
    }
  });

  test("leaves out no route of ours but the pages, the webhooks and the socket", async () => {
    const { controlPlane } = await import("../../src/control-plane.ts");
    const described = new Set(
      Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.keys(methods).map(
          (method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`,
        ),
      ),
    );
    const served = controlPlane.routes
      .filter(({ method, path }) => method !== "ALL" && !described.has(`${method} ${path}`))
      .map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(served)].sort()).toEqual(
      [
        "GET /",
        "GET /docs",
        "GET /docs/errors",
        "GET /assets/*",
        "GET /openapi.json",
        "GET /simulator",
        // A WebSocket, which OpenAPI has no words for: createSimulatorTicket describes it.
        "GET /v1/instances/:id/simulator/socket",
        // Shaped by the providers, not by us.
        "GET /webhooks/:channel/:instanceId",
        "POST /webhooks/:channel/:instanceId",
        "POST /callbacks/payments/:provider/:id/:secret",
        // For whoever has a signed link.
        "GET /receipts/:file",
      ].sort(),
    );
  });
});

describe("[HTTP-06] what anybody may read", () => {
  test.for(["/", "/docs"])("%s is a page in English that brings nothing from elsewhere", async (path) => {
    const response = await fetchRaw(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^text\/html; charset=utf-8$/i);
    const html = await response.text();
    expect(html).toContain('<html lang="en">');
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  test("/healthz asks the database", async () => {
    expect(await call("GET", "/healthz")).toMatchObject({ status: 200, body: { status: "ok" } });
  });

  test("[MANIFEST-02] /schemas/manifest.json is a JSON Schema that takes the source documents' manifests", async () => {
    const { body, headers } = await call<JsonSchema>("GET", "/schemas/manifest.json");
    expect(headers.get("content-type")).toBe("application/schema+json");
    const schema = compileSchema(body);
    for (const [name, manifest] of Object.entries(MANIFESTS)) {
      expect(schema.validate(manifest), name).toEqual([]);
    }
    expect(schema.validate({ ...MANIFESTS.supportDesk, tools: "none" })).not.toEqual([]);
    expect(schema.validate({ slug: "x" }).length).toBeGreaterThan(3);
  });
});

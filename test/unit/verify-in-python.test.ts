/**
 * The page that tells authors how to verify a call: its claims and its example hold, and its Python does what it
 * says. The Python part runs where an interpreter with PyJWT is installed; `.ci/run` installs one.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { describe, expect, it } from "vitest";
import {
  PLATFORM_TOKEN_ALGORITHM,
  PLATFORM_TOKEN_LEEWAY_SECONDS,
  PLATFORM_TOKEN_LIFETIME_SECONDS,
} from "../../src/contract/platform-token.ts";
import { CONTEXT_HEADER } from "../../src/contract/tool-call-http.ts";
import { sha256 } from "../../src/kernel/crypto.ts";
import { utf8 } from "../../src/kernel/encoding.ts";
import { isSignedBody, verifyToken } from "../../src/sdk/verify-call.ts";
import { assembleToken, PLUGIN_SECRET, signToken, TICKET_CALL } from "../support/platform-call.ts";

const page = readFileSync(new URL("../../docs/verify-a-call.md", import.meta.url), "utf8");

/** The content of the page's block that opens with this info string. */
function blockOf(info: string): string {
  const block = page.split(`\n\`\`\`${info}\n`)[1]?.split("\n```\n")[0];
  if (block === undefined) {
    throw new Error(`docs/verify-a-call.md has no block "${info}".`);
  }
  return block;
}

/** First column of the page's table that has this heading. */
function namesInTable(heading: string): readonly string[] {
  const rows = page.split(`\n| ${heading} |`)[1]?.split("\n\n")[0]?.split("\n").slice(2) ?? [];
  return rows.map((row) => row.split("`")[1] ?? row);
}

describe("docs/verify-a-call.md", () => {
  const token = blockOf("text token");
  const body = blockOf("json body");
  const now = Date.parse("2026-11-21T08:00:00Z");

  it("has an example that is valid at the time that it names", async () => {
    const expectation = {
      secret: blockOf("text secret"),
      audience: "SUPPORT_DESK",
      issuer: "https://kivuko.example.com",
      now,
    };
    const verified = await verifyToken(`Bearer ${token}`, expectation);
    expect(verified).toMatchObject({ ok: true, value: { claims: { jti: "call_1", iat: now / 1000 } } });
    expect(verified.ok && (await isSignedBody(utf8(body), verified.value.claims))).toBe(true);
    expect(page).toContain(new Date(now).toISOString().replace(".000", ""));
  });

  it("names every field of the token and no other", () => {
    expect(namesInTable("header field").toSorted()).toEqual(
      Object.keys(decodeProtectedHeader(token)).toSorted(),
    );
    expect(namesInTable("claim").toSorted()).toEqual(Object.keys(decodeJwt(token)).toSorted());
  });

  it("names the limits of the contract", async () => {
    const { iat = 0, exp = 0 } = decodeJwt(token);
    expect(exp - iat).toBe(PLATFORM_TOKEN_LIFETIME_SECONDS);
    expect(page).toContain(`${PLATFORM_TOKEN_LIFETIME_SECONDS} seconds after \`iat\``);
    expect(page).toContain(`Allow ${PLATFORM_TOKEN_LEEWAY_SECONDS} seconds`);
    expect(page).toContain(`leeway=${PLATFORM_TOKEN_LEEWAY_SECONDS}`);
    expect(page).toContain(`JWT::$leeway = ${PLATFORM_TOKEN_LEEWAY_SECONDS}`);
    expect(page).toContain(`algorithms=["${PLATFORM_TOKEN_ALGORITHM}"]`);
    expect(page).toContain(CONTEXT_HEADER);
    expect(page).toContain(await sha256(""));
  });
});

/** A Python 3 that can `import jwt`; undefined where there is none. */
const python = ["/usr/bin/python3", "python3"].find(
  (command) => spawnSync(command, ["-c", "import jwt"], { stdio: "ignore" }).status === 0,
);

describe.runIf(python !== undefined)("the Python of docs/verify-a-call.md", () => {
  /** Reads calls, one per line, and prints for each whether `verify_call` took it and what it said. */
  const runner = `
import sys
for line in sys.stdin:
    case = json.loads(line)
    try:
        call = verify_call(case["authorization"], case["body"].encode(), secret=case["secret"], slug=case["slug"])
        print(json.dumps({"call": call}))
    except InvalidToken as error:
        print(json.dumps({"refused": str(error)}))
`;
  type Verdict = { readonly call?: unknown; readonly refused?: string };

  it("[TOKEN-04] takes the platform's call and no other", async () => {
    const body = JSON.stringify({ ...TICKET_CALL, input: { summary: "Mvua ☔ imelowesha kifurushi." } });
    const issuedAt = Date.now();
    const sign = (claims = {}, secret = PLUGIN_SECRET) => signToken(body, { claims, secret, issuedAt });
    const good = {
      authorization: `Bearer ${await sign()}`,
      body,
      secret: PLUGIN_SECRET,
      slug: "SUPPORT_DESK",
    };
    const bearing = (token: string) => ({ ...good, authorization: `Bearer ${token}` });
    const unsigned = decodeJwt(await sign());
    const longAgo = Math.floor(issuedAt / 1000) - 3600;

    const cases = {
      good,
      "altered body": { ...good, body: body.replace("kifurushi", "nyumba") },
      "body written again": { ...good, body: JSON.stringify(JSON.parse(body), null, 1) },
      "wrong audience": bearing(await sign({ aud: "OTHER_DESK" })),
      "wrong tool": bearing(await sign({ tool: "refund_order" })),
      "wrong call": bearing(await sign({ jti: "call_000" })),
      expired: bearing(await sign({ iat: longAgo, exp: longAgo + 300 })),
      "from the future": bearing(await sign({ iat: longAgo + 7200, exp: longAgo + 7500 })),
      "no expiry": bearing(await sign({ exp: undefined })),
      "no body hash": bearing(await sign({ body_sha256: undefined })),
      "wrong secret": bearing(await sign({}, "kps_of somebody else, just as long as ours")),
      "alg none": bearing(assembleToken({ alg: "none", typ: "JWT" }, unsigned)),
      "not a token": bearing("x"),
      "no bearer token": { ...good, authorization: "" },
    };
    const program = `${blockOf("python")}\n${runner}`;
    const input = Object.values(cases)
      .map((each) => JSON.stringify(each))
      .join("\n");
    const { status, stdout, stderr } = spawnSync(python ?? "", ["-c", program], { input, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);

    const lines = stdout.trim().split("\n");
    const verdicts = lines.map((line) => JSON.parse(line) as Verdict);
    const named = Object.fromEntries(Object.keys(cases).map((name, index) => [name, verdicts[index]]));
    expect(named["good"]).toEqual({ call: JSON.parse(body) });
    const taken = Object.keys(named).filter((name) => named[name]?.call !== undefined);
    expect(taken).toEqual(["good"]);
    expect(lines).toHaveLength(Object.keys(cases).length);
  });
});

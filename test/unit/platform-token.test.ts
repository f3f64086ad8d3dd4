import { beforeAll, describe, expect, it } from "vitest";
import type { PlatformTokenClaims } from "../../src/contract/platform-token.ts";
import type { PluginSecretSource } from "../../src/sdk/plugin-secret.ts";
import { isSignedBody, type TokenExpectation, verifyToken } from "../../src/sdk/verify-call.ts";
import {
  assembleToken,
  CALLED_AT,
  PLUGIN_SECRET,
  signToken,
  TICKET_CALL,
  type TokenParts,
} from "../support/platform-call.ts";

const SECOND_MS = 1000;
const OTHER_SECRET = "kps_another-secret-that-is-just-as-long-as-the-first";
const body = JSON.stringify(TICKET_CALL);

function verify(token: string, expected: Partial<TokenExpectation> = {}) {
  return verifyToken(`Bearer ${token}`, {
    secret: PLUGIN_SECRET,
    audience: "SUPPORT_DESK",
    issuer: undefined,
    now: CALLED_AT,
    ...expected,
  });
}

async function reasonFor(parts: TokenParts, expected: Partial<TokenExpectation> = {}) {
  const verified = await verify(await signToken(body, parts), expected);
  return verified.ok ? "accepted" : verified.error.reason;
}

describe("a platform token", () => {
  it("is accepted with its claims", async () => {
    const verified = await verify(await signToken(body));
    expect(verified).toMatchObject({
      ok: true,
      value: {
        claims: { aud: "SUPPORT_DESK", tool: "create_support_ticket", jti: "call_789", org: "org_123" },
        secret: { kid: "ins_1.v1", value: PLUGIN_SECRET },
      },
    });
  });

  it("is refused when another secret signed it", async () => {
    expect(await reasonFor({ secret: OTHER_SECRET })).toBe("wrong_signature");
  });

  it("[TOKEN-02] is refused when it is for another plugin", async () => {
    expect(await reasonFor({ claims: { aud: "OTHER_DESK" } })).toBe("wrong_audience");
  });

  it("is refused when it comes from another platform than the expected one", async () => {
    const issuer = "https://kivuko.example.com";
    expect(await reasonFor({}, { issuer })).toBe("accepted");
    expect(await reasonFor({ claims: { iss: "https://elsewhere.example" } }, { issuer })).toBe(
      "wrong_issuer",
    );
  });

  it("[TOKEN-02] is accepted for 60 seconds beyond its end, and no longer", async () => {
    const end = CALLED_AT + 300 * SECOND_MS;
    expect(await reasonFor({}, { now: end + 59 * SECOND_MS })).toBe("accepted");
    expect(await reasonFor({}, { now: end + 60 * SECOND_MS })).toBe("expired");
  });

  it("is accepted from a clock that is 60 seconds ahead, and no further", async () => {
    expect(await reasonFor({}, { now: CALLED_AT - 60 * SECOND_MS })).toBe("accepted");
    expect(await reasonFor({}, { now: CALLED_AT - 61 * SECOND_MS })).toBe("not_yet_valid");
  });

  it("[TOKEN-02] does not live longer than 300 seconds, whatever its end says", async () => {
    const claims = { exp: CALLED_AT / SECOND_MS + 86_400 };
    expect(await reasonFor({ claims }, { now: CALLED_AT + 361 * SECOND_MS })).toBe("expired");
  });

  it.each(["aud", "exp", "iat", "iss", "sub", "org", "instance", "tool", "jti", "body_sha256"])(
    "is refused without the claim %s",
    async (claim) => {
      expect(await reasonFor({ claims: { [claim]: undefined } })).toBe("missing_claim");
    },
  );

  it("is refused when a time is not a number", async () => {
    expect(await reasonFor({ claims: { exp: "tomorrow" } })).toBe("malformed_token");
  });

  it("[TOKEN-03] is refused with the algorithm `none`, and with any other than HS256", async () => {
    const claims = { aud: "SUPPORT_DESK", exp: CALLED_AT / SECOND_MS + 300 };
    for (const alg of ["none", "None", "HS384", "RS256"]) {
      const verified = await verify(assembleToken({ alg, typ: "JWT" }, claims, "c2lnbmF0dXJl"));
      expect(verified, alg).toMatchObject({ ok: false, error: { reason: "wrong_algorithm" } });
    }
    const unsigned = await verify(assembleToken({ alg: "none", typ: "JWT" }, claims));
    expect(unsigned).toMatchObject({ ok: false, error: { code: "invalid_token" } });
  });

  it("[TOKEN-03] is refused when a claim was changed after signing", async () => {
    const [header, claims, signature] = (await signToken(body)).split(".");
    const changed = JSON.parse(atob(claims ?? "")) as object;
    const forged = assembleToken({}, { ...changed, tool: "delete_everything" }).split(".")[1];
    const verified = await verify(`${header}.${forged}.${signature}`);
    expect(verified).toMatchObject({ ok: false, error: { reason: "wrong_signature" } });
  });

  it.each(["", "x", "a.b", "a.b.c", "....", "ey.ey.ey"])("is refused as malformed: %j", async (token) => {
    const verified = await verify(token);
    expect(verified).toMatchObject({ ok: false, error: { code: "invalid_token", status: 401 } });
  });

  it.each([null, "", "Basic a2l2dWtv", "Bearer", "kps_1"])("is missing from %j", async (authorization) => {
    const verified = await verifyToken(authorization, {
      secret: PLUGIN_SECRET,
      audience: "SUPPORT_DESK",
      issuer: undefined,
      now: CALLED_AT,
    });
    expect(verified).toMatchObject({ ok: false, error: { reason: "missing_token" } });
  });

  it("[TOKEN-03] tells the caller the same, whatever is wrong with it", async () => {
    const tokens = [
      await signToken(body, { secret: OTHER_SECRET }),
      await signToken(body, { claims: { aud: "OTHER_DESK" } }),
      await signToken(body, { claims: { exp: 1 } }),
      "a.b.c",
    ];
    const answers = await Promise.all(tokens.map((token) => verify(token)));
    const told = answers.map((answer) => (answer.ok ? "accepted" : answer.error.message));
    expect(new Set(told).size).toBe(1);
  });
});

describe("the secret", () => {
  const rotation = [OTHER_SECRET, PLUGIN_SECRET];

  it("may be one of several while it is rotated", async () => {
    expect(await reasonFor({}, { secret: rotation })).toBe("accepted");
    expect(await reasonFor({ secret: OTHER_SECRET }, { secret: rotation })).toBe("accepted");
    expect(await reasonFor({ secret: "kps_third" }, { secret: rotation })).toBe("wrong_signature");
  });

  it("is tried only on tokens that name it, when it has a kid", async () => {
    const secret = [
      { kid: "ins_1.v1", value: PLUGIN_SECRET },
      { kid: "ins_1.v2", value: OTHER_SECRET },
    ];
    expect(await reasonFor({ kid: "ins_1.v1" }, { secret })).toBe("accepted");
    expect(await reasonFor({ kid: "ins_1.v2", secret: OTHER_SECRET }, { secret })).toBe("accepted");
    expect(await reasonFor({ kid: "ins_1.v2" }, { secret })).toBe("wrong_signature");
    expect(await reasonFor({ kid: "ins_1.v3" }, { secret })).toBe("wrong_signature");
  });

  it("may be looked up by kid and installation", async () => {
    const asked: unknown[] = [];
    const secret: PluginSecretSource = async (kid, installationId) => {
      asked.push([kid, installationId]);
      return PLUGIN_SECRET;
    };
    expect(await reasonFor({ kid: "ins_1.v7" }, { secret })).toBe("accepted");
    expect(asked).toEqual([["ins_1.v7", "ins_1"]]);
  });

  it("hands a look-up nothing but text, whatever the token holds", async () => {
    const asked: unknown[] = [];
    const secret: PluginSecretSource = (...question) => {
      asked.push(question);
      return PLUGIN_SECRET;
    };
    await verify(assembleToken({ alg: "HS256", kid: { $ne: null } }, { sub: ["ins_1"] }, "c2ln"), { secret });
    expect(asked.flat().filter((value) => value !== undefined && typeof value !== "string")).toEqual([]);
  });

  it.each([
    ["undefined", undefined],
    ["empty text", ""],
    ["an empty list", []],
    ["a list of empty text", [""]],
    ["a look-up that finds nothing", () => undefined],
  ])("is not there yet: %s", async (_, secret) => {
    // A token made with the empty secret must not get in through a variable that nobody has set.
    const verified = await verify(await signToken(body), { secret });
    expect(verified).toMatchObject({ ok: false, error: { code: "not_configured", status: 503 } });
  });
});

describe("the body's hash", () => {
  let claims: PlatformTokenClaims;
  const isSigned = (text: string) => isSignedBody(new TextEncoder().encode(text), claims);

  beforeAll(async () => {
    const verified = await verify(await signToken(body));
    if (!verified.ok) {
      throw new Error("The token of this suite is not valid.");
    }
    claims = verified.value.claims;
  });

  it("holds for the same bytes only", async () => {
    expect(await isSigned(body)).toBe(true);
    expect(await isSigned(`${body} `)).toBe(false);
    expect(await isSigned(body.replace("damaged", "perfect"))).toBe(false);
    expect(await isSigned("")).toBe(false);
  });

  it("must be the whole hash", async () => {
    const claimed = async (body_sha256: string) =>
      isSignedBody(new TextEncoder().encode(body), { ...claims, body_sha256 });
    expect(await claimed(claims.body_sha256)).toBe(true);
    expect(await claimed(claims.body_sha256.slice(0, -1))).toBe(false);
    expect(await claimed(`${claims.body_sha256}A`)).toBe(false);
    expect(await claimed(claims.body_sha256.repeat(2))).toBe(false);
    expect(await claimed("")).toBe(false);
  });
});

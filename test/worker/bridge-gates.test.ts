/** Every bridge call through every gate. A call that is declared and has no example here fails. */
import { beforeAll, describe, expect, it } from "vitest";
import { BRIDGE_CALLS } from "../../src/bridge/bridge-calls.ts";
import type { BridgePermission } from "../../src/contract/permissions.ts";
import {
  BRIDGE_EXAMPLES,
  type BridgeOptions,
  type BridgeRequest,
  callBridge,
  createBridgeDesk,
  type Example,
} from "./support/bridge.ts";
import { call } from "./support/call.ts";
import { createDesk, type Desk } from "./support/desk.ts";

it("[BRIDGE-01] there is an example of every bridge call, and of no other", () => {
  expect(Object.keys(BRIDGE_EXAMPLES).sort()).toEqual(
    BRIDGE_CALLS.map(({ operationId }) => operationId).sort(),
  );
});

const ALL = [...new Set(Object.values(BRIDGE_EXAMPLES).map(({ permission }) => permission))];
const now = () => Math.floor(Date.now() / 1_000);

let desk: Desk;
beforeAll(async () => {
  desk = await createBridgeDesk(ALL);
});

/** A plugin that declares and holds everything but what the call takes, and perhaps another permission in its place. */
function without(
  { permission, orElse = [] }: Pick<Example, "permission" | "orElse">,
  { isDeclared = true, other }: { isDeclared?: boolean; other?: BridgePermission | undefined } = {},
): Promise<Desk> {
  const enough = new Set([permission, ...orElse]);
  const rest = [...ALL.filter((key) => !enough.has(key)), ...(other ? [other] : [])];
  return createBridgeDesk(isDeclared ? [...rest, permission] : rest, rest);
}

describe.each(BRIDGE_CALLS.map(({ operationId, method }) => ({ operationId, method })))(
  "$operationId",
  ({ operationId, method }) => {
    const example = BRIDGE_EXAMPLES[operationId];
    if (example === undefined) {
      throw new Error(`test/worker/support/bridge.ts has no example of ${operationId}.`);
    }
    const { permission, otherScope, changed } = example;
    const send = async (by: Desk, options?: BridgeOptions, request?: BridgeRequest) =>
      callBridge(by, request ?? (await example.request(by)), options);

    it("answers a call that passes", async () => {
      const answer = await send(desk);
      expect([answer.status, answer.body.code]).toEqual([
        expect.toSatisfy((status) => status < 300),
        undefined,
      ]);
      expect(answer.headers.get("x-request-id")).toMatch(/^req_/);
    });

    it.each<[string, () => BridgeOptions, string]>([
      ["no token", () => ({ token: null }), "bridge_token_missing"],
      ["a token that is none", () => ({ token: "kvt_x" }), "bridge_token_malformed"],
      ["a stranger's signature", () => ({ secret: `kps_${"x".repeat(43)}` }), "bridge_token_invalid"],
      ["another algorithm's name", () => ({ header: { alg: "HS384" } }), "bridge_token_malformed"],
      ["an expired token", () => ({ claims: { iat: now() - 200, exp: now() - 61 } }), "bridge_token_expired"],
      [
        "a token of the future",
        () => ({ claims: { iat: now() + 70, exp: now() + 100 } }),
        "bridge_token_not_yet_valid",
      ],
      ["a token that lives too long", () => ({ claims: { exp: now() + 302 } }), "bridge_token_malformed"],
      ["a token without an end", () => ({ claims: { exp: undefined } }), "bridge_token_malformed"],
      [
        "a token for somebody else",
        () => ({ claims: { aud: "https://elsewhere.test" } }),
        "bridge_token_wrong_audience",
      ],
      ["a token for several", () => ({ claims: { aud: ["https://kivuko.test"] } }), "bridge_token_malformed"],
      ["a secret that does not exist", () => ({ kid: `${desk.installation.id}.v7` }), "bridge_token_invalid"],
      [
        "an issuer that is not the secret's",
        () => ({ claims: { iss: "ins_other" } }),
        "bridge_token_malformed",
      ],
      ["a hash of another body", () => ({ claims: { body_sha256: "AAAA" } }), "bridge_body_mismatch"],
    ])("[BRIDGE-02] refuses %s", async (_, options, code) => {
      const answer = await send(desk, options());
      expect([answer.status, answer.body.code]).toEqual([401, code]);
      expect(answer.headers.get("www-authenticate")).toContain("Bearer");
    });

    it("[BRIDGE-02] takes clocks that are up to a minute apart", async () => {
      expect((await send(desk, { claims: { iat: now() + 55, exp: now() + 100 } })).status).toBeLessThan(300);
      expect((await send(desk, { claims: { iat: now() - 200, exp: now() - 50 } })).status).toBeLessThan(300);
    });

    if (changed) {
      it("[BRIDGE-02] refuses a body that was altered on the way", async () => {
        const request = await example.request(desk);
        const answer = await send(desk, { sentBody: changed(request) }, request);
        expect([answer.status, answer.body.code]).toEqual([401, "bridge_body_mismatch"]);
      });
    }

    it("[BRIDGE-03] refuses another organisation's number like one that does not exist", async () => {
      const stranger = await createDesk();
      const answers = [
        await send(desk, { instanceId: stranger.supportId }),
        await send(desk, { instanceId: "inst_nobody" }),
        await send(desk, { instanceId: desk.salesId }),
      ];
      for (const { status, body } of answers) {
        expect([status, body.gate, body.code]).toEqual([403, "instance_grant", "not_granted"]);
      }
    });

    it("[BRIDGE-03] refuses another installation's name under its own signature", async () => {
      const stranger = await createDesk();
      const { kid } = stranger.installation.secret;
      const answer = await send(desk, { kid, instanceId: stranger.supportId });
      expect([answer.status, answer.body.code]).toEqual([401, "bridge_token_invalid"]);
    });

    it("[BRIDGE-04] refuses what the manifest does not declare, and names it", async () => {
      const { status, body } = await send(await without(example, { isDeclared: false, other: otherScope }));
      expect([status, body.gate, body.code, body.permission]).toEqual([
        403,
        "permission",
        "permission_not_declared",
        permission,
      ]);
      expect(body.hint).toContain("manifest");
    });

    it("[BRIDGE-04] refuses what is declared and not granted, and says how to grant it", async () => {
      const { status, body } = await send(await without(example, { other: otherScope }));
      expect([status, body.gate, body.code, body.permission]).toEqual([
        403,
        "permission",
        "permission_not_granted",
        permission,
      ]);
      expect(body.hint).toContain(`--permission ${permission}`);
    });

    it("[BRIDGE-05] answers a dry run with every gate, and keeps no key", async () => {
      const request = await example.request(desk);
      const rehearsal = { ...request, path: `${request.path}?dryRun=true` };
      const key = crypto.randomUUID();
      const allowed = await send(desk, { key }, rehearsal);
      expect(allowed).toMatchObject({ status: 200, body: { dryRun: true, allowed: true } });
      expect(allowed.body.trace?.map(({ gate }) => gate)).toEqual(
        expect.arrayContaining(["installation", "instance_grant", "permission", "policy"]),
      );
      const first = await send(desk, { key }, request);
      expect([first.status < 300, first.headers.get("idempotent-replayed")]).toEqual([true, null]);
      const refused = await send(await without(example), { key: null }, rehearsal);
      expect(refused).toMatchObject({
        status: 200,
        body: {
          dryRun: true,
          allowed: false,
          gate: "permission",
          code: "permission_not_granted",
          permission,
        },
      });
    });

    if (method !== "GET") {
      it("[BRIDGE-06] needs a key, of printable characters", async () => {
        expect(await send(desk, { key: null })).toMatchObject({
          status: 400,
          body: { code: "idempotency_key_missing" },
        });
        for (const key of ["x".repeat(256), '"open', "na\u00efve"]) {
          expect(await send(desk, { key })).toMatchObject({
            status: 400,
            body: { code: "idempotency_key_malformed" },
          });
        }
      });

      it("[BRIDGE-06] repeats the answer byte for byte", async () => {
        const request = await example.request(desk);
        const key = crypto.randomUUID();
        const first = await send(desk, { key }, request);
        const second = await send(desk, { key }, request);
        const quoted = await send(desk, { key: `"${key}"` }, request);
        expect(first.headers.get("idempotent-replayed")).toBeNull();
        for (const again of [second, quoted]) {
          expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([first.status, "true"]);
          expect(JSON.stringify(again.body)).toBe(JSON.stringify(first.body));
        }
      });

      if (changed) {
        it("[BRIDGE-06] refuses a key that was given to something else", async () => {
          const request = await example.request(desk);
          const key = crypto.randomUUID();
          await send(desk, { key }, request);
          const answer = await send(desk, { key }, { ...request, body: changed(request) });
          expect([answer.status, answer.body.code]).toEqual([422, "idempotency_key_reused"]);
        });
      }
    }

    it("[BRIDGE-07] takes the old secret until its overlap ends, and not after it is revoked", async () => {
      const ours = await createBridgeDesk(ALL);
      const secrets = `/v1/installations/${ours.installation.id}/secrets`;
      const rotated = await ours.control<{ kid: string; value: string }>("POST", secrets, {
        overlapSeconds: 60,
      });
      const renewed = { kid: rotated.body.kid, secret: rotated.body.value };
      expect((await send(ours)).status).toBeLessThan(300);
      expect((await send(ours, renewed)).status).toBeLessThan(300);
      await ours.control("DELETE", `${secrets}/1`);
      expect((await send(ours)).body.code).toBe("bridge_token_invalid");
      expect((await send(ours, renewed)).status).toBeLessThan(300);
    });

    it("[BRIDGE-08] is refused at once when the grant is revoked or the plugin switched off", async () => {
      const ours = await createBridgeDesk(ALL);
      const request = await example.request(ours);
      await ours.control("POST", `/v1/installations/${ours.installation.id}/disable`);
      expect((await send(ours, {}, request)).body).toMatchObject({
        gate: "installation",
        code: "installation_disabled",
      });
      await ours.control("POST", `/v1/installations/${ours.installation.id}/enable`);
      await ours.control("DELETE", `/v1/instances/${ours.supportId}/grants/${ours.installation.id}`);
      expect((await send(ours, {}, request)).body).toMatchObject({
        gate: "instance_grant",
        code: "not_granted",
      });
    });
  },
);

it("does not serve what is not declared", async () => {
  expect(await call("POST", "/bridge/v1/moonshots")).toMatchObject({
    status: 404,
    body: { code: "route_not_found" },
  });
});

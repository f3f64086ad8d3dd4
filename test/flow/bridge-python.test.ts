/**
 * Plugins in Python call a running platform's bridges, one with the code that docs/bridge.md gives, one with a stock JWT
 * library and what the page's table says. The latter runs where PyJWT is installed; `.ci/run` installs it.
 */
import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readPhone } from "../../src/local/demo/phone.ts";
import { readUntil } from "../../src/local/demo/poll.ts";
import { type Stage, setStage } from "./support/stage.ts";
import { installTill, startTill, type Till } from "./support/till-plugin.ts";

const page = readFileSync(new URL("../../docs/bridge.md", import.meta.url), "utf8");
const PAGE_PYTHON = page.split("\n```python\n")[1]?.split("\n```\n")[0] ?? "";

/** The same by the page's table alone. */
const PYJWT_PYTHON = `
import base64, hashlib, json, time, urllib.error, urllib.request
import jwt

def call_bridge(secret, installation_id, instance_id, platform, path, payload, key):
    body = json.dumps(payload, ensure_ascii=False).encode("utf-8")
    digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode().rstrip("=")
    now = int(time.time())
    claims = {"iss": installation_id, "aud": platform, "iat": now, "exp": now + 300,
              "instance": instance_id, "body_sha256": digest}
    token = jwt.encode(claims, secret, algorithm="HS256")
    request = urllib.request.Request(platform + "/bridge/v1" + path, data=body, method="POST", headers={
        "Authorization": "Bearer " + token, "Content-Type": "application/json", "Idempotency-Key": key})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)
`;
/** Reads calls from its argument and prints each answer, one per line. */
const RUNNER = `
import sys
for call in json.loads(sys.argv[1]):
    print(json.dumps(call_bridge(**call)))
`;

/** Pythons that are here, each with the program that it can run. */
const PROGRAMS = [
  { name: "the page's own code", command: "python3", program: PAGE_PYTHON },
  { name: "PyJWT", command: "/usr/bin/python3", program: PYJWT_PYTHON },
].filter(
  ({ command, name }) =>
    spawnSync(command, ["-c", name === "PyJWT" ? "import jwt" : ""], { stdio: "ignore" }).status === 0,
);

const WORDS = "Mtungi wako uko njiani 🚚, Beth House, Kasarani, House 16.";
const TERMS = {
  amount: 115_000,
  currency: "KES",
  orderReference: "GAS-1",
  description: "Gas refill, 6 kg",
  orderDetails: { deliveryAddress: "Beth House, Kasarani, House 16" },
};

let stage: Stage;
let till: Till;
let number: Awaited<ReturnType<typeof installTill>>;

beforeAll(async () => {
  till = await startTill([
    "plugin:messages:send:external_recipient",
    "plugin:payments:initiate:external_recipient",
  ]);
  stage = await setStage();
  number = await installTill(stage.api, till);
});
afterAll(async () => {
  await stage.clear();
  await till.close();
});

type Answer = readonly [
  status: number,
  body: { readonly id?: string; readonly code?: string; readonly permission?: string },
];

test.for(PROGRAMS)("[BRIDGE-22] $name is understood", async ({ command, program, name }) => {
  const phone = `+2547220001${PROGRAMS.findIndex((known) => known.name === name)}0`;
  const recipient = { type: "external_recipient", phone };
  const { installationId: installation_id, instanceId: instance_id, secret } = number;
  const call = (path: string, payload: object, key: string) => {
    const platform = stage.platform.url;
    return { secret, installation_id, instance_id, platform, path, payload, key: `${name}:${key}` };
  };
  const message = call("/messages", { recipient, text: WORDS }, "message");
  const calls = [
    call("/messages?dryRun=true", { recipient, text: WORDS }, "rehearsal"),
    message,
    message,
    { ...message, payload: { recipient, text: "Something else." } },
    call("/payments", { recipient, ...TERMS }, "payment"),
    call("/payments", { recipient: { type: "known_contact", userId: "x" }, ...TERMS }, "other payment"),
    { ...message, secret: "kps_of_somebody_else_just_as_long_as_ours_000", key: "forged" },
  ];
  const { stdout } = await promisify(execFile)(command, ["-c", program + RUNNER, JSON.stringify(calls)]);
  const answers = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Answer);

  expect(answers).toEqual([
    [200, expect.objectContaining({ dryRun: true, allowed: true })],
    [201, expect.objectContaining({ state: "sent" })],
    answers[1],
    [422, expect.objectContaining({ code: "idempotency_key_reused" })],
    [201, expect.objectContaining({ amount: 115_000, orderDetails: TERMS.orderDetails })],
    [403, expect.objectContaining({ permission: "plugin:payments:initiate:known_contact" })],
    [401, expect.objectContaining({ status: 401 })],
  ]);
  const got = await readUntil(
    () => readPhone(stage.api, number.instanceId, phone),
    (messages) => messages.length > 1,
    20_000,
  );
  expect(got).toHaveLength(2);
  expect(got[0]?.text).toBe(WORDS);
  expect(got[1]?.document?.fileName).toMatch(/\.pdf$/);
});

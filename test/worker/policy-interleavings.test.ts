/** Whatever happens in whatever order: no message that breaks the policy reaches the provider. */
import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import type { SendPolicy } from "../../src/contract/policy.ts";
import { createDesk, type Desk } from "./support/desk.ts";
import { createPolicyNumber, DAY_MS, HOUR_MS, PolicyCustomer, REMINDER } from "./support/policy.ts";

const RUNS = 25;
const CAP = 3;
const PLUGIN_CAP = 2;
const EAST_AFRICA_MS = 3 * HOUR_MS;

let desk: Desk;
let numberId: string;

beforeAll(async () => {
  desk = await createDesk();
  numberId = await createPolicyNumber(desk, {
    quietHours: { from: "21:00", to: "07:00", allowUrgent: true },
    dailyCapPerCustomer: CAP,
    dailyCapPerPlugin: PLUGIN_CAP,
  });
});

type Step =
  | {
      do: "send";
      topic: number;
      isUrgent: boolean;
      isPlugins: boolean;
      whenClosed: "hold" | "block";
      kind: "proactive" | "transactional";
      hasTemplate: boolean;
    }
  | { do: "write"; text: string }
  | { do: "pass"; minutes: number }
  | { do: "withdraw"; which: number }
  | { do: "grant"; isGranted: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("send" as const),
      topic: fc.nat(3),
      isUrgent: fc.boolean(),
      isPlugins: fc.boolean(),
      whenClosed: fc.constantFrom("hold" as const, "block" as const),
      kind: fc.constantFrom("proactive" as const, "proactive" as const, "transactional" as const),
      hasTemplate: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("write" as const),
      text: fc.constantFrom("Hello", "STOP", "stop.", "START"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("pass" as const),
      minutes: fc.constantFrom(1, 20, 61, 240, 600, 1_441),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("withdraw" as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("grant" as const), isGranted: fc.boolean() }) },
);

type Sent = { seq: number; text: string; isTemplate: boolean; at: number };

/** What the policy is about, kept by hand beside the platform, and everything that left held against it. */
class Model {
  readonly customer = new PolicyCustomer(desk, numberId);
  readonly sent: Sent[] = [];
  lastInboundAt = 0;
  isStopped = false;
  isGranted = true;
  #sends = 0;

  async take(next: Step): Promise<void> {
    const { customer } = this;
    switch (next.do) {
      case "send":
        await this.#send(next);
        break;
      case "write": {
        await customer.write(next.text);
        this.lastInboundAt = customer.now;
        const word = next.text.replace(".", "").toLowerCase();
        this.isStopped = word === "stop" || (this.isStopped && word !== "start");
        break;
      }
      case "pass":
        await customer.pass(next.minutes * 60_000);
        break;
      case "withdraw": {
        const stub = await customer.stub();
        await stub.withdraw({ dedupeKey: `${customer.phone}:${next.which}` });
        break;
      }
      case "grant":
        await this.grant(next.isGranted);
        break;
    }
    await this.check();
  }

  async grant(isGranted: boolean): Promise<void> {
    this.isGranted = isGranted;
    const path = `/v1/instances/${numberId}/grants/${desk.installation.id}`;
    await (isGranted ? desk.control("PUT", path, {}) : desk.control("DELETE", path));
  }

  async #send(next: Extract<Step, { do: "send" }>): Promise<void> {
    const { topic, isUrgent, isPlugins, whenClosed, kind, hasTemplate } = next;
    this.#sends += 1;
    const policy: SendPolicy = {
      kind,
      isUrgent,
      whenClosed,
      template: hasTemplate ? { ...REMINDER, variables: { "1": `${topic}`, "2": "x" } } : null,
      installationId: isPlugins ? desk.installation.id : null,
    };
    const text = `${kind} ${isUrgent ? "urgent" : "calm"} ${isPlugins ? "plugin" : "own"} ${topic}`;
    await this.customer.send(text, policy, `${this.customer.phone}:${this.#sends}`);
  }

  /** Holds what has left since the last look against the rules. The provider's own log says that there is no more. */
  async check(): Promise<void> {
    const { now } = this.customer;
    const lines = await (await this.customer.stub()).readOutbound({ limit: 1_000, after: 0 });
    const left = lines.filter(({ state }) => state === "sent");
    expect(await this.customer.got()).toHaveLength(left.length);
    const fresh = left
      .filter(({ seq }) => !this.sent.some((known) => known.seq === seq))
      .map(({ seq, text, message }) => ({ seq, text, isTemplate: message.type === "template", at: now }));
    this.sent.push(...fresh);
    for (const message of fresh) {
      this.#judge(message, now);
    }
    const lately = this.sent.filter(({ text, at }) => text.startsWith("proactive") && at > now - DAY_MS);
    expect(lately.length).toBeLessThanOrEqual(CAP);
    expect(lately.filter(({ text }) => text.includes("plugin")).length).toBeLessThanOrEqual(PLUGIN_CAP);
  }

  #judge({ seq, text, isTemplate }: Sent, now: number): void {
    const isOpen = now - this.lastInboundAt <= DAY_MS;
    expect(isOpen || isTemplate, `${text} went out as free text`).toBe(true);
    if (text.startsWith("transactional")) {
      expect(this.isStopped && !isOpen, `${text} went out after STOP`).toBe(false);
    }
    if (text.startsWith("proactive")) {
      const hour = new Date(now + EAST_AFRICA_MS).getUTCHours();
      expect(this.isStopped, `${text} went out after STOP`).toBe(false);
      expect((hour >= 21 || hour < 7) && !text.includes("urgent"), `${text} went out at ${hour}`).toBe(false);
      expect(text.includes("plugin") && !this.isGranted, `${text} went out without a grant`).toBe(false);
      const same = this.sent.filter((other) => other.text === text && other.at > now - HOUR_MS);
      expect(same.map((other) => other.seq)).toEqual([seq]);
    }
  }
}

it("[POLICY-14] whatever happens in whatever order, nothing reaches the provider that the policy forbids", async () => {
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const model = new Model();
      await model.take({ do: "write", text: "Hello" });
      for (const next of steps) {
        await model.take(next);
      }
      // In the end everything has ended, with a reason.
      await model.take({ do: "pass", minutes: 8 * 24 * 60 });
      const lines = await (await model.customer.stub()).readOutbound({ limit: 1_000, after: 0 });
      for (const { state, policy } of lines) {
        expect(state).toBeOneOf(["sent", "blocked"]);
        expect(policy?.reason === "allowed").toBe(state === "sent");
      }
      sent += model.sent.filter(({ text }) => text.startsWith("proactive")).length;
      await model.grant(true);
    }),
    { numRuns: RUNS, seed: 20_300_603 },
  );
  expect(sent).toBeGreaterThan(RUNS);
}, 60_000);

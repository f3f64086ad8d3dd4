/** Customers whose clock stands where the test puts it, for the delivery policy. */
import { runInDurableObject } from "cloudflare:test";
import type { SendAnswer, SendInput } from "../../../src/contract/chat.ts";
import type { DeliverySettings, SendPolicy } from "../../../src/contract/policy.ts";
import type { ChatObject } from "../../../src/worker.ts";
import { testBase } from "./base.ts";
import { type ChatStub, chatStub, createProviderInstance, newPhone, ring, saying, sentTo } from "./chats.ts";
import type { Desk } from "./desk.ts";

/** 12:00 in Nairobi on a day to come, so that no alarm rings by itself. */
export const NOON = Date.UTC(2030, 5, 3, 9);
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const REMINDER = { name: "order_ready", language: "en" };

/** A number whose provider's stand-in keeps a log, with these settings and one approved template. */
export async function createPolicyNumber(
  desk: Desk,
  delivery: Partial<DeliverySettings> = {},
): Promise<string> {
  const id = await createProviderInstance(desk, "whatsapp-cloud");
  const changed = await desk.control("PATCH", `/v1/instances/${id}`, { delivery, templates: [REMINDER] });
  if (changed.status !== 200) {
    throw new Error(`The settings were refused: ${JSON.stringify(changed.body)}`);
  }
  return id;
}

export class PolicyCustomer {
  readonly phone = newPhone();
  readonly desk: Desk;
  readonly instanceId: string;
  now = NOON;
  #stub: ChatStub | undefined;
  #messages = 0;

  constructor(desk: Desk, instanceId: string) {
    this.desk = desk;
    this.instanceId = instanceId;
  }

  /** The conversation, on this customer's clock and with a model that says `Hi`. */
  async stub(): Promise<ChatStub> {
    if (this.#stub === undefined) {
      this.#stub = await chatStub(this.instanceId, this.phone);
      const clock = { now: () => this.now };
      await runInDurableObject(this.#stub, (chat: ChatObject) => {
        chat.think = saying("Hi");
        Object.defineProperty(chat, "createBase", { value: () => testBase({ clock }) });
      });
    }
    return this.#stub;
  }

  get address() {
    return { organizationId: this.desk.organization.id, instanceId: this.instanceId, phone: this.phone };
  }

  /** The customer writes, once for each id. */
  async write(text: string, providerId = `${this.phone}:${++this.#messages}`): Promise<void> {
    const parts = [{ type: "text" as const, text }];
    await (await this.stub()).receive({
      address: this.address,
      messages: [{ providerId, sentAt: this.now, parts }],
    });
  }

  /** Somebody sends; what became of it, in a word and its reason. */
  async send(text: string, policy: SendPolicy, dedupeKey: string | null = null): Promise<string> {
    const input: SendInput = {
      address: this.address,
      message: { type: "text", text },
      by: { kind: "plugin", id: this.desk.installation.id },
      dedupeKey,
      policy,
    };
    const { line } = (await (await this.stub()).send(input)) as SendAnswer;
    return `${line.state} ${line.policy?.reason}`;
  }

  /** The clock goes on, and the alarm rings. */
  async pass(ms: number): Promise<void> {
    this.now += ms;
    await this.ring();
  }

  async ring(): Promise<void> {
    await ring(await this.stub());
  }

  /** What became of everything, in order. */
  async states(): Promise<string[]> {
    const lines = await (await this.stub()).readOutbound({ limit: 1_000, after: 0 });
    return lines.map(({ state, text, policy }) => `${text}: ${state} ${policy?.reason}`);
  }

  /** What the provider got. */
  got(): Promise<string[]> {
    return sentTo("whatsapp-cloud", this.phone);
  }
}

/** What happened in which order: what people and plugins were told, and what left for the provider at which moment. */
import { expect, inject } from "vitest";
import type { Entry, Span } from "../../support/delivery-oracle.ts";
import type { SentText } from "../../support/stand-in.ts";

export class DeliveryLog {
  readonly entries: Entry[] = [];
  #order = 0;

  /** The next place in the order. */
  next(): number {
    this.#order += 1;
    return this.#order;
  }

  /** Does it, and says between which moments. */
  async span<Result>(act: () => Promise<Result>): Promise<readonly [Result, Span]> {
    const begun = this.next();
    const result = await act();
    return [result, { begun, ended: this.next() }];
  }

  /** Notes each message that the provider takes, as of the moment at which it leaves. Returns what ends that. */
  watch(): () => void {
    const real = globalThis.fetch;
    const watched: typeof fetch = async (target, init) => {
      const isMessage =
        typeof target === "string" &&
        target.startsWith(inject("whatsAppCloudUrl")) &&
        init?.method === "POST";
      const entry = isMessage ? this.#readMessage(String(init.body)) : null;
      const response = await real(target, init);
      if (entry !== null && response.ok) {
        this.entries.push(entry);
      }
      return response;
    };
    globalThis.fetch = watched;
    return () => {
      globalThis.fetch = real;
    };
  }

  #readMessage(body: string): Entry {
    const message = JSON.parse(body) as {
      to: string;
      text?: { body: string };
      template?: { components: { parameters: { text: string }[] }[] };
    };
    return {
      what: "got",
      order: this.next(),
      customer: `+${message.to.replace("+", "")}`,
      text: message.text?.body ?? message.template?.components[0]?.parameters[0]?.text ?? "",
      isTemplate: message.template !== undefined,
      at: Date.now(),
    };
  }

  /** What was noted as leaving is what the provider's stand-in says it took. */
  async expectTaken(phones: readonly string[]): Promise<void> {
    const taken = (await (await fetch(`${inject("whatsAppCloudUrl")}/-/messages`)).json()) as SentText[];
    for (const phone of phones) {
      const noted = this.entries.filter((entry) => entry.what === "got" && entry.customer === phone);
      expect(taken.filter(({ to }) => to === phone)).toHaveLength(noted.length);
    }
  }
}

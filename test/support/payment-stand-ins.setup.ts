/** Starts the payment providers' stand-ins for tests inside workerd, which cannot listen. */
import type { TestProject } from "vitest/node";
import { startDarajaStandIn } from "./daraja-stand-in.ts";
import { startPaystackStandIn } from "./paystack-stand-in.ts";

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [daraja, paystack] = await Promise.all([startDarajaStandIn(), startPaystackStandIn()]);
  project.provide("darajaUrl", daraja.url);
  project.provide("paystackUrl", paystack.url);
  return async () => {
    await Promise.all([daraja.close(), paystack.close()]);
  };
}

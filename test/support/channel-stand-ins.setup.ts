/** Starts the WhatsApp providers' stand-ins for tests inside workerd, which cannot listen. */
import type { TestProject } from "vitest/node";
import { startTwilioStandIn } from "./twilio-stand-in.ts";
import { startWhatsAppCloudStandIn } from "./whatsapp-cloud-stand-in.ts";

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [twilio, cloud] = await Promise.all([startTwilioStandIn(), startWhatsAppCloudStandIn()]);
  project.provide("twilioUrl", twilio.url);
  project.provide("whatsAppCloudUrl", cloud.url);
  return async () => {
    await Promise.all([twilio.close(), cloud.close()]);
  };
}

import type { ChannelName } from "../contract/channel.ts";
import type { Channel } from "./channel.ts";
import { simulator } from "./simulator/index.ts";
import { twilio } from "./twilio/index.ts";
import { whatsAppCloud } from "./whatsapp-cloud/index.ts";

/** Every channel by the name that an instance has it under. */
export const channels: Readonly<Record<ChannelName, Channel>> = {
  simulator,
  twilio,
  "whatsapp-cloud": whatsAppCloud,
};

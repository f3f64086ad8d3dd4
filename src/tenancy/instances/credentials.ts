import type { z } from "zod";
import type { Ctx } from "../../access/context.ts";
import {
  type ChannelCredentials,
  type ChannelName,
  SECRET_CREDENTIALS,
  TwilioCredentials,
  WhatsAppCloudCredentials,
} from "../../contract/channel.ts";
import { AppError } from "../../kernel/errors.ts";
import type { InstanceRow } from "./find-instance.ts";

const MASK = "••••";

/** A value is bound to its instance: it cannot be moved to another one's row. */
export const credentialsPurpose = (instanceId: string) => `instance.channel_config:${instanceId}`;

const SCHEMAS: Readonly<Record<Exclude<ChannelName, "simulator">, z.ZodType<ChannelCredentials>>> = {
  twilio: TwilioCredentials,
  "whatsapp-cloud": WhatsAppCloudCredentials,
};

/** Credentials field by field; an absent one is not there at all. */
type Fields = Readonly<Record<string, string>>;

/** Fields that say where the secrets are sent. */
const ADDRESSES = ["apiBaseUrl", "graphBaseUrl"] as const;

/** The credentials as they are stored. */
export function sealCredentials(
  { keyRing }: Pick<Ctx, "keyRing">,
  instanceId: string,
  credentials: ChannelCredentials,
): Promise<string> {
  return keyRing.seal(JSON.stringify(credentials), credentialsPurpose(instanceId));
}

/** What the instance's provider needs, or null for a simulator. */
export async function openCredentials(
  { keyRing }: Pick<Ctx, "keyRing">,
  row: Pick<InstanceRow, "id" | "channelConfigSealed">,
): Promise<ChannelCredentials | null> {
  return row.channelConfigSealed === null
    ? null
    : (JSON.parse(
        await keyRing.open(row.channelConfigSealed, credentialsPurpose(row.id)),
      ) as ChannelCredentials);
}

/** For showing to people: every secret replaced by a mask. */
export function maskCredentials(credentials: ChannelCredentials): Record<string, string> {
  const shown = Object.entries(credentials as Fields).map(([name, value]) => [
    name,
    SECRET_CREDENTIALS.has(name) ? MASK : value,
  ]);
  return Object.fromEntries(shown);
}

/**
 * The stored credentials with the named fields changed. A mask leaves what is stored, null takes an optional field
 * away. Throws `credentials_invalid` with every problem, `secrets_needed` when an address changes and secrets do not,
 * and `credentials_not_used` for a simulator.
 */
export function changeCredentials(
  channel: ChannelName,
  stored: ChannelCredentials | null,
  changes: Readonly<Record<string, string | null>>,
): ChannelCredentials {
  if (channel === "simulator") {
    throw new AppError("invalid", "credentials_not_used", "A simulator has no credentials.", {
      issues: [{ pointer: "/credentials", code: "credentials_not_used", message: "Leave this out." }],
    });
  }
  const merged: Record<string, string> = { ...(stored as Fields | null) };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) {
      delete merged[name];
    } else if (value !== MASK) {
      merged[name] = value;
    }
  }
  const newAddress = ADDRESSES.find((name) => merged[name] !== (stored as Fields | null)?.[name]);
  const kept = [...SECRET_CREDENTIALS].filter((name) => name in merged && (changes[name] ?? MASK) === MASK);
  if (newAddress !== undefined && kept.length > 0) {
    // Otherwise whoever may change the address could have the stored secrets sent to it.
    throw new AppError("invalid", "secrets_needed", "With a new address, give the secrets once more.", {
      issues: kept.map((name) => ({
        pointer: `/credentials/${name}`,
        code: "secrets_needed",
        message: `A stored secret is not sent to a changed ${newAddress}.`,
      })),
    });
  }
  const checked = SCHEMAS[channel].safeParse(merged);
  if (!checked.success) {
    throw new AppError("invalid", "credentials_invalid", "The credentials do not fit the channel.", {
      issues: checked.error.issues.map(({ path, code, message }) => ({
        pointer: ["", "credentials", ...path.map(String)].join("/"),
        code,
        message,
      })),
    });
  }
  return checked.data;
}

import type { Api } from "../../../src/local/api.ts";

export type PhoneMessage = {
  readonly text: string;
  readonly document?: { readonly fileName: string; readonly url: string | null };
};

/** Everything that a phone got from a number of the simulator, oldest first. */
export async function readPhone(
  api: Api,
  instanceId: string,
  phone: string,
): Promise<readonly PhoneMessage[]> {
  const path = `/v1/instances/${instanceId}/simulator/messages?phone=${encodeURIComponent(phone)}`;
  return (await api.get<{ data: readonly PhoneMessage[] }>(path)).data;
}

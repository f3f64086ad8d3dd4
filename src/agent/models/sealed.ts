/** A provider key's text is bound to its row: it cannot be moved to another one's. */
export function providerKeyPurpose(id: string): string {
  return `provider_key.key:${id}`;
}

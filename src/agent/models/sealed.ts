import { providerKey } from "../../db/schema/index.ts";
import type { SealedColumn } from "../../tenancy/sealing/index.ts";

/** A provider key's text is bound to its row: it cannot be moved to another one's. */
export function providerKeyPurpose(id: string): string {
  return `provider_key.key:${id}`;
}

export const SEALED_MODEL_COLUMNS: readonly SealedColumn[] = [
  { column: providerKey.keySealed, purpose: providerKeyPurpose },
];

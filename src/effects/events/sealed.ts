import { eventEndpoint } from "../../db/schema/index.ts";
import type { SealedColumn } from "../../tenancy/sealing/index.ts";

/** What an endpoint's secret is sealed for; bound to its row, so that it cannot be moved to another. */
export const endpointSecretPurpose = (endpointId: string) => `event_endpoint.secret:${endpointId}`;

export const SEALED_EVENT_COLUMNS: readonly SealedColumn[] = [
  { column: eventEndpoint.secretSealed, purpose: endpointSecretPurpose },
  { column: eventEndpoint.oldSecretSealed, purpose: endpointSecretPurpose },
];

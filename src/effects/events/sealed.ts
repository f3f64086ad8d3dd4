/** What an endpoint's secret is sealed for; bound to its row, so that it cannot be moved to another. */
export const endpointSecretPurpose = (endpointId: string) => `event_endpoint.secret:${endpointId}`;

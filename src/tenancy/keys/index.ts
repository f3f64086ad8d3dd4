export { credentialPrefix, hashCredential, rememberHash } from "./credential.ts";
export { findApiToken } from "./find-api-token.ts";
export {
  findGatewayKey,
  type KnownGatewayKey,
  keepGatewayKey,
  recallGatewayKey,
  selectGatewayKey,
} from "./find-gateway-key.ts";

export { authenticate, bearerText, toGatewayActor } from "./authenticate.ts";

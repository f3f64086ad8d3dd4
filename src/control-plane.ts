/** Everything but the tool call: accounts, plugins, grants, records, the OpenAPI document and its page. */
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import { withActor } from "./access/context.ts";
import { chatPluginRoutes } from "./agent/chats/chat-plugins.routes.ts";
import { chatSettingsRoutes } from "./agent/chats/chat-settings.routes.ts";
import { deliveryRoutes } from "./agent/chats/deliveries.routes.ts";
import { mediaRoutes } from "./agent/chats/media.routes.ts";
import { noteRoutes } from "./agent/chats/notes.routes.ts";
import { chatRoutes } from "./agent/chats/routes.ts";
import { describeGateway } from "./agent/gateway/reference.routes.ts";
import { modelRoutes } from "./agent/models/routes.ts";
import { usageRoutes } from "./agent/usage/routes.ts";
import { bridgeRoutes, describeBridge } from "./bridge/routes.ts";
import { simulatorRoutes, webhookRoutes } from "./channels/routes.ts";
import { createBase } from "./context.ts";
import { calendarRoutes } from "./effects/calendar/routes.ts";
import { commerceRoutes } from "./effects/commerce/routes.ts";
import { escalationRoutes } from "./effects/escalations/routes.ts";
import { eventRoutes } from "./effects/events/routes.ts";
import { obligationRoutes } from "./effects/obligations/routes.ts";
import { paymentCallbackRoutes } from "./effects/payments/callbacks.routes.ts";
import { paymentRoutes } from "./effects/payments/routes.ts";
import { receiptRoutes, sharedReceiptRoutes } from "./effects/receipts/routes.ts";
import { scheduleRoutes } from "./effects/schedule/routes.ts";
import { describeApi } from "./http/openapi-document.ts";
import { toProblem } from "./http/problem.ts";
import { createRouter } from "./http/router.ts";
import { AppError } from "./kernel/errors.ts";
import { newId } from "./kernel/ids.ts";
import { createLog } from "./kernel/log.ts";
import { approvalRoutes } from "./plugins/approvals/routes.ts";
import { forgetCatalogs } from "./plugins/catalog/index.ts";
import { catalogRoutes } from "./plugins/catalog/routes.ts";
import { describeToolCall } from "./plugins/dispatch/reference.routes.ts";
import { grantRoutes } from "./plugins/grants/routes.ts";
import { firstPartyRoutes } from "./plugins/in-process/routes.ts";
import { installationRoutes } from "./plugins/installs/routes.ts";
import { manifestRoutes } from "./plugins/manifest/routes.ts";
import { recordRoutes } from "./plugins/records/routes.ts";
import { reference } from "./reference.ts";
import { authenticate } from "./tenancy/accounts/index.ts";
import { accountRoutes, meRoutes } from "./tenancy/accounts/routes.ts";
import { auditRoutes } from "./tenancy/audit/routes.ts";
import { instanceRoutes } from "./tenancy/instances/routes.ts";
import { apiTokenRoutes, gatewayKeyRoutes } from "./tenancy/keys/routes.ts";

/** No control-plane body is larger than a manifest's configuration could be. */
const BODY_LIMIT_BYTES = 1024 * 1024;

export const controlPlane = createRouter();

controlPlane.use("*", async (c, next) => {
  const base = createBase(c.env, c.executionCtx);
  c.set("base", base);
  await next();
  c.header("x-request-id", base.requestId);
});

controlPlane.use(
  "*",
  secureHeaders({
    xFrameOptions: "DENY",
    referrerPolicy: "no-referrer",
    strictTransportSecurity: "max-age=31536000; includeSubDomains",
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", "data:"],
      fontSrc: ["'self'", "data:"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  }),
);

controlPlane.use(
  "*",
  bodyLimit({
    maxSize: BODY_LIMIT_BYTES,
    onError: () => {
      throw new AppError("too_large", "body_too_large", `The body is larger than ${BODY_LIMIT_BYTES} bytes.`);
    },
  }),
);

controlPlane.route("/", reference);
controlPlane.route("/", manifestRoutes);
controlPlane.route("/", accountRoutes);
controlPlane.route("/", webhookRoutes);
controlPlane.route("/", paymentCallbackRoutes);
controlPlane.route("/", sharedReceiptRoutes);
controlPlane.route("/", bridgeRoutes);

for (const path of ["/v1/*", "/organizations/*"]) {
  controlPlane.use(path, async (c, next) => {
    const base = c.get("base");
    const actor = await authenticate({ request: c.req.raw, base });
    c.set("ctx", withActor(base, actor));
    await next();
    // Other isolates learn of a change within the catalog's age bound; this one at once.
    if (c.req.method !== "GET") {
      forgetCatalogs(actor.organizationId);
    }
  });
}

controlPlane.route("/", meRoutes);
controlPlane.route("/", apiTokenRoutes);
controlPlane.route("/", gatewayKeyRoutes);
controlPlane.route("/", auditRoutes);
controlPlane.route("/", instanceRoutes);
controlPlane.route("/", installationRoutes);
controlPlane.route("/", grantRoutes);
controlPlane.route("/", catalogRoutes);
controlPlane.route("/", recordRoutes);
controlPlane.route("/", firstPartyRoutes);
controlPlane.route("/", modelRoutes);
controlPlane.route("/", usageRoutes);
controlPlane.route("/", simulatorRoutes);
controlPlane.route("/", chatRoutes);
controlPlane.route("/", chatSettingsRoutes);
controlPlane.route("/", paymentRoutes);
controlPlane.route("/", receiptRoutes);
controlPlane.route("/", commerceRoutes);
controlPlane.route("/", eventRoutes);
controlPlane.route("/", noteRoutes);
controlPlane.route("/", chatPluginRoutes);
controlPlane.route("/", deliveryRoutes);
controlPlane.route("/", escalationRoutes);
controlPlane.route("/", scheduleRoutes);
controlPlane.route("/", calendarRoutes);
controlPlane.route("/", obligationRoutes);
controlPlane.route("/", mediaRoutes);
controlPlane.route("/", approvalRoutes);

describeToolCall(controlPlane.openAPIRegistry);
describeGateway(controlPlane.openAPIRegistry);
describeBridge(controlPlane.openAPIRegistry);
describeApi(controlPlane);

controlPlane.notFound((c) => {
  throw new AppError("not_found", "route_not_found", `There is no ${c.req.method} ${c.req.path} here.`, {
    hint: "The API is described at /docs.",
  });
});

controlPlane.onError((error, c) => {
  const requestId = c.get("base")?.requestId ?? newId("request");
  const known = error instanceof HTTPException ? fromHono(error) : error;
  if (!(known instanceof AppError)) {
    createLog({ requestId }).error("request_failed", {
      method: c.req.method,
      path: c.req.path,
      error: known,
    });
  }
  return toProblem(known, requestId);
});

/** Hono's own refusals (a body that is not JSON, a media type that is not served) in our form. */
function fromHono(error: HTTPException): AppError | HTTPException {
  switch (error.status) {
    case 400:
      return new AppError("malformed", "malformed_json", "The body is not valid JSON.", {
        hint: "Send JSON with `Content-Type: application/json`.",
      });
    case 415:
      return new AppError("unsupported", "unsupported_media_type", "The body must be JSON.", {
        hint: "Send `Content-Type: application/json`.",
      });
    default:
      return error;
  }
}

import { createRoute, z } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, jsonBody, PageQuery, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { installPlugin } from "./install-plugin.ts";
import { getInstallation, listInstallations } from "./list-installations.ts";
import { listSecrets } from "./list-secrets.ts";
import { readConfiguration } from "./read-configuration.ts";
import { getReview, reviewPlugin } from "./review-plugin.ts";
import { revokeSecret } from "./revoke-secret.ts";
import { rotateSecret } from "./rotate-secret.ts";
import {
  Configuration,
  Installation,
  InstallInput,
  NewInstallation,
  Review,
  ReviewInput,
  RotateInput,
  SecretState,
  ShownSecret,
  UpgradeInput,
} from "./schemas.ts";
import { setInstallationStatus } from "./set-installation-status.ts";
import { uninstallPlugin } from "./uninstall-plugin.ts";
import { upgradeInstallation } from "./upgrade-installation.ts";
import { writeConfiguration } from "./write-configuration.ts";

const tags = ["Installations"];
const security = CONTROL_PLANE;
const ById = z.object({ id: z.string() });

export const installationRoutes = createRouter();

installationRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/plugin-reviews",
    operationId: "reviewPlugin",
    tags,
    security,
    summary: "Fetch a manifest and check it, before installing",
    request: { body: jsonBody(ReviewInput) },
    responses: { 201: jsonAnswer(Review, "What the plugin is and asks for."), ...problems(413, 422, 502) },
  }),
  async (c) => c.json(await reviewPlugin({ ctx: c.get("ctx"), input: c.req.valid("json") }), 201),
);

installationRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/plugin-reviews/{id}",
    operationId: "getPluginReview",
    tags,
    security,
    summary: "A review that is not yet confirmed",
    request: { params: ById },
    responses: { 200: jsonAnswer(Review, "The review."), ...problems(404) },
  }),
  async (c) => c.json(await getReview({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

installationRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/installations",
    operationId: "installPlugin",
    tags,
    security,
    summary: "Confirm a review: install the plugin in sandbox",
    request: { body: jsonBody(InstallInput) },
    responses: {
      201: jsonAnswer(NewInstallation, "Installed. The secret is shown this once."),
      ...problems(404, 409, 413, 422),
    },
  }),
  async (c) => c.json(await installPlugin({ ctx: c.get("ctx"), input: c.req.valid("json") }), 201),
);

installationRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/installations",
    operationId: "listInstallations",
    tags,
    security,
    summary: "Installations, newest first",
    request: { query: PageQuery },
    responses: { 200: jsonAnswer(pageOf(Installation), "A page."), ...problems(422) },
  }),
  async (c) => c.json(await listInstallations({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

installationRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/installations/{id}",
    operationId: "getInstallation",
    tags,
    security,
    summary: "One installation",
    request: { params: ById },
    responses: { 200: jsonAnswer(Installation, "The installation."), ...problems(404) },
  }),
  async (c) => c.json(await getInstallation({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

installationRoutes.openapi(
  createRoute({
    method: "delete",
    path: "/v1/installations/{id}",
    operationId: "uninstallPlugin",
    tags,
    security,
    summary: "Uninstall: grants revoked, secret destroyed, history kept",
    request: { params: ById },
    responses: { 204: { description: "Uninstalled." }, ...problems(404) },
  }),
  async (c) => {
    await uninstallPlugin({ ctx: c.get("ctx"), input: c.req.valid("param") });
    return c.body(null, 204);
  },
);

installationRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/installations/{id}/versions",
    operationId: "upgradeInstallation",
    tags,
    security,
    summary: "Move to another reviewed manifest of the same plugin",
    request: { params: ById, body: jsonBody(UpgradeInput) },
    responses: {
      200: jsonAnswer(Installation, "The installation as it is now."),
      ...problems(404, 409, 413, 422),
    },
  }),
  async (c) =>
    c.json(
      await upgradeInstallation({
        ctx: c.get("ctx"),
        input: { ...c.req.valid("json"), ...c.req.valid("param") },
      }),
      200,
    ),
);

for (const [verb, status] of [
  ["disable", "disabled"],
  ["enable", "active"],
] as const) {
  installationRoutes.openapi(
    createRoute({
      method: "post",
      path: `/v1/installations/{id}/${verb}`,
      operationId: `${verb}Installation`,
      tags,
      security,
      summary: verb === "disable" ? "Switch a plugin off everywhere; grants stay" : "Switch it on again",
      request: { params: ById },
      responses: { 200: jsonAnswer(Installation, "The installation as it is now."), ...problems(404, 409) },
    }),
    async (c) =>
      c.json(
        await setInstallationStatus({ ctx: c.get("ctx"), input: { ...c.req.valid("param"), status } }),
        200,
      ),
  );
}

installationRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/installations/{id}/configuration",
    operationId: "readConfiguration",
    tags,
    security,
    summary: "Configuration values, sensitive ones masked",
    request: { params: ById },
    responses: { 200: jsonAnswer(Configuration, "The values."), ...problems(404) },
  }),
  async (c) => c.json(await readConfiguration({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

installationRoutes.openapi(
  createRoute({
    method: "put",
    path: "/v1/installations/{id}/configuration",
    operationId: "writeConfiguration",
    tags,
    security,
    summary: "Replace the configuration",
    request: { params: ById, body: jsonBody(Configuration) },
    responses: { 200: jsonAnswer(Configuration, "The values."), ...problems(404, 409, 413, 422) },
  }),
  async (c) =>
    c.json(
      await writeConfiguration({
        ctx: c.get("ctx"),
        input: { ...c.req.valid("json"), ...c.req.valid("param") },
      }),
      200,
    ),
);

installationRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/installations/{id}/secrets",
    operationId: "listSecrets",
    tags,
    security,
    summary: "States of the plugin's secrets, never their values",
    request: { params: ById },
    responses: { 200: jsonAnswer(pageOf(SecretState), "All of them, newest first."), ...problems(404) },
  }),
  async (c) => c.json(await listSecrets({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

installationRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/installations/{id}/secrets",
    operationId: "rotateSecret",
    tags,
    security,
    summary: "Rotate the secret, with an overlap",
    request: { params: ById, body: jsonBody(RotateInput) },
    responses: {
      201: jsonAnswer(ShownSecret, "The new secret, shown this once."),
      ...problems(404, 409, 422),
    },
  }),
  async (c) =>
    c.json(
      await rotateSecret({ ctx: c.get("ctx"), input: { ...c.req.valid("json"), ...c.req.valid("param") } }),
      201,
    ),
);

installationRoutes.openapi(
  createRoute({
    method: "delete",
    path: "/v1/installations/{id}/secrets/{version}",
    operationId: "revokeSecret",
    tags,
    security,
    summary: "Destroy a secret at once",
    request: { params: z.object({ id: z.string(), version: z.coerce.number().int().min(1) }) },
    responses: { 204: { description: "Destroyed." }, ...problems(404, 422) },
  }),
  async (c) => {
    await revokeSecret({ ctx: c.get("ctx"), input: c.req.valid("param") });
    return c.body(null, 204);
  },
);

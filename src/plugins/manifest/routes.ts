import { createRoute, z } from "@hono/zod-openapi";
import { createRouter } from "../../http/router.ts";
import { manifestJsonSchema } from "./manifest-schema.ts";

/** Long enough for an editor's session; a release changes it at most. */
const CACHE_SECONDS = 3_600;

const ManifestSchema = z.custom<typeof manifestJsonSchema>().openapi({ type: "object" });

export const manifestRoutes = createRouter();

manifestRoutes.openapi(
  createRoute({
    method: "get",
    path: "/schemas/manifest.json",
    operationId: "getManifestSchema",
    tags: ["Platform"],
    summary: "The JSON Schema of a plugin manifest",
    security: [],
    responses: {
      200: {
        content: { "application/schema+json": { schema: ManifestSchema } },
        description: "JSON Schema 2020-12; what the platform itself checks manifests with.",
      },
    },
  }),
  (c) =>
    c.json(manifestJsonSchema, 200, {
      "content-type": "application/schema+json",
      "cache-control": `public, max-age=${CACHE_SECONDS}`,
      // Editors and documentation pages read it from other origins.
      "access-control-allow-origin": "*",
    }),
);

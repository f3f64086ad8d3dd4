import { z } from "@hono/zod-openapi";
import { PERMISSIONS, ROLES } from "../../access/permissions.ts";

export const Me = z
  .object({
    actor: z.object({
      kind: z.enum(["user", "api_token", "gateway_key", "chat", "plugin", "approval", "platform"]),
      id: z.string(),
    }),
    organizationId: z.string().nullable(),
    role: z.enum(ROLES).optional().openapi({ description: "For a person with a session." }),
    instanceId: z
      .string()
      .nullable()
      .optional()
      .openapi({ description: "For a gateway key: the only instance that it serves, or null for all." }),
    permissions: z.array(z.enum(PERMISSIONS)),
  })
  .openapi("Me");
export type Me = z.infer<typeof Me>;

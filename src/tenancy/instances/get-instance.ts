import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { findInstance } from "./find-instance.ts";
import { presentInstance } from "./present.ts";
import type { Instance } from "./schemas.ts";

/** One instance of the organisation. */
export async function getInstance({ ctx, input }: { ctx: Ctx; input: { id: string } }): Promise<Instance> {
  requirePermission(ctx, "instances:read");
  return presentInstance(ctx, await findInstance({ ctx, id: input.id }));
}

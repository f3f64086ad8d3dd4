import { asc, eq } from "drizzle-orm";
import type { CtxBase } from "../../access/context.ts";
import { member, user } from "../../db/schema/index.ts";
import type { PluginUsers } from "../in-process/index.ts";
import { LIST_MAX } from "./limits.ts";
import type { Guard } from "./permission-guard.ts";

/** The organisation's members; neither addresses nor credentials. */
export function createUsers(
  { db }: Pick<CtxBase, "db">,
  organizationId: string,
  requireGranted: Guard,
): PluginUsers {
  return {
    async list() {
      requireGranted("READ_USERS");
      return db
        .select({ id: user.id, name: user.name, role: member.role })
        .from(member)
        .innerJoin(user, eq(user.id, member.userId))
        .where(eq(member.organizationId, organizationId))
        .orderBy(asc(member.createdAt))
        .limit(LIST_MAX);
    },
  };
}

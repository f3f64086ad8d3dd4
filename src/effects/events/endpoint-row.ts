import { and, eq, ne } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { eventEndpoint } from "../../db/schema/index.ts";
import { randomBytesBase64 } from "../../kernel/crypto.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { checkOutsideUrl } from "../../kernel/outside-address.ts";
import { SECRET_BYTES } from "./limits.ts";

export type EndpointRow = typeof eventEndpoint.$inferSelect;

/** The endpoint, when it is the organisation's and was not removed. Throws `event_endpoint_not_found`. */
export async function findEndpoint(
  ctx: Pick<Ctx, "db">,
  organizationId: string,
  id: string,
): Promise<EndpointRow> {
  const row = await ctx.db
    .select()
    .from(eventEndpoint)
    .where(
      and(
        eq(eventEndpoint.id, id),
        eq(eventEndpoint.organizationId, organizationId),
        ne(eventEndpoint.status, "removed"),
      ),
    )
    .get();
  if (row === undefined) {
    throw notFound("event_endpoint", id);
  }
  return row;
}

/** A secret in the form of Standard Webhooks. */
export function createEndpointSecret(): string {
  return `whsec_${randomBytesBase64(SECRET_BYTES)}`;
}

/** Throws `url_refused` for an address that may not be called. It is looked at again at every call. */
export function requireCallable({ config }: Pick<Ctx, "config">, url: string): void {
  const checked = checkOutsideUrl(url, { allowLoopbackHttp: config.allowInsecurePluginUrls });
  if (!checked.ok) {
    throw new AppError("invalid", "url_refused", checked.error, {
      issues: [{ pointer: "/url", code: "url_refused", message: checked.error }],
    });
  }
}

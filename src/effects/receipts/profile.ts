import { eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { BusinessProfile } from "../../contract/receipts.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { businessProfile, organization } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";

/** What stands on the organisation's papers; its name and nothing else until somebody has written more. */
export async function getBusinessProfile({ ctx }: { ctx: Ctx }): Promise<BusinessProfile> {
  return readProfile(ctx, requirePermission(ctx, "payments:read"));
}

/** Replaces it. Receipts that were issued before stay as they are. Throws `logo_unreadable`. */
export async function setBusinessProfile({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: BusinessProfile;
}): Promise<BusinessProfile> {
  const organizationId = requirePermission(ctx, "payments:configure");
  await checkLogo(input);
  const now = ctx.clock.now();
  const profile = JSON.stringify(input);
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "business_profile.changed",
      subjectType: "organization",
      subjectId: organizationId,
    },
    [
      ctx.db
        .insert(businessProfile)
        .values({ organizationId, profile, updatedAt: now })
        .onConflictDoUpdate({ target: businessProfile.organizationId, set: { profile, updatedAt: now } }),
    ],
  );
  return input;
}

/** The profile for verbs that have checked their permission. */
export async function readProfile(ctx: Pick<Ctx, "db">, organizationId: string): Promise<BusinessProfile> {
  const row = await ctx.db
    .select({ name: organization.name, profile: businessProfile.profile })
    .from(organization)
    .leftJoin(businessProfile, eq(businessProfile.organizationId, organization.id))
    .where(eq(organization.id, organizationId))
    .get();
  if (row === undefined) {
    throw new Error(`The organisation ${organizationId} is gone.`);
  }
  return BusinessProfile.parse(row.profile === null ? { name: row.name } : JSON.parse(row.profile));
}

async function checkLogo({ logo }: BusinessProfile): Promise<void> {
  // The maker of PDFs is large, and only needed when there is a logo.
  if (logo !== null && !(await (await import("./embed-logo.ts")).isDrawable(logo))) {
    throw new AppError("invalid", "logo_unreadable", "The logo is not a picture of the type that it says.", {
      issues: [
        { pointer: "/logo/base64", code: "logo_unreadable", message: "must be a PNG or JPEG file in base64" },
      ],
    });
  }
}

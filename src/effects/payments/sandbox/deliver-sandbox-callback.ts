import { and, eq, lte } from "drizzle-orm";
import type { CtxBase } from "../../../access/context.ts";
import { sandboxCharge } from "../../../db/schema/index.ts";
import { utf8 } from "../../../kernel/encoding.ts";
import { receiveCallback } from "../receive-callback.ts";
import { SEALED } from "../sealed.ts";
import { sendWork } from "../send-work.ts";
import { writeCallback } from "./sandbox-callback.ts";
import { callbacksOf, scenarioOf } from "./scenarios.ts";

/**
 * Makes the sandbox's next callback, if it is due: by the verb that takes what other providers send over HTTP. One
 * that is lost on the way stays lost, as with them; the platform asks in the end.
 */
export async function deliverSandboxCallback({
  ctx,
  input: { organizationId, id },
}: {
  ctx: CtxBase;
  input: { organizationId: string; id: string };
}): Promise<void> {
  const now = ctx.clock.now();
  const theCharge = and(
    eq(sandboxCharge.id, id),
    eq(sandboxCharge.organizationId, organizationId),
    lte(sandboxCharge.callbackAt, now),
  );
  const known = await ctx.db.select().from(sandboxCharge).where(theCharge).get();
  if (known === undefined) {
    return;
  }
  const callbacks = callbacksOf(scenarioOf(known.kind, known.amount));
  const [said, next] = callbacks.slice(known.callbackStep);
  const callbackAt = next === undefined ? null : known.createdAt + next.afterMs;
  const [charge] = await ctx.db
    .update(sandboxCharge)
    .set({ callbackStep: known.callbackStep + 1, callbackAt })
    .where(and(theCharge, eq(sandboxCharge.callbackStep, known.callbackStep)))
    .returning();
  if (charge === undefined || said === undefined) {
    return;
  }
  const url = await ctx.keyRing.open(charge.callbackUrlSealed, SEALED.sandboxCallback(id));
  const [subjectId = "", secret = ""] = new URL(url).pathname.split("/").slice(-2);
  await receiveCallback({
    ctx,
    input: {
      provider: "sandbox",
      id: subjectId,
      secret,
      headers: new Headers(),
      body: utf8(writeCallback(charge, said)),
    },
  });
  if (callbackAt !== null && callbackAt <= now) {
    await sendWork(ctx, { type: "sandbox.callback", organizationId, id });
  }
}

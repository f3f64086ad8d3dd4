import type { Ctx } from "../../access/context.ts";
import { expireSecrets } from "./expire-secrets.ts";

/** Each tick: secrets whose overlap has ended are destroyed. */
export async function destroyExpiredSecrets(ctx: Ctx): Promise<void> {
  await expireSecrets({ ctx });
}

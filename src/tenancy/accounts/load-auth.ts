import type { CtxBase } from "../../access/context.ts";
import type { Auth } from "./auth.ts";

/** better-auth for this request; its code is evaluated at the isolate's first need of it. */
export async function loadAuth(base: CtxBase): Promise<Auth> {
  const { createAuth } = await import("./auth.ts");
  return createAuth(base);
}

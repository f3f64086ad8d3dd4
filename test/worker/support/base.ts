/** A verb's context outside of a request, for tests that move the clock or change the configuration. */
import { env } from "cloudflare:workers";
import type { CtxBase } from "../../../src/access/context.ts";
import { createBase } from "../../../src/context.ts";

/** The context base of the Worker under test, with some of it replaced. */
export function testBase(replaced: Partial<CtxBase> = {}): CtxBase {
  const base = createBase(env, { waitUntil: () => undefined });
  for (const [name, value] of Object.entries(replaced)) {
    Object.defineProperty(base, name, { value });
  }
  return base;
}

/** A clock that stands at `now` (epoch ms). */
export function clockAt(now: number): CtxBase["clock"] {
  return { now: () => now };
}

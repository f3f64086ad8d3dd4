/** What a test anywhere may know of the plugins' stand-ins; they themselves run in Node (plugin-stand-in.ts). */

declare module "vitest" {
  interface ProvidedContext {
    /** Origin of the plugins' stand-ins, for tests inside workerd. */
    standInUrl: string;
  }
}

/** How a stand-in answers a tool call. */
export type PluginBehaviour =
  | "well"
  | "echo"
  | "wrong-shape"
  | "server-error"
  | "client-error"
  | "unauthorized"
  | "unavailable-at-first"
  | "html"
  | "oversize"
  | "redirect"
  | "invalid-json"
  | "no-content"
  | "slow-drip"
  | "hang"
  | "reset"
  | "refuse-connection";

/** Documents that must be refused as manifests, by the path `<url>/manifests/<name>`. */
export type BadManifest = "not-json" | "html" | "ten-megabytes" | "redirect-private" | "missing";

/** What a failing plugin might let slip: tests look for it in everything that the platform answers. */
export const LEAK_MARKER = "postgres://desk:hunter2@10.0.0.5/desk";

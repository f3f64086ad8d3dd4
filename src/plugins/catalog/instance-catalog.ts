import type { ApprovalRule, Decider } from "../../contract/approvals.ts";
import type { GateDecision } from "../grants/index.ts";
import type { FirstPartyPlugin } from "../in-process/index.ts";
import type { LoadedVersion } from "./loaded-version.ts";

/** An installation as the calls of one number need it. Secrets stay sealed until a call opens them. */
export type CatalogInstallation = {
  readonly id: string;
  readonly slug: string;
  readonly version: LoadedVersion;
  /** Set for a plugin that runs in this Worker. */
  readonly firstParty: FirstPartyPlugin | undefined;
  readonly configSealed: string | null;
  readonly userHashKeySealed: string | null;
  readonly secret: { readonly version: number; readonly sealed: string } | null;
  readonly grant: {
    readonly tools: readonly string[];
    readonly permissions: readonly string[];
    readonly callsPerMinute: number | null;
    readonly approvals: Readonly<Record<string, ApprovalRule>>;
    readonly deciders: Readonly<Record<string, Decider>>;
  } | null;
};

/** A tool name with everything that is known about it, the gates' decision included. */
export type CatalogEntry = {
  readonly modelName: string;
  readonly toolName: string;
  readonly installation: CatalogInstallation;
  readonly decision: GateDecision;
};

/** What one number's agent can and cannot call, as of `loadedAt` (epoch ms). */
export type InstanceCatalog = {
  readonly instanceId: string;
  readonly organizationId: string;
  /** What the number's agent is told about itself; empty when nobody has written it. */
  readonly systemPrompt: string;
  readonly loadedAt: number;
  readonly entries: ReadonlyMap<string, CatalogEntry>;
  /** The first-party plugins that are active and granted here, those without tools included. */
  readonly firstParty: readonly CatalogInstallation[];
};

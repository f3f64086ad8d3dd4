import { z } from "zod";

/** Where dead letters of plugins' jobs come from, as the list of dead letters names it. */
export const PLUGIN_JOB_QUEUE = "plugin-jobs";

/** A job that failed for good, as it is kept and put back. */
export const PluginJobLetter = z.object({
  organizationId: z.string(),
  instanceId: z.string(),
  installationId: z.string(),
  name: z.string(),
  /** JSON. */
  payload: z.string(),
  dedupeKey: z.string().nullable(),
});
export type PluginJobLetter = z.infer<typeof PluginJobLetter>;

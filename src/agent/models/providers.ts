import { anthropic } from "./anthropic.adapter.ts";
import { demo } from "./demo-model.ts";
import { openaiCompatible } from "./openai-compatible.adapter.ts";
import type { Provider, ProviderId } from "./provider.ts";
import { workersAi } from "./workers-ai.adapter.ts";

/** Every provider there is. Another one is another row. */
export const PROVIDERS: Readonly<Record<ProviderId, Provider>> = {
  "openai-compatible": openaiCompatible,
  anthropic,
  "workers-ai": workersAi,
  demo,
};

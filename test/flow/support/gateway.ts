/** What a story about the gateway stands on: a number with a granted plugin, keys, and models that follow a script. */
import {
  MODEL_KEY,
  type ModelStandIn,
  type ScriptedAnswer,
  startModelStandIn,
} from "../../support/model-stand-in.ts";
import type { PluginBehaviour } from "../../support/stand-in.ts";
import { createGrantedInstance, installPlugin, type Stage, setStage } from "./stage.ts";

export type CatalogProvider = "openai-compatible" | "anthropic";

export type GatewayStage = Stage & {
  readonly models: ModelStandIn;
  /** Origin and `/v1`, as clients take it. */
  readonly baseUrl: string;
  readonly instanceId: string;
  /** A gateway key for the number, and one for the organisation: no number, so no plugins. */
  readonly boundKey: string;
  readonly freeKey: string;
  readonly newKey: (fields: object) => Promise<string>;
  /** The alias of a model of its own, which answers as scripted; the last answer again and again. */
  readonly newModel: (provider: CatalogProvider, ...answers: readonly ScriptedAnswer[]) => Promise<string>;
  /** The plugin's one granted tool, as models know it. */
  readonly ticketTool: string;
};

/** Sets the stage; `plugin` is one of the stand-in's. */
export async function setGatewayStage(plugin: PluginBehaviour = "well"): Promise<GatewayStage> {
  const [stage, models] = await Promise.all([setStage(), startModelStandIn()]);
  const { api } = stage;
  const installation = await installPlugin(api, stage.standIn.manifestUrl(plugin), {
    defaultQueue: "customer-care",
  });
  const instanceId = await createGrantedInstance(api, [installation]);
  const baseUrls = { "openai-compatible": `${models.url}/v1`, anthropic: models.url };
  for (const [provider, baseUrl] of Object.entries(baseUrls)) {
    await api.send("POST", "/v1/provider-keys", { provider, name: provider, baseUrl, key: MODEL_KEY });
  }
  const newKey = async (fields: object) =>
    (await api.send<{ key: string }>("POST", "/v1/gateway-keys", { name: "App", ...fields })).key;
  let made = 0;
  return {
    ...stage,
    models,
    baseUrl: `${stage.platform.url}/v1`,
    instanceId,
    boundKey: await newKey({ instanceId }),
    freeKey: await newKey({}),
    newKey,
    newModel: async (provider, ...answers) => {
      made += 1;
      const alias = `model-${made}`;
      models.script(alias, ...answers);
      await api.send("POST", "/v1/models-catalog", {
        alias,
        provider,
        providerModel: alias,
        baseUrl: baseUrls[provider],
        prices: { currency: "USD", inputPrice: 15, outputPrice: 60 },
      });
      return alias;
    },
    ticketTool: "SUPPORT_DESK__create_support_ticket",
    clear: async () => {
      await stage.clear();
      await models.close();
    },
  };
}

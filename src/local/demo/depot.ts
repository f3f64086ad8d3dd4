/** The Gas Delivery plugin of examples/, on loopback, with a counter at its door. */
import { offerCatalogue } from "../../../examples/gas-delivery/catalogue.ts";
import { createDeliveryBook, type DeliveryBook } from "../../../examples/gas-delivery/delivery-book.ts";
import { createGasDelivery } from "../../../examples/gas-delivery/plugin.ts";
import { type Clock, systemClock } from "../../kernel/clock.ts";
import { createBridgeClient } from "../../sdk/index.ts";
import { servePlugin } from "../../sdk/node.ts";
import type { Api } from "../api.ts";
import type * as Answer from "./answers.ts";
import { installPlugin } from "./install-plugin.ts";

/** A call of a tool, as it came. */
export type DepotCall = {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly request: Request;
};

export type Depot = {
  readonly manifestUrl: string;
  readonly book: DeliveryBook;
  /** Tool calls that reached the plugin, oldest first. */
  readonly calls: readonly DepotCall[];
  /** Hands the plugin a call once more, as a network that lost the answer does. Returns what it answers. */
  readonly repeat: (call: DepotCall) => Promise<unknown>;
  /** Installs the plugin, grants it to the number, and has its catalogue imported. Returns the installation's id. */
  readonly moveIn: (api: Api, instance: Pick<Answer.Instance, "id">) => Promise<string>;
  readonly close: () => Promise<void>;
};

/** Starts the plugin on a free port. `clock` is that of the platform which calls it. */
export async function openDepot(clock: Clock = systemClock): Promise<Depot> {
  const calls: DepotCall[] = [];
  const book = createDeliveryBook();
  let secret: string | undefined;
  const server = await servePlugin(
    (url) => {
      const plugin = createGasDelivery({ secret: () => secret, baseUrl: url, book, clock });
      return {
        fetch: async (request) => {
          if (request.method === "POST") {
            const { tool, input } = (await request.clone().json()) as DepotCall;
            calls.push({ tool, input, request: request.clone() });
          }
          return plugin.fetch(request);
        },
      };
    },
    { port: 0 },
  );
  const manifestUrl = `${server.url}/manifest.json`;
  return {
    manifestUrl,
    book,
    calls,
    repeat: async ({ request }) => {
      const { url, headers } = request;
      const answer = await fetch(url, { method: "POST", headers, body: await request.clone().text() });
      return answer.json();
    },
    moveIn: async (api, { id: instanceId }) => {
      const installed = await installPlugin(api, { id: instanceId }, manifestUrl);
      secret = installed.secret.value;
      const { id: installationId } = installed;
      const platformUrl = api.baseUrl;
      await offerCatalogue(createBridgeClient({ secret, installationId, instanceId, platformUrl, clock }));
      await api.send("POST", "/v1/catalog/imports", { installationId });
      return installationId;
    },
    close: server.close,
  };
}

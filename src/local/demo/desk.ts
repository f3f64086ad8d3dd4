/** The Support Desk plugin of examples/, on loopback, with a counter at its door. */
import { createSupportDesk } from "../../../examples/support-desk/plugin.ts";
import { type Clock, systemClock } from "../../kernel/clock.ts";
import { servePlugin } from "../../sdk/node.ts";

export type Desk = {
  readonly url: string;
  readonly manifestUrl: string;
  /** Bodies of the tool calls that reached the plugin, oldest first. */
  readonly received: readonly string[];
  /** Hands the plugin the secret that the installation showed, as its operator would. */
  readonly acceptSecret: (secret: string) => void;
  readonly close: () => Promise<void>;
};

/** Starts the plugin on a free port. `clock` is that of the platform which calls it. */
export async function openDesk(clock: Clock = systemClock): Promise<Desk> {
  const received: string[] = [];
  let secret: string | undefined;
  const server = await servePlugin(
    (url) => {
      const plugin = createSupportDesk({ secret: () => secret, baseUrl: url, clock });
      return {
        fetch: async (request) => {
          if (request.method === "POST") {
            received.push(await request.clone().text());
          }
          return plugin.fetch(request);
        },
      };
    },
    { port: 0 },
  );
  return {
    url: server.url,
    manifestUrl: `${server.url}/manifest.json`,
    received,
    acceptSecret: (value) => {
      secret = value;
    },
    close: server.close,
  };
}

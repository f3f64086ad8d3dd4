/** The Clinic Bookings plugin of examples/, on loopback, with a counter at its door. */
import { type BookingBook, createBookingBook } from "../../../examples/clinic-bookings/booking-book.ts";
import { createClinicBookings } from "../../../examples/clinic-bookings/plugin.ts";
import type { Clock } from "../../kernel/clock.ts";
import { servePlugin } from "../../sdk/node.ts";
import type { Api } from "../api.ts";
import type * as Answer from "./answers.ts";
import { installPlugin } from "./install-plugin.ts";

export const CLINIC_ZONE = "Africa/Nairobi";

export type ClinicCall = { readonly tool: string; readonly input: Readonly<Record<string, unknown>> };

export type Clinic = {
  readonly book: BookingBook;
  /** Tool calls that reached the plugin, oldest first. */
  readonly calls: readonly ClinicCall[];
  /** Installs the plugin and grants it to the number. Returns the installation's id. */
  readonly moveIn: (api: Api, instance: Pick<Answer.Instance, "id">) => Promise<string>;
  readonly close: () => Promise<void>;
};

/** Starts the plugin on a free port. `clock` is that of the platform which calls it. */
export async function openClinic(clock: Clock): Promise<Clinic> {
  const calls: ClinicCall[] = [];
  const book = createBookingBook();
  let secret: string | undefined;
  const server = await servePlugin(
    (url) => {
      const plugin = createClinicBookings({ secret: () => secret, baseUrl: url, book, clock });
      return {
        fetch: async (request) => {
          if (request.method === "POST") {
            const { tool, input } = (await request.clone().json()) as ClinicCall;
            calls.push({ tool, input });
          }
          return plugin.fetch(request);
        },
      };
    },
    { port: 0 },
  );
  return {
    book,
    calls,
    moveIn: async (api, instance) => {
      const configuration = { timeZone: CLINIC_ZONE, consultationFee: 250_000 };
      const installed = await installPlugin(api, instance, `${server.url}/manifest.json`, configuration);
      secret = installed.secret.value;
      return installed.id;
    },
    close: server.close,
  };
}

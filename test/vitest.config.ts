import { fileURLToPath } from "node:url";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { TEST_SETTINGS } from "./support/settings.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

// Nothing here may reach the network: wrangler would otherwise fetch a sample of `request.cf` and send metrics.
process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
process.env["WRANGLER_SEND_METRICS"] = "false";

export default defineConfig(async () => ({
  root,
  test: {
    projects: [
      {
        root,
        test: { name: "unit", environment: "node", include: ["test/unit/**/*.test.ts"] },
      },
      {
        root,
        plugins: [
          cloudflareTest({
            wrangler: { configPath: `${root}wrangler.toml` },
            miniflare: {
              bindings: {
                ...TEST_SETTINGS,
                TEST_MIGRATIONS: await readD1Migrations(`${root}migrations`),
              },
            },
          }),
        ],
        test: {
          name: "worker",
          include: ["test/worker/**/*.test.ts"],
          setupFiles: ["test/worker/setup.ts"],
          globalSetup: [
            "test/support/plugin-stand-in.setup.ts",
            "test/support/channel-stand-ins.setup.ts",
            "test/support/event-sink.setup.ts",
            "test/support/payment-stand-ins.setup.ts",
          ],
        },
      },
      {
        root,
        test: {
          name: "flow",
          environment: "node",
          include: ["test/flow/**/*.test.ts"],
          globalSetup: ["test/flow/support/build.setup.ts"],
          // A story starts a platform of its own: seconds, not milliseconds, on a busy machine.
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
}));

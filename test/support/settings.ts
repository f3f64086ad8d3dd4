/**
 * Vars and secrets of the Worker under test. The keys are for tests only: they protect nothing and are the same
 * on every machine, so that a failure repeats.
 */
export const TEST_SETTINGS = {
  PUBLIC_BASE_URL: "https://kivuko.test",
  AUTH_SECRET: "for tests only, thirty-two characters or more",
  KEY_RING: `test:${Buffer.alloc(32, 7).toString("base64")}`,
  // Plugins' stand-ins live at http://127.0.0.1.
  ALLOW_INSECURE_PLUGIN_URLS: "true",
} as const;

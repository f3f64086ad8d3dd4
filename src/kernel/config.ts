/** The deployment's configuration, parsed once per isolate by `src/env.ts`. */
export type Config = {
  /** Origin of this deployment, no trailing slash. Signatures and links name it; forwarded headers never do. */
  readonly publicBaseUrl: string;
  /** Development switch: plugins may live at `http://127.0.0.1:…`. Off unless set. */
  readonly allowInsecurePluginUrls: boolean;
  /** Whether strangers may create accounts. */
  readonly signUp: "open" | "closed";
  /** better-auth's signing secret. */
  readonly authSecret: string;
  /** Master keys, newest first (base64 of 32 bytes). */
  readonly keyRing: readonly { readonly id: string; readonly key: string }[];
  /** How long tool-call records and audit entries are kept. */
  readonly recordRetentionDays: number;
};

export { MANIFEST_MAX_BYTES } from "../../contract/manifest.ts";
export { manifestJsonSchema } from "./manifest-schema.ts";
export { parseManifest } from "./parse-manifest.ts";

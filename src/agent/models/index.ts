export { findModel } from "./find-model.ts";
export { listModelNames } from "./list-models.ts";
export { toFailure } from "./model-http.adapter.ts";
export { type ModelCall, ModelFailed, type ModelFailure, type ResolvedModel } from "./provider.ts";
export { PROVIDERS } from "./providers.ts";
export { relay } from "./relay.adapter.ts";
export { SEALED_MODEL_COLUMNS } from "./sealed.ts";

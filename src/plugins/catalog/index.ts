export { decideCall } from "./explain-call.ts";
export type { CatalogEntry, CatalogInstallation, InstanceCatalog } from "./instance-catalog.ts";
export { forgetCatalogs, loadCatalog } from "./load-catalog.ts";
export { type DynamicTools, withDynamicTools, withoutInstallations } from "./turn-catalog.ts";

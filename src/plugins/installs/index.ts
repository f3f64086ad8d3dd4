export { findInstallation } from "./find-installation.ts";
export { SEALED_INSTALLATION_COLUMNS } from "./sealed.ts";
export { SEALED, secretKid } from "./secrets.ts";

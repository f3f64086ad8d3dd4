export { findInstallation } from "./find-installation.ts";
export { SEALED, secretKid } from "./secrets.ts";

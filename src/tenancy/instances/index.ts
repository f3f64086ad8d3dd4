export { findInstance } from "./find-instance.ts";

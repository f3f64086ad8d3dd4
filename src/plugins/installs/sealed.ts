import { installation, pluginSecret } from "../../db/schema/index.ts";
import type { SealedColumn } from "../../tenancy/sealing/index.ts";
import { SEALED } from "./secrets.ts";

export const SEALED_INSTALLATION_COLUMNS: readonly SealedColumn[] = [
  { column: installation.configSealed, purpose: () => SEALED.config },
  { column: installation.userHashKeySealed, purpose: () => SEALED.userHashKey },
  { column: pluginSecret.secretSealed, purpose: () => SEALED.secret },
];

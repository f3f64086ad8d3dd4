import { instance } from "../../db/schema/index.ts";
import type { SealedColumn } from "../sealing/index.ts";
import { approversPurpose } from "./approvers.ts";
import { credentialsPurpose } from "./credentials.ts";

export const SEALED_INSTANCE_COLUMNS: readonly SealedColumn[] = [
  { column: instance.channelConfigSealed, purpose: credentialsPurpose },
  { column: instance.approversSealed, purpose: approversPurpose },
];

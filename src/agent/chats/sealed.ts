import { chat } from "../../db/schema/index.ts";
import type { SealedColumn } from "../../tenancy/sealing/index.ts";
import { PHONE_PURPOSE } from "./chat-row.ts";

/** The conversation's object has the number; the index has what the object sealed. */
export const SEALED_CHAT_COLUMNS: readonly SealedColumn[] = [
  {
    column: chat.phoneSealed,
    purpose: () => PHONE_PURPOSE,
    original: {
      column: chat.objectId,
      reseal: ({ chats }, objectId) => chats.get(chats.idFromString(objectId)).reseal(),
    },
  },
];

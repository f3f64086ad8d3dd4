import type { RecipientScope } from "../contract/permissions.ts";

/** Whom an effect reaches, once the gate `recipient` has let it through. Verbs get this, never the wire form. */
export type ResolvedRecipient = {
  readonly scope: RecipientScope;
  /** E.164. It never leaves the platform towards a plugin. */
  readonly phone: string;
  /**
   * The id of the customer's conversation with the instance. It names the object even when nobody has written in it;
   * the first message makes it.
   */
  readonly chatObjectId: string;
  /** The tool call that the current-chat token was made for; null for the other scopes. */
  readonly callId: string | null;
};

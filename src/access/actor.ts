import type { Permission, Role } from "./permissions.ts";

/**
 * Who asks. Closed: every door produces one of these, every verb checks it first.
 * An actor with an `organizationId` acts in that organisation and in no other.
 */
export type Actor =
  | {
      readonly kind: "user";
      readonly id: string;
      readonly organizationId: string;
      readonly role: Role;
    }
  | {
      readonly kind: "api_token";
      readonly id: string;
      readonly organizationId: string;
      /** The token's scopes, less what its creator may no longer do. */
      readonly permissions: ReadonlySet<Permission>;
    }
  | {
      readonly kind: "gateway_key";
      readonly id: string;
      readonly organizationId: string;
      /** Set when the key serves one instance only. */
      readonly instanceId: string | null;
    }
  | {
      /** A conversation: its turns call tools for the customer who wrote. */
      readonly kind: "chat";
      readonly id: string;
      readonly organizationId: string;
      readonly instanceId: string;
    }
  | PluginActor
  | {
      /** A call from no chat that was approved: it is made in its own name, whoever asked and whoever said yes. */
      readonly kind: "approval";
      readonly id: string;
      readonly organizationId: string;
      readonly instanceId: string;
    }
  | {
      /** The platform itself: cron jobs and queue consumers. */
      readonly kind: "platform";
      readonly id: string;
      readonly organizationId: null;
    };

/** A plugin's server that calls a bridge, for one instance. It holds none of the control plane's permissions. */
export type PluginActor = {
  readonly kind: "plugin";
  /** The installation's id. */
  readonly id: string;
  readonly organizationId: string;
  readonly instanceId: string;
  readonly slug: string;
  /** Bridge permissions that the installed version declares and the instance's grant holds. */
  readonly permissions: ReadonlySet<string>;
};

/** What a first-party plugin works with. All of it belongs to one organisation; nothing in it reaches another's. */
import type { OutgoingMessage } from "../../contract/channel.ts";
import type { OutboundLine } from "../../contract/chat.ts";
import type { FirstPartyPermission } from "../../contract/permissions.ts";
import type { Log } from "../../kernel/log.ts";
import type { OutboundFailure, OutboundResponse } from "../../kernel/outbound.ts";
import type { Result } from "../../kernel/result.ts";

export type PluginContext = {
  readonly tenant: { readonly organizationId: string; readonly instanceId: string };
  /** The installation's settings. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The chat that the call comes from, when it comes from one. */
  readonly roomId: string | null;
  /** Who calls: the agent, a key or a person. */
  readonly senderId: string;
  /** The tool call, job or turn that this context was made for. */
  readonly callId: string;
  /** Aborted when the time is up. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly data: PluginData;
  readonly cache: PluginCache;
  readonly jobs: PluginJobs;
  readonly approvals: PluginApprovals;
  readonly events: PluginEvents;
  readonly users: PluginUsers;
  /** EXTERNAL_HTTP: one guarded call to a host outside. */
  fetch(request: PluginRequest): Promise<Result<OutboundResponse, OutboundFailure>>;
  /** The chat with the customer that the call is for; null when it is for none. */
  readonly room: PluginRoom | null;
  /** That customer as this plugin may know them: a hash, the same in every call of this installation. */
  readonly sender: { readonly id: string } | null;
};

/** Documents of this plugin in this organisation, by key. */
export type PluginData = {
  get(key: string): Promise<unknown>;
  /** Throws `PluginLimitError` for a key or value that is too large, and when there are too many. */
  put(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  /** By key, from the one after `after` on. */
  list(query?: {
    readonly prefix?: string;
    readonly after?: string;
    readonly limit?: number;
  }): Promise<PluginDocument[]>;
  /** SEARCH: documents that hold the text, in whatever case. */
  search(text: string, limit?: number): Promise<PluginDocument[]>;
};
export type PluginDocument = { readonly key: string; readonly value: unknown };

/** What may be forgotten at any time: it lives in one isolate's memory. */
export type PluginCache = {
  get(key: string): unknown;
  put(key: string, value: unknown, ttlSeconds: number): void;
  delete(key: string): void;
};

/** MANAGE_TASKS: work for later, run by the plugin's `runJob` at least once. */
export type PluginJobs = {
  enqueue(job: {
    readonly name: string;
    readonly payload?: unknown;
    readonly delaySeconds?: number;
    /** A job with this key that still waits is not put in again. */
    readonly dedupeKey?: string;
  }): Promise<void>;
};

/** A tool that finds that somebody has to say yes, for example because of an amount. */
export type PluginApprovals = {
  /** Whether this call has waited and was approved. */
  readonly isApproved: boolean;
  /**
   * Ends the call here, by a throw that the tool lets pass, until somebody has approved it; then the tool is run again
   * from its beginning. To be asked before anything is done. Does nothing in a call that was approved.
   */
  require(): void;
};

/** What people should be able to see afterwards: `GET /v1/plugin-events`. */
export type PluginEvents = {
  emit(name: string, data?: Readonly<Record<string, unknown>>): Promise<void>;
};

/** READ_USERS: the members of the organisation. */
export type PluginUsers = {
  list(): Promise<{ readonly id: string; readonly name: string; readonly role: string }[]>;
};

export type PluginRequest = {
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type PluginRoom = {
  /** Null before the customer's first message. */
  readonly id: string | null;
  /** READ_MESSAGES: the latest lines, oldest first. */
  recentMessages(limit?: number): Promise<PluginMessage[]>;
  /** READ_MESSAGES: who has a part in the chat: the customer, the agent, and the people who wrote lately. */
  participants(): Promise<{ readonly kind: "customer" | "agent" | "person"; readonly id: string }[]>;
  /** WRITE_MESSAGES: to the customer of this chat, once per `dedupeKey`. */
  send(message: OutgoingMessage, dedupeKey?: string): Promise<OutboundLine>;
  /** READ_NOTES: what people and plugins noted about the chat, newest first. */
  readNotes(limit?: number): Promise<PluginNote[]>;
  /** WRITE_NOTES. */
  addNote(text: string): Promise<void>;
};
export type PluginMessage = { readonly from: string; readonly text: string; readonly at: number };
export type PluginNote = {
  readonly text: string;
  readonly author: { readonly kind: string; readonly id: string };
  readonly at: number;
};

/** A capability that the plugin did not declare, or that its grant does not hold. */
export class PermissionRefused extends Error {
  readonly code = "permission_not_granted";
  readonly permission: FirstPartyPermission;

  constructor(permission: FirstPartyPermission, isDeclared: boolean) {
    super(
      isDeclared
        ? `The grant on this number does not hold ${permission}.`
        : `The plugin does not declare ${permission}.`,
    );
    this.name = "PermissionRefused";
    this.permission = permission;
  }
}

/** What `approvals.require` throws. */
export class ApprovalRequired extends Error {
  constructor() {
    super("The call waits for an approval.");
    this.name = "ApprovalRequired";
  }
}

/** A capability that was used beyond its bounds; the message says which. */
export class PluginLimitError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PluginLimitError";
  }
}

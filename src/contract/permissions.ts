/**
 * What a plugin may ask for. Keys that start `plugin:` are bridge permissions and enforced by the platform; all
 * other keys are the plugin's own and shown to people. Scopes do not imply one another, except that `any`
 * includes `own`.
 */

/** Whom a bridge call may reach. */
export type RecipientScope = "current_chat" | "known_contact" | "external_recipient";

/** Whose objects a bridge call may touch: those this installation made, or all of the organisation's. */
type OwnershipScope = "own" | "any";

/** A permission that the platform enforces when a plugin calls a bridge. */
export type BridgePermission =
  | `plugin:payments:initiate:${RecipientScope}`
  | `plugin:payments:status:${OwnershipScope}`
  | `plugin:payments:refund:request:${OwnershipScope}`
  | `plugin:payments:refund:execute:${OwnershipScope}`
  | "plugin:ecommerce:catalog:sync"
  | `plugin:ecommerce:orders:create:${RecipientScope}`
  | `plugin:ecommerce:orders:read:${OwnershipScope}`
  | `plugin:ecommerce:orders:update:${OwnershipScope}`
  | "plugin:ecommerce:checkout:initiate"
  | `plugin:ecommerce:after_sales:create:${OwnershipScope}`
  | `plugin:messages:send:${RecipientScope}`
  | `plugin:messages:schedule:${RecipientScope}`
  | `plugin:escalations:create:${Exclude<RecipientScope, "external_recipient">}`
  | "plugin:escalations:assign"
  | "plugin:obligations:request";

/** How a bridge permission is shown to the person who grants it. */
export type BridgePermissionText = { readonly label: string; readonly allows: string };

/** Every bridge permission there is, with words for people. A key that is not here is refused at install. */
export const BRIDGE_PERMISSIONS: Readonly<Record<BridgePermission, BridgePermissionText>> = {
  "plugin:payments:initiate:current_chat": {
    label: "Ask the current customer for money",
    allows: "Sends a payment request to the customer of the chat that the tool call comes from.",
  },
  "plugin:payments:initiate:known_contact": {
    label: "Ask known contacts for money",
    allows: "Sends payment requests to people who have chatted with this number before.",
  },
  "plugin:payments:initiate:external_recipient": {
    label: "Ask anyone for money",
    allows: "Sends payment requests to any phone number, known or not.",
  },
  "plugin:payments:status:own": {
    label: "Read its own payments",
    allows: "Reads the state of payments that this plugin asked for.",
  },
  "plugin:payments:status:any": {
    label: "Read all payments",
    allows: "Reads the state of every payment of the organisation.",
  },
  "plugin:payments:refund:request:own": {
    label: "Request refunds of its own payments",
    allows: "Asks staff to refund payments that this plugin asked for.",
  },
  "plugin:payments:refund:request:any": {
    label: "Request refunds of all payments",
    allows: "Asks staff to refund any payment of the organisation.",
  },
  "plugin:payments:refund:execute:own": {
    label: "Refund its own payments",
    allows: "Refunds payments that this plugin asked for, without staff.",
  },
  "plugin:payments:refund:execute:any": {
    label: "Refund all payments",
    allows: "Refunds any payment of the organisation, without staff.",
  },
  "plugin:ecommerce:catalog:sync": {
    label: "Offer catalogue items",
    allows: "Puts products and services of this plugin into the shop's catalogue.",
  },
  "plugin:ecommerce:orders:create:current_chat": {
    label: "Create orders for the current customer",
    allows: "Creates durable orders for the customer of the chat that the tool call comes from.",
  },
  "plugin:ecommerce:orders:create:known_contact": {
    label: "Create orders for known contacts",
    allows: "Creates durable orders for people who have chatted with this number before.",
  },
  "plugin:ecommerce:orders:create:external_recipient": {
    label: "Create orders for anyone",
    allows: "Creates durable orders for any phone number, known or not.",
  },
  "plugin:ecommerce:orders:read:own": {
    label: "Read its own orders",
    allows: "Reads orders that this plugin created.",
  },
  "plugin:ecommerce:orders:read:any": {
    label: "Read all orders",
    allows: "Reads every order of the organisation.",
  },
  "plugin:ecommerce:orders:update:own": {
    label: "Move its own orders on",
    allows: "Changes the fulfilment state of orders that this plugin created.",
  },
  "plugin:ecommerce:orders:update:any": {
    label: "Move all orders on",
    allows: "Changes the fulfilment state of every order of the organisation.",
  },
  "plugin:ecommerce:checkout:initiate": {
    label: "Start checkout",
    allows: "Starts the payment of an order through the organisation's payment provider.",
  },
  "plugin:ecommerce:after_sales:create:own": {
    label: "Open after-sales requests on its own orders",
    allows: "Opens returns, exchanges and complaints on orders that this plugin created.",
  },
  "plugin:ecommerce:after_sales:create:any": {
    label: "Open after-sales requests on all orders",
    allows: "Opens returns, exchanges and complaints on every order of the organisation.",
  },
  "plugin:messages:send:current_chat": {
    label: "Message the current customer",
    allows: "Sends text now to the customer of the chat that the tool call comes from.",
  },
  "plugin:messages:send:known_contact": {
    label: "Message known contacts",
    allows: "Sends text now to people who have chatted with this number before.",
  },
  "plugin:messages:send:external_recipient": {
    label: "Message anyone",
    allows: "Sends text now to any phone number, known or not.",
  },
  "plugin:messages:schedule:current_chat": {
    label: "Schedule messages to the current customer",
    allows: "Sends text later to the customer of the chat that the tool call comes from.",
  },
  "plugin:messages:schedule:known_contact": {
    label: "Schedule messages to known contacts",
    allows: "Sends text later to people who have chatted with this number before.",
  },
  "plugin:messages:schedule:external_recipient": {
    label: "Schedule messages to anyone",
    allows: "Sends text later to any phone number, known or not.",
  },
  "plugin:escalations:create:current_chat": {
    label: "Bring a person into the current chat",
    allows: "Hands the chat that the tool call comes from to staff.",
  },
  "plugin:escalations:create:known_contact": {
    label: "Bring a person into known chats",
    allows: "Hands chats with people who have written to this number before to staff.",
  },
  "plugin:escalations:assign": {
    label: "Assign escalations",
    allows: "Chooses which member of staff takes an escalation.",
  },
  "plugin:obligations:request": {
    label: "Have obligations followed up",
    allows: "Asks for reminders and escalations of obligations that this plugin keeps.",
  },
};

/** Whether the key is a bridge permission of ours. */
export function isBridgePermission(key: string): key is BridgePermission {
  return Object.hasOwn(BRIDGE_PERMISSIONS, key);
}

/**
 * Whether the key claims to be a bridge permission, in whatever spelling: such a key is either known or refused,
 * so that nothing that looks enforced is mere disclosure.
 */
export function startsLikeBridgePermission(key: string): boolean {
  return /^\W*plugin\W*:/i.test(key);
}

/** What a first-party plugin declares and its tools require, checked against the grant before each call. */
export type FirstPartyPermission =
  | "READ_MESSAGES"
  | "WRITE_MESSAGES"
  | "READ_NOTES"
  | "WRITE_NOTES"
  | "EXTERNAL_HTTP"
  | "SEARCH"
  | "READ_USERS"
  | "MANAGE_TASKS";

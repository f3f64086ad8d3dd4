import { typeidUnboxed } from "typeid-js";

/** Every kind of id and its prefix. Ids are TypeIDs: the prefix, `_`, a UUIDv7 in base32; they sort by time. */
export const ID_PREFIXES = {
  organization: "org",
  user: "usr",
  session: "ses",
  account: "acc",
  verification: "ver",
  member: "mem",
  invitation: "inv",
  apiToken: "tok",
  gatewayKey: "key",
  instance: "inst",
  chat: "chat",
  chatNote: "note",
  escalation: "esc",
  plugin: "plg",
  pluginVersion: "pver",
  pluginReview: "rev",
  installation: "ins",
  pluginSecret: "psec",
  pluginJob: "job",
  pluginEvent: "pev",
  grant: "grt",
  call: "call",
  bridgeCall: "bcall",
  receipt: "rcp",
  scheduledMessage: "sch",
  catalogItem: "item",
  order: "ord",
  orderChange: "ochg",
  orderCheckout: "ochk",
  afterSales: "aft",
  event: "evt",
  eventDelivery: "edlv",
  eventEndpoint: "evep",
  obligation: "obl",
  obligationChange: "ochn",
  obligationPoll: "opl",
  payment: "pay",
  paymentAccount: "pacc",
  paymentEvent: "pevt",
  refund: "rfnd",
  sandboxCharge: "sbx",
  approval: "apr",
  audit: "aud",
  providerKey: "pkey",
  model: "mod",
  usageEvent: "use",
  completion: "chatcmpl",
  deadLetter: "dead",
  rateLimit: "rate",
  request: "req",
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

/** A new id of the given kind, unique and later than all before it (to the millisecond). */
export function newId(kind: IdKind): string {
  return typeidUnboxed(ID_PREFIXES[kind]);
}

import { RequestedObligation, RequestObligation } from "../contract/obligations.ts";
import type { BridgePermission } from "../contract/permissions.ts";
import {
  cancelObligation,
  findOwnObligation,
  planObligation,
  presentRequested,
  requestObligation,
} from "../effects/obligations/index.ts";
import { defineBridgeCall } from "./bridge-call.ts";

const PERMISSIONS: readonly BridgePermission[] = ["plugin:obligations:request"];

export const obligationCalls = [
  defineBridgeCall({
    method: "POST",
    path: "/obligations",
    operationId: "requestObligation",
    summary: "Have something that is due reminded or escalated",
    body: RequestObligation,
    answer: RequestedObligation,
    permissions: () => PERMISSIONS,
    recipient: ({ body }) => body.recipient,
    check: ({ ctx, input: { body: terms }, recipient }) =>
      planObligation({ ctx, input: { terms, recipient } }),
    async run({ ctx, input: { body: terms }, recipient }) {
      return {
        status: 201,
        body: presentRequested(await requestObligation({ ctx, input: { terms, recipient } })),
      };
    },
  }),
  defineBridgeCall({
    method: "GET",
    path: "/obligations/:id",
    operationId: "getObligation",
    summary: "Read an obligation of the plugin's own",
    answer: RequestedObligation,
    permissions: () => PERMISSIONS,
    check: ({ ctx, input: { params } }) => findOwnObligation({ ctx, input: { id: params["id"] ?? "" } }),
    run: async ({ plan }) => ({ status: 200, body: presentRequested(plan) }),
  }),
  defineBridgeCall({
    method: "DELETE",
    path: "/obligations/:id",
    operationId: "cancelObligation",
    summary: "Take an obligation back",
    answer: RequestedObligation,
    permissions: () => PERMISSIONS,
    async check({ ctx, input: { params } }) {
      await findOwnObligation({ ctx, input: { id: params["id"] ?? "" } });
    },
    async run({ ctx, input: { params } }) {
      const row = await cancelObligation({ ctx, input: { id: params["id"] ?? "" } });
      return { status: 200, body: presentRequested(row) };
    },
  }),
];

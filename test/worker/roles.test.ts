/** Nobody does more in an organisation than their role may. */
import { beforeAll, describe, expect, test } from "vitest";
import { PERMISSIONS, ROLE_PERMISSIONS, ROLES, type Role } from "../../src/access/permissions.ts";
import { member } from "../../src/db/schema/index.ts";
import { newId } from "../../src/kernel/ids.ts";
import { call } from "./support/call.ts";
import {
  nobodysIds,
  type ObjectIds,
  type Operation,
  permissionFor,
  readOperations,
  requestFor,
  send,
} from "./support/operations.ts";
import { addApiToken, addMember, createOrganization, testDb } from "./support/organization.ts";

/** What those may change who mostly look: a support agent talks to customers, and money is finance's. */
const OWN_WRITES = {
  viewer: ["shareReceipt", "simulateDelivery", "simulateScheduledMessage"],
  agent: [
    "writeChatMessage",
    "simulateDelivery",
    "simulateScheduledMessage",
    "takeChat",
    "updateChat",
    "releaseChat",
    "addChatNote",
    "setChatPlugin",
    "createScheduledMessage",
    "changeScheduledMessage",
    "cancelScheduledMessage",
    "cancelObligationByStaff",
    "assignEscalation",
    "takeEscalation",
    "resolveEscalation",
    "approveApproval",
    "rejectApproval",
    "checkPayment",
    "refundPayment",
    "sendReceipt",
    "shareReceipt",
    "setOrderState",
    "dismissOrderAttention",
    "resolveAfterSales",
  ],
  finance: [
    "approveApproval",
    "rejectApproval",
    "checkPayment",
    "dismissPaymentAttention",
    "refundPayment",
    "approveRefund",
    "rejectRefund",
    "createPaymentAccount",
    "updatePaymentAccount",
    "removePaymentAccount",
    "sendReceipt",
    "shareReceipt",
    "setBusinessProfile",
  ],
} as const satisfies Partial<Record<Role, readonly string[]>>;

describe("[IDENTITY-02] a role does what the permission table says, over every route", () => {
  let operations: readonly Operation[];
  let ids: ObjectIds;
  let tokens: Readonly<Record<Role, string>>;

  beforeAll(async () => {
    operations = await readOperations();
    const organization = await createOrganization();
    const created = await call<{ id: string }>("POST", "/v1/instances", {
      token: organization.apiToken,
      body: { name: "Support", channel: "simulator" },
    });
    // A number that is there, so that a call comes as far as the gates; all else is not, so that nothing ends early.
    ids = { ...nobodysIds(), organizationId: organization.id, instanceId: created.body.id };
    const members = await Promise.all(
      ROLES.map(async (role) => [role, (await addMember(organization.id, role)).apiToken] as const),
    );
    tokens = Object.fromEntries(members) as Record<Role, string>;
  });

  /** The operations that the role is refused for want of a permission. */
  async function refusedFor(role: Role): Promise<string[]> {
    const refused: string[] = [];
    for (const operation of operations) {
      const answer = await send(operation, requestFor(operation, ids), tokens[role]);
      expect(answer.status, `${role} ${operation.id}`).toBeLessThan(500);
      expect(answer.status, `${role} ${operation.id}`).not.toBe(401);
      if (answer.body.code === "permission_missing") {
        expect(answer.status).toBe(403);
        refused.push(operation.id);
      }
    }
    return refused;
  }

  test.for(ROLES)("%s", async (role) => {
    const refused = await refusedFor(role);
    const expected = operations.filter((operation) => {
      const permission = permissionFor(operation);
      return permission !== null && !ROLE_PERMISSIONS[role].has(permission);
    });
    expect(refused).toEqual(expected.map(({ id }) => id));
    // What the product promises of some roles, whatever the table says.
    const writes = operations.filter(({ method, security }) => method !== "GET" && security.length > 0);
    if (role === "viewer" || role === "finance" || role === "agent") {
      const own: readonly string[] = OWN_WRITES[role];
      const ids = writes.map(({ id }) => id).filter((id) => !own.includes(id));
      expect(refused).toEqual(expect.arrayContaining(ids));
    }
    expect(refused.includes("grantPlugin")).toBe(role !== "owner" && role !== "admin");
    expect(refused.includes("listAuditEntries")).toBe(!["owner", "admin", "finance"].includes(role));
  });

  test("somebody who is in two organisations has in each the role of that one", async () => {
    const [one, other] = [await createOrganization(), await createOrganization()];
    const { userId, apiToken: ownerThere } = await addMember(one.id, "owner");
    await testDb()
      .insert(member)
      .values({
        id: newId("member"),
        organizationId: other.id,
        userId,
        role: "viewer",
        createdAt: new Date(),
      });
    const viewerHere = await addApiToken(other.id, userId);
    expect((await call("GET", "/v1/api-tokens", { token: ownerThere })).status).toBe(200);
    expect((await call("GET", "/v1/api-tokens", { token: viewerHere })).status).toBe(403);
  });

  test("every permission guards something, but for those of better-auth's own endpoints", () => {
    const used = new Set(operations.map(permissionFor));
    expect(PERMISSIONS.filter((permission) => !used.has(permission))).toEqual([
      "organization:read",
      "organization:update",
      "members:manage",
    ]);
  });
});

/**
 * Organisations for tests, written straight into the tables: signing up hashes a password, which costs a tenth of
 * a second that most tests need not spend. Sessions have support/session.ts.
 */
import { env } from "cloudflare:workers";
import { PERMISSIONS, type Permission, type Role } from "../../../src/access/permissions.ts";
import { createDb, type Db } from "../../../src/db/client.ts";
import { apiToken, gatewayKey, member, organization, user } from "../../../src/db/schema/index.ts";
import { newId } from "../../../src/kernel/ids.ts";
import { createCredential } from "../../../src/tenancy/keys/credential.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

export type TestMember = {
  readonly userId: string;
  /** Text of an API token with every scope, so that only the member's role limits it. */
  readonly apiToken: string;
};

export type TestOrganization = TestMember & {
  readonly id: string;
  /** Text of a gateway key for all of the organisation's instances. */
  readonly gatewayKey: string;
};

/** A client on the test database. */
export function testDb(): Db {
  return createDb(env.DB);
}

/** An organisation with an owner, the owner's API token and a gateway key. */
export async function createOrganization(): Promise<TestOrganization> {
  const id = newId("organization");
  await testDb()
    .insert(organization)
    .values({ id, name: `Organisation ${id}`, slug: id, createdAt: new Date() });
  const owner = await addMember(id, "owner");
  return { id, ...owner, gatewayKey: await addGatewayKey(id) };
}

/** A new person in the organisation. */
export async function addMember(organizationId: string, role: Role): Promise<TestMember> {
  const userId = newId("user");
  const now = new Date();
  await testDb()
    .insert(user)
    .values({
      id: userId,
      name: `A test's ${role}`,
      email: `${userId}@example.com`,
      createdAt: now,
      updatedAt: now,
    });
  await testDb()
    .insert(member)
    .values({ id: newId("member"), organizationId, userId, role, createdAt: now });
  return { userId, apiToken: await addApiToken(organizationId, userId) };
}

/** The text of a new API token of that person; with every scope and a day to live unless told. */
export async function addApiToken(
  organizationId: string,
  createdByUserId: string,
  {
    scopes = PERMISSIONS,
    expiresInMs = DAY_MS,
  }: { scopes?: readonly Permission[]; expiresInMs?: number } = {},
): Promise<string> {
  const { text, hash, hint } = createCredential("kvt");
  const now = Date.now();
  await testDb()
    .insert(apiToken)
    .values({
      id: newId("apiToken"),
      organizationId,
      createdByUserId,
      name: "A test's token",
      tokenHash: hash,
      hint,
      scopes: [...scopes],
      expiresAt: now + expiresInMs,
      createdAt: now,
    });
  return text;
}

/** The text of a new gateway key; for all instances and without an end unless told. */
export async function addGatewayKey(
  organizationId: string,
  { instanceId = null, expiresAt = null }: { instanceId?: string | null; expiresAt?: number | null } = {},
): Promise<string> {
  const { text, hash, hint } = createCredential("kvk");
  await testDb()
    .insert(gatewayKey)
    .values({
      id: newId("gatewayKey"),
      organizationId,
      instanceId,
      createdBy: "test",
      name: "A test's key",
      keyHash: hash,
      hint,
      expiresAt,
      createdAt: Date.now(),
    });
  return text;
}

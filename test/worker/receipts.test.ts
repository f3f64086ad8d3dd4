/** Receipts in the database: issued once, numbered without a gap, read by those who may. */
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { withActor } from "../../src/access/context.ts";
import { chatIdOf } from "../../src/channels/chat-name.ts";
import { payment, receipt } from "../../src/db/schema/index.ts";
import { issueReceipt } from "../../src/effects/receipts/issue-receipt.ts";
import { readContent } from "../../src/effects/receipts/receipt-row.ts";
import { newId } from "../../src/kernel/ids.ts";
import { testBase } from "./support/base.ts";
import { call } from "./support/call.ts";
import { createOrganization, type TestOrganization, testDb } from "./support/organization.ts";

const PHONE = "+254722000111";
const PAID_AT = Date.UTC(2026, 11, 31, 21, 30);

function platform() {
  return withActor(testBase(), { kind: "platform", id: "test", organizationId: null });
}

async function createInstance({ apiToken }: TestOrganization): Promise<string> {
  const { body } = await call<{ id: string }>("POST", "/v1/instances", {
    token: apiToken,
    body: { name: "Shop", channel: "simulator" },
  });
  return body.id;
}

/** A payment that was paid, written straight into the table. */
async function addPaidPayment(
  organization: TestOrganization,
  instanceId: string,
  change: Partial<typeof payment.$inferInsert> = {},
): Promise<string> {
  const id = newId("payment");
  const base = testBase();
  await testDb()
    .insert(payment)
    .values({
      id,
      organizationId: organization.id,
      instanceId,
      requestedByKind: "plugin",
      requestedById: "ins_1",
      chatObjectId: (await chatIdOf(env.CHATS, instanceId, PHONE)).toString(),
      payerPhoneSealed: await base.keyRing.seal(PHONE, `payment.payer_phone:${id}`),
      payerHash: "hash",
      provider: "mpesa",
      amount: 125_000,
      currency: "KES",
      orderReference: "ORDER-1",
      description: "Gas",
      reference: id.slice(-12).toUpperCase(),
      state: "succeeded",
      receiptNumber: "SFF6XYZ123",
      callbackSecretSealed: "",
      idempotencyScope: organization.id,
      idempotencyKey: id,
      expiresAt: PAID_AT,
      settledAt: PAID_AT,
      createdAt: PAID_AT,
      updatedAt: PAID_AT,
      ...change,
    });
  return id;
}

function receiptsOf(organizationId: string) {
  return testDb().select().from(receipt).where(eq(receipt.organizationId, organizationId));
}

describe("issuing", () => {
  it("[RECEIPT-07] makes one receipt of a payment, however often and at once it is asked", async () => {
    const organization = await createOrganization();
    const id = await addPaidPayment(organization, await createInstance(organization));
    const subject = { kind: "payment", id } as const;
    const ids = await Promise.all(
      Array.from({ length: 10 }, () => issueReceipt({ ctx: platform(), input: subject })),
    );
    expect(new Set(ids).size).toBe(1);
    const rows = await receiptsOf(organization.id);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ id: ids[0], paymentId: id, number: "RCP-2027-000001" });
  });

  it("[RECEIPT-08] numbers an organisation's receipts without a gap or a double, also when they race", async () => {
    const [one, other] = [await createOrganization(), await createOrganization()];
    const instanceId = await createInstance(one);
    const ids = await Promise.all(Array.from({ length: 12 }, () => addPaidPayment(one, instanceId)));
    const lone = await addPaidPayment(other, await createInstance(other));
    await Promise.all(
      [...ids, ...ids, lone].map((id) => issueReceipt({ ctx: platform(), input: { kind: "payment", id } })),
    );
    const numbers = (await receiptsOf(one.id)).map(({ number }) => number).sort();
    expect(numbers).toEqual(
      Array.from({ length: 12 }, (_, index) => `RCP-2027-${String(index + 1).padStart(6, "0")}`),
    );
    expect((await receiptsOf(other.id)).map(({ number }) => number)).toEqual(["RCP-2027-000001"]);
  });

  it("issues nothing for money that has not moved", async () => {
    const organization = await createOrganization();
    const instanceId = await createInstance(organization);
    const id = await addPaidPayment(organization, instanceId, { state: "pending", settledAt: null });
    expect(await issueReceipt({ ctx: platform(), input: { kind: "payment", id } })).toBeNull();
    expect(
      await issueReceipt({ ctx: platform(), input: { kind: "refund", id: newId("refund") } }),
    ).toBeNull();
    expect(await receiptsOf(organization.id)).toEqual([]);
  });

  it("[RECEIPT-09] says what the business's profile says, and shows the payer's last digits only", async () => {
    const organization = await createOrganization();
    const profile = {
      name: "Duka la Amina",
      lines: ["Biashara Street 12"],
      taxNumber: "P05",
      logo: null,
      thanks: "Asante",
      timeZone: "America/New_York",
      receiptPrefix: "DUK",
    };
    const put = await call("PUT", "/v1/business-profile", { token: organization.apiToken, body: profile });
    expect(put.body).toEqual(profile);
    const details = '{ "deliveryAddress" : "Gate  C" }';
    const id = await addPaidPayment(organization, await createInstance(organization), {
      orderDetails: details,
    });
    await issueReceipt({ ctx: platform(), input: { kind: "payment", id } });
    const [row] = await receiptsOf(organization.id);
    expect(row?.number).toBe("DUK-2026-000001");
    const content = row === undefined ? null : readContent(row);
    expect(content).toMatchObject({
      business: { name: "Duka la Amina", thanks: "Asante" },
      timeZone: "America/New_York",
      orderDetails: details,
      provider: "M-Pesa",
    });
    expect(JSON.stringify(content)).not.toContain(PHONE.slice(-6));
  });
});

describe("over the API", () => {
  it("shows receipts to the organisation alone", async () => {
    const [organization, stranger] = [await createOrganization(), await createOrganization()];
    const paymentId = await addPaidPayment(organization, await createInstance(organization));
    const id = await issueReceipt({ ctx: platform(), input: { kind: "payment", id: paymentId } });
    const own = await call("GET", `/v1/receipts?paymentId=${paymentId}`, { token: organization.apiToken });
    expect(own.body).toMatchObject({ data: [{ id, number: "RCP-2027-000001", amount: 125_000, sends: 0 }] });
    expect((await call("GET", `/v1/receipts/${id}`, { token: stranger.apiToken })).status).toBe(404);
    expect((await call("POST", `/v1/receipts/${id}/send`, { token: stranger.apiToken })).status).toBe(404);
    expect((await call("GET", "/v1/receipts", { token: stranger.apiToken })).body).toMatchObject({
      data: [],
    });
  });

  it("refuses a profile that no receipt could show", async () => {
    const { apiToken } = await createOrganization();
    for (const [change, pointer] of [
      [{ timeZone: "Nairobi" }, "/timeZone"],
      [{ name: "" }, "/name"],
      [{ logo: { contentType: "image/png", base64: btoa("no picture") } }, "/logo/base64"],
    ] as const) {
      const { status, body } = await call<{ issues: { pointer: string }[] }>("PUT", "/v1/business-profile", {
        token: apiToken,
        body: { name: "Duka", ...change },
      });
      expect([status, body.issues[0]?.pointer]).toEqual([422, pointer]);
    }
  });

  it("[RECEIPT-10] serves the file to whoever has a signed link, until it ends", async () => {
    const organization = await createOrganization();
    const paymentId = await addPaidPayment(organization, await createInstance(organization));
    const id = await issueReceipt({ ctx: platform(), input: { kind: "payment", id: paymentId } });
    const { status, body } = await call<{ url: string }>("POST", `/v1/receipts/${id}/link`, {
      token: organization.apiToken,
    });
    expect(status).toBe(201);
    const { pathname, search } = new URL(body.url);
    const other = pathname.replace(String(id), newId("receipt"));
    for (const path of [
      pathname,
      `${pathname}${search.replace(/.$/, (last) => (last === "A" ? "B" : "A"))}`,
      `${pathname}${search.replace(/expires=(\d)/, "expires=9")}`,
      `${pathname}?expires=1&signature=${new URLSearchParams(search).get("signature")}`,
      `${other}${search}`,
    ]) {
      expect((await call("GET", path)).body).toMatchObject({ status: 403, code: "link_invalid" });
    }
  });
});

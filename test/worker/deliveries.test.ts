/** The list of what did not go out, over all chats: by number, by plugin, by rule. */
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { describe, expect, it, vi } from "vitest";
import type { DeliveryRecord } from "../../src/contract/records.ts";
import { delivery } from "../../src/db/schema/index.ts";
import { removeRecords } from "../../src/plugins/records/remove-records.ts";
import { storeRecordRows } from "../../src/plugins/records/store-records.ts";
import { createDesk, type Desk } from "./support/desk.ts";
import { platformAt } from "./support/obligations.ts";
import { testDb } from "./support/organization.ts";
import { createPolicyNumber, DAY_MS, HOUR_MS, NOON, PolicyCustomer } from "./support/policy.ts";

type Row = {
  id: string;
  decision: string;
  reason: string;
  instanceId: string;
  installationId: string | null;
  chatId: string;
  deliveryId: string;
};
type Page = { data: Row[]; nextCursor: string | null };

const PROACTIVE = { kind: "proactive" } as const;
const NIGHT = { from: "21:00", to: "07:00", allowUrgent: false };

const list = async (desk: Desk, query = ""): Promise<Row[]> =>
  (await desk.control<Page>("GET", `/v1/deliveries?${query}`)).body.data;

/** Records travel by a queue, so they are there a moment later. */
function expectRows(desk: Desk, query: string, rows: object[]): Promise<void> {
  return vi.waitFor(async () => expect(await list(desk, query)).toMatchObject(rows), { timeout: 10_000 });
}

describe("[POLICY-22] the list of what did not go out", () => {
  it("shows what was blocked and is held, of a number and of a plugin, and what became of it", async () => {
    const desk = await createDesk();
    const [day, night] = [
      await createPolicyNumber(desk),
      await createPolicyNumber(desk, { quietHours: NIGHT }),
    ];
    const one = new PolicyCustomer(desk, day);
    await one.write("STOP");
    await one.pass(10_000);
    expect(await one.send("Reminder", PROACTIVE)).toBe("blocked opted_out");
    expect(await one.send("From us", { ...PROACTIVE, installationId: null })).toBe("blocked opted_out");
    const other = new PolicyCustomer(desk, night);
    await other.write("Hello");
    await other.pass(10_000);
    await other.pass(10 * HOUR_MS);
    expect(await other.send("Later", PROACTIVE)).toBe("held quiet_hours");
    expect(await other.send("Taken back", PROACTIVE, "key")).toBe("held quiet_hours");
    const plugin = desk.installation.id;
    await expectRows(desk, `instanceId=${day}`, [
      { decision: "block", reason: "opted_out", installationId: null },
      { decision: "block", reason: "opted_out", installationId: plugin },
    ]);
    await expectRows(desk, `installationId=${plugin}&decision=hold&reason=quiet_hours`, [
      { instanceId: night, kind: "proactive", until: "2030-06-04T04:00:00.000Z" },
      { instanceId: night },
    ]);
    const [held] = await list(desk, `instanceId=${night}&decision=hold`);
    expect(JSON.stringify(await list(desk))).not.toMatch(/Reminder|Later|\+?254\d{6}/);
    expect(await (await other.stub()).withdraw({ dedupeKey: "key" })).toBe(true);
    await other.pass(10 * HOUR_MS);
    await expectRows(desk, `instanceId=${night}`, [
      { id: held?.id, decision: "block", reason: "withdrawn" },
      { decision: "send", reason: "allowed" },
    ]);
    expect(await list(desk, `chatId=${held?.chatId}&decision=hold`)).toEqual([]);
    const { body } = await desk.control<{ data: object[] }>("GET", `/v1/chats/${held?.chatId}/deliveries`);
    expect(body.data).toContainEqual(expect.objectContaining({ id: held?.deliveryId, text: "Taken back" }));
    expect(await list(await createDesk()), "another organisation's").toEqual([]);
    expect((await desk.control("GET", "/v1/deliveries?reason=mood")).status).toBe(422);
  });

  it("is read page by page, newest first", async () => {
    const desk = await createDesk();
    const customer = new PolicyCustomer(desk, await createPolicyNumber(desk));
    await customer.write("STOP");
    for (let message = 0; message < 5; message++) {
      await customer.send(`Reminder ${message}`, PROACTIVE);
      customer.now += message % 2 === 0 ? 0 : HOUR_MS;
    }
    await vi.waitFor(async () => expect(await list(desk)).toHaveLength(5), { timeout: 10_000 });
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const after: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await desk.control<Page>("GET", `/v1/deliveries?limit=2${after}`);
      seen.push(...body.data.map(({ deliveryId }) => deliveryId));
      cursor = body.nextCursor;
    }
    expect(seen.map(Number)).toEqual([...seen.map(Number)].sort((a, b) => b - a));
    expect(new Set(seen).size).toBe(5);
  });

  it("keeps the latest decision, in whatever order and however often the queue delivers", async () => {
    const { organization, supportId } = await createDesk();
    const decided = (decidedAt: number, decision: DeliveryRecord["decision"]): DeliveryRecord => ({
      id: "chat_1:1",
      instanceId: supportId,
      chatId: "chat_1",
      deliveryId: "1",
      installationId: null,
      kind: "proactive",
      decision,
      reason: decision === "hold" ? "quiet_hours" : "expired",
      until: null,
      decidedAt,
      createdAt: NOON,
    });
    const store = (...records: DeliveryRecord[]) =>
      storeRecordRows({
        ctx: platformAt(NOON),
        input: [{ type: "deliveries", organizationId: organization.id, records }],
      });
    await store(decided(NOON + 2, "block"), decided(NOON + 1, "hold"));
    await store(decided(NOON + 1, "hold"));
    const read = () => testDb().select().from(delivery).where(eq(delivery.organizationId, organization.id));
    expect(await read()).toMatchObject([{ decision: "block", reason: "expired" }]);
    await removeRecords({ ctx: platformAt(NOON + 91 * DAY_MS) });
    expect(await read()).toEqual([]);
  });

  it.each(["instance_id", "installation_id"])("is found by the index of its %s", async (column) => {
    const { results } = await env.DB.prepare(
      `explain query plan select * from delivery where organization_id = 'a' and ${column} = 'b' order by created_at desc, id desc limit 51`,
    ).all<{ detail: string }>();
    expect(results.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/SEARCH .* INDEX delivery_in/),
    ]);
  });
});

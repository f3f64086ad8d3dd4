/** A plugin that lists what is due, served by the receiver of events, with the platform's own work done on demand. */
import { eq } from "drizzle-orm";
import { expect, inject, vi } from "vitest";
import { type Ctx, withActor } from "../../../src/access/context.ts";
import type { WorkMessage } from "../../../src/contract/work.ts";
import { eventDelivery, obligation, obligationPoll, pluginContact } from "../../../src/db/schema/index.ts";
import { deliverEvent } from "../../../src/effects/events/deliver-event.ts";
import { actOnObligation } from "../../../src/effects/obligations/act-on-obligation.ts";
import { keepPolls } from "../../../src/effects/obligations/keep-polls.ts";
import { pollPlugin } from "../../../src/effects/obligations/poll-plugin.ts";
import type { SinkAnswers, SunkEvent } from "../../support/stand-in.ts";
import { clockAt, testBase } from "./base.ts";
import { createDesk, type Desk, type InstallationBody } from "./desk.ts";
import { testDb } from "./organization.ts";

export const REQUEST = "plugin:obligations:request";
export const TO_KNOWN = "plugin:messages:send:known_contact";
export const TO_ANYONE = "plugin:messages:send:external_recipient";
export const ESCALATE_KNOWN = "plugin:escalations:create:known_contact";

export type CashBook = {
  /** Whose plugin is the cash book: bridge calls of it are signed with its secret. */
  readonly desk: Desk;
  /** What its tool answers from now on. */
  readonly lists: (...due: unknown[]) => Promise<void>;
  /** Inputs of `list_due` since it was last told what to answer. */
  readonly polls: () => Promise<{ now: number; limit: number }[]>;
  /** Inputs of `record_event`. */
  readonly heard: () => Promise<Readonly<Record<string, unknown>>[]>;
  /** The customer as the plugin knows them, after a tool call for them. */
  readonly meet: (phone: string) => Promise<string>;
};

/** Work that was enqueued, which nobody does. */
export function quietWork() {
  const sent: WorkMessage[] = [];
  const delays: number[] = [];
  const take = (body: WorkMessage, delaySeconds = 0) => {
    sent.push(body);
    delays.push(delaySeconds);
  };
  const queue = {
    send: async (body: WorkMessage, options?: { delaySeconds?: number }) => take(body, options?.delaySeconds),
    sendBatch: async (batch: { body: WorkMessage; delaySeconds?: number }[]) => {
      for (const { body, delaySeconds } of batch) {
        take(body, delaySeconds);
      }
    },
  };
  return { sent, delays, queue };
}

/** The platform at that time; its queues keep what they are given. */
export function platformAt(now: number, queue: unknown = quietWork().queue): Ctx {
  const events = { sendBatch: async () => undefined };
  const replaced = { clock: clockAt(now), work: queue, events } as never;
  return withActor(testBase(replaced), { kind: "platform", id: "test", organizationId: null });
}

/** A desk whose plugin lists obligations, granted with these permissions on its first number. */
export async function createCashBook(
  permissions: readonly string[] = [REQUEST, TO_KNOWN, TO_ANYONE, ESCALATE_KNOWN],
): Promise<CashBook> {
  const desk = await createDesk();
  const { control } = desk;
  const name = `d${crypto.randomUUID().slice(0, 8)}`;
  const url = `${inject("eventSinkUrl")}/${name}`;
  const review = await control<{ id: string; permissions: { key: string }[] }>("POST", "/v1/plugin-reviews", {
    manifestUrl: `${url}/obligations.json`,
  });
  const { body: installation } = await control<InstallationBody>("POST", "/v1/installations", {
    reviewId: review.body.id,
    configuration: {},
    permissionKeys: review.body.permissions.map(({ key }) => key),
  });
  const path = `/v1/instances/${desk.supportId}/grants/${installation.id}`;
  expect((await control("PUT", path, { permissions, tools: ["look_up"] })).status).toBe(200);
  const read = async () =>
    (await (await fetch(url)).json()) as { data: SunkEvent[]; polls: { now: number; limit: number }[] };
  const inputs = async () =>
    (await read()).data.map(
      ({ body }) =>
        JSON.parse(body) as {
          tool: string;
          input: Readonly<Record<string, unknown>>;
          context: { user?: { id: string } };
        },
    );
  return {
    desk: { ...desk, installation },
    async lists(...due) {
      const answers: SinkAnswers = { statuses: [200], due };
      await fetch(url, { method: "PUT", body: JSON.stringify(answers) });
    },
    polls: async () => (await read()).polls,
    heard: async () =>
      (await inputs()).filter(({ tool }) => tool === "record_event").map(({ input }) => input),
    async meet(phone) {
      const tool = `${installation.slug}__look_up`;
      expect((await desk.callTool({ tool, body: { input: {}, customer: { phone } } })).body.status).toBe(
        "ok",
      );
      const userId = (await inputs()).at(-1)?.context.user?.id ?? "";
      await vi.waitFor(async () => {
        const rows = await testDb().select().from(pluginContact).where(eq(pluginContact.userId, userId));
        expect(rows).not.toEqual([]);
      });
      return userId;
    },
  };
}

export async function pollOf({ desk: { installation } }: CashBook) {
  const [row] = await testDb()
    .select()
    .from(obligationPoll)
    .where(eq(obligationPoll.installationId, installation.id));
  if (row === undefined) {
    throw new Error("The plugin is not asked.");
  }
  return row;
}

export function obligationsOf({ desk: { installation } }: CashBook) {
  return testDb()
    .select()
    .from(obligation)
    .where(eq(obligation.installationId, installation.id))
    .orderBy(obligation.id);
}

/** Has the plugin asked, at the time at which that is due. Returns that time. */
export async function poll(book: CashBook): Promise<number> {
  await keepPolls({ ctx: platformAt(Date.now()), input: { recent: true } });
  const { id, organizationId, nextPollAt } = await pollOf(book);
  const now = nextPollAt ?? 0;
  await pollPlugin({ ctx: platformAt(now), input: { organizationId, id } });
  return now;
}

/** Acts on every obligation of the plugin that is due at that time. */
export async function actOnAll(book: CashBook, now: number): Promise<void> {
  for (const { id, organizationId } of await obligationsOf(book)) {
    await actOnObligation({ ctx: platformAt(now), input: { organizationId, id } });
  }
}

/** Tells the plugin what is to be told. */
export async function tellAll({ desk: { organization } }: CashBook, now: number): Promise<void> {
  const rows = await testDb()
    .select({ id: eventDelivery.id })
    .from(eventDelivery)
    .where(eq(eventDelivery.organizationId, organization.id))
    .orderBy(eventDelivery.createdAt, eventDelivery.id);
  for (const { id } of rows) {
    await deliverEvent({ ctx: platformAt(now), input: { organizationId: organization.id, id } });
  }
}

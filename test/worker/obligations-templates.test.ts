/** Reminders on real WhatsApp, to customers who have been silent for a day: a template, or what the plugin wants instead. */
import { beforeAll, describe, expect, it } from "vitest";
import { callBridge, dueRent } from "./support/bridge.ts";
import { chatStub, newPhone, ring, saying, sentTo, thinkBy } from "./support/chats.ts";
import {
  actOnAll,
  type CashBook,
  createCashBook,
  ESCALATE_KNOWN,
  obligationsOf,
  poll,
  pollOf,
  REQUEST,
  TO_ANYONE,
  tellAll,
} from "./support/obligations.ts";
import { createPolicyNumber, HOUR_MS, REMINDER } from "./support/policy.ts";

const PERMISSIONS = [REQUEST, TO_ANYONE, ESCALATE_KNOWN];
const TEXT = "Your rent is due.";
const TEMPLATE = { ...REMINDER, variables: { "1": "rent", "2": "KES 12,000" } };
const UNKNOWN = { name: "never_approved", language: "en" };

/** A plugin whose only number is one of real WhatsApp, with one approved template. */
async function onWhatsApp(): Promise<{ book: CashBook; numberId: string }> {
  const book = await createCashBook(PERMISSIONS);
  const { control, supportId, installation } = book.desk;
  await control("DELETE", `/v1/instances/${supportId}/grants/${installation.id}`);
  const numberId = await createPolicyNumber(book.desk);
  const path = `/v1/instances/${numberId}/grants/${installation.id}`;
  expect((await control("PUT", path, { permissions: PERMISSIONS })).status).toBe(200);
  return { book, numberId };
}

const item = (obligationId: string, change: object) => ({
  obligationId,
  title: "Rent of November",
  dueAt: Date.now() - HOUR_MS,
  message: TEXT,
  action: "reminder",
  ...change,
});

/** What became of each, by the plugin's own id. */
async function endsOf(book: CashBook): Promise<Record<string, string>> {
  const rows = await obligationsOf(book);
  return Object.fromEntries(
    rows.map(({ externalId, state, reason }) => [externalId, [state, reason].filter(Boolean).join(": ")]),
  );
}

const approve = ({ desk }: CashBook, numberId: string, templates: object[]) =>
  desk.control("PATCH", `/v1/instances/${numberId}`, { templates });

let stage: { book: CashBook; numberId: string };
beforeAll(async () => {
  stage = await onWhatsApp();
});

describe("[OBLIGATION-17] a customer who has not written for a day", () => {
  it("is reminded by the template that the plugin lists; without one it is blocked, or held until they write", async () => {
    const { book, numberId } = await onWhatsApp();
    const [byTemplate, blocked, held] = [newPhone(), newPhone(), newPhone()];
    await book.lists({
      obligations: [
        item("template", { phone: byTemplate, template: TEMPLATE }),
        item("plain", { phone: blocked }),
        item("hold", { phone: held, whenClosed: "hold" }),
      ],
    });
    const now = await poll(book);
    await actOnAll(book, now);
    expect(await endsOf(book)).toEqual({
      template: "sent",
      plain: "blocked: outside_window",
      hold: "waiting: outside_window",
    });
    expect(await sentTo("whatsapp-cloud", byTemplate)).toEqual([REMINDER.name]);
    expect(await sentTo("whatsapp-cloud", blocked)).toEqual([]);
    expect(await sentTo("whatsapp-cloud", held)).toEqual([]);

    const waiting = (await obligationsOf(book)).find(({ externalId }) => externalId === "hold");
    expect(waiting?.nextActAt).toBe(now + HOUR_MS);
    const stub = await chatStub(numberId, held);
    await thinkBy(stub, saying("Hi"));
    await stub.receive({
      address: { organizationId: book.desk.organization.id, instanceId: numberId, phone: held },
      messages: [{ providerId: held, sentAt: Date.now(), parts: [{ type: "text", text: "Hello" }] }],
    });
    await ring(stub);
    expect(await sentTo("whatsapp-cloud", held)).toContain(TEXT);
    await actOnAll(book, now + HOUR_MS);
    expect(await endsOf(book)).toMatchObject({ hold: "sent" });
    await tellAll(book, now + HOUR_MS);
    expect(
      new Set((await book.heard()).map(({ obligationId, reason }) => [obligationId, reason].join())),
    ).toEqual(new Set(["template,", "plain,outside_window", "hold,"]));
  });

  it("is reminded by the template that the plugin's server asks with, or not at all once it is gone", async () => {
    const { book, numberId } = await onWhatsApp();
    const ask = (phone: string, externalId: string, change: object) =>
      callBridge<{ id: string; code: string; issues: { pointer: string; code: string }[] }>(
        book.desk,
        {
          method: "POST",
          path: "/obligations",
          body: dueRent({ recipient: { type: "external_recipient", phone }, externalId, ...change }),
        },
        { instanceId: numberId },
      );
    const [first, second, third] = [newPhone(), newPhone(), newPhone()];
    const asked = await ask(first, "template", { template: TEMPLATE, whenClosed: "hold" });
    expect(asked.status).toBe(201);
    const shown = await book.desk.control("GET", `/v1/obligations/${asked.body.id}`);
    expect(shown.body).toMatchObject({ template: TEMPLATE, whenClosed: "hold" });
    const unknown = await ask(second, "unknown", { template: UNKNOWN });
    expect(unknown).toMatchObject({
      status: 422,
      body: { code: "obligation_invalid", issues: [{ pointer: "/template", code: "template_unknown" }] },
    });
    await actOnAll(book, Date.now() + HOUR_MS);
    expect(await sentTo("whatsapp-cloud", first)).toEqual([REMINDER.name]);

    expect((await ask(second, "block", { template: TEMPLATE })).status).toBe(201);
    expect((await ask(third, "hold", { template: TEMPLATE, whenClosed: "hold" })).status).toBe(201);
    await approve(book, numberId, []);
    await actOnAll(book, Date.now() + HOUR_MS);
    expect(await endsOf(book)).toEqual({
      template: "sent",
      block: "blocked: template_unknown",
      hold: "waiting: template_unknown",
    });
  });
});

describe("[OBLIGATION-03] a template", () => {
  it("that is wrong drops its item, which is taken once the number has it", async () => {
    const { book, numberId } = await onWhatsApp();
    await book.lists({
      obligations: [
        item("good", { phone: newPhone(), template: TEMPLATE }),
        item("unknown", { phone: newPhone(), template: UNKNOWN }),
        item("word", { phone: newPhone(), template: "order_ready" }),
        item("numbers", { phone: newPhone(), template: { ...REMINDER, variables: { "1": 12_000 } } }),
        item("surprise", { phone: newPhone(), template: { ...TEMPLATE, text: "x" } }),
        item("choice", { phone: newPhone(), whenClosed: "wait" }),
      ],
    });
    await actOnAll(book, await poll(book));
    expect(await endsOf(book)).toEqual({ good: "sent" });
    const { problems, lastError } = await pollOf(book);
    expect(lastError).toBeNull();
    expect(problems.map(({ obligationId, code }) => `${obligationId}: ${code}`)).toEqual([
      "word: item_invalid",
      "numbers: item_invalid",
      "surprise: item_invalid",
      "choice: item_invalid",
      "unknown: template_unknown",
    ]);
    expect(JSON.stringify(problems)).not.toContain(UNKNOWN.name);
    await approve(book, numberId, [REMINDER, UNKNOWN]);
    await poll(book);
    expect(Object.keys(await endsOf(book))).toContain("unknown");
  });

  it.each<[string, object]>([
    ["without a language", { template: { name: "order_ready" } }],
    ["whose variable is a number", { template: { ...REMINDER, variables: { "1": 1 } } }],
    ["of a choice that there is not", { whenClosed: "wait" }],
  ])("%s is refused", async (_, change) => {
    const request = { method: "POST", path: "/obligations", body: dueRent(change) };
    const { status } = await callBridge(stage.book.desk, request, { instanceId: stage.numberId });
    expect(status).toBe(422);
  });

  it("means nothing to an escalation, which goes to staff", async () => {
    const { book } = stage;
    await book.lists({
      obligations: [
        item("person", { phone: newPhone(), action: "escalation", template: UNKNOWN, whenClosed: "hold" }),
      ],
    });
    await poll(book);
    expect(await obligationsOf(book)).toMatchObject([{ template: null, whenClosed: null }]);
  });
});

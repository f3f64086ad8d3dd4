/** Approvals of a test's desk: calls that wait, those who decide, and the platform's ticks. */
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { inject } from "vitest";
import { type Ctx, withActor } from "../../../src/access/context.ts";
import { chatOf } from "../../../src/channels/chat-name.ts";
import { buttonId, type Verdict } from "../../../src/contract/approvals.ts";
import type { InboundPart } from "../../../src/contract/channel.ts";
import { approval } from "../../../src/db/schema/index.ts";
import { settleApprovals } from "../../../src/plugins/approvals/settle-approvals.job.ts";
import { clockAt, testBase } from "./base.ts";
import { type ChatStub, ring } from "./chats.ts";
import { openChat } from "./conversations.ts";
import { DAMAGED, type Desk, type OutcomeBody } from "./desk.ts";
import { testDb } from "./organization.ts";

export const TOOL = "create_support_ticket";
/** A grant by which every call of the desk's tool waits. */
export const WAITS = { tools: [TOOL], approvals: { [TOOL]: "always" } };

export type ApprovalBody = {
  id: string;
  state: string;
  callId: string;
  chatId: string | null;
  payload: string;
  payloadHash: string;
  reason: string;
  decidedBy: { kind: string; id: string } | null;
  decidedVia: string | null;
  errorCode: string | null;
  outcome: string | null;
  code?: string;
};
type PendingBody = OutcomeBody & { approvalId: string; decider: string; expiresAt: string };

/** Calls that reached the plugin from this desk: the id that each came under. */
export async function callsOf({ supportId }: Desk): Promise<string[]> {
  const calls = (await (await fetch(`${inject("standInUrl")}/-/calls`)).json()) as {
    headers: Record<string, string>;
    body: string;
  }[];
  return calls
    .filter(({ body }) => body.includes(supportId))
    .map(({ headers }) => headers["idempotency-key"] ?? "");
}

/** What a test does with the approvals of the desk that it has at the moment. */
export function approvalsOf(desk: () => Desk) {
  const listed = async (filter = "") =>
    (await desk().control<{ data: ApprovalBody[] }>("GET", `/v1/approvals${filter}`)).body.data;
  return {
    listed,
    callOverHttp: async (input: object = DAMAGED): Promise<PendingBody> =>
      (await desk().callTool({ body: { input } })).body as PendingBody,
    decide: (id: string, verdict: Verdict, body?: object) =>
      desk().control<ApprovalBody>("POST", `/v1/approvals/${id}/${verdict}`, body),
    read: async (id: string) => (await desk().control<ApprovalBody>("GET", `/v1/approvals/${id}`)).body,
    /** A customer whose damaged order waits for a decision; the offline model talks. */
    waitingChat: async (): Promise<{ phone: string; stub: ChatStub; id: string }> => {
      const { phone, stub } = await openChat(desk(), "My order arrived damaged");
      await ring(stub);
      const [waiting] = await listed("?state=pending");
      return { phone, stub, id: waiting?.id ?? "" };
    },
    /** Taps a button of that approval on that phone. */
    tap: async (phone: string, verdict: Verdict, id: string): Promise<void> => {
      const { supportId: instanceId, organization } = desk();
      const chat = await chatOf(env.CHATS, instanceId, phone);
      const part: InboundPart = { type: "button", text: verdict, payload: buttonId(verdict, id) };
      const messages = [{ providerId: crypto.randomUUID(), sentAt: Date.now(), parts: [part] }];
      await chat.receive({ address: { organizationId: organization.id, instanceId, phone }, messages });
    },
  };
}

/** A tick at that time. */
export async function tick(now: number): Promise<void> {
  const actor = { kind: "platform", id: "cron", organizationId: null } as const;
  await settleApprovals(withActor<Ctx["actor"]>(testBase({ clock: clockAt(now) }), actor));
}

/** Puts a row into a state that a crash leaves behind. */
export async function leaveAs(id: string, columns: Partial<typeof approval.$inferInsert>): Promise<void> {
  await testDb().update(approval).set(columns).where(eq(approval.id, id));
}

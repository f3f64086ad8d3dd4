import { z } from "@hono/zod-openapi";
import { MessageTemplate } from "../../contract/message-template.ts";
import { OBLIGATION_ACTIONS, OBLIGATION_STATES } from "../../contract/obligation-words.ts";
import { WHEN_CLOSED } from "../../contract/policy.ts";
import { PageQuery } from "../../http/openapi.ts";
import { POLL_MINUTES_MAX, POLL_MINUTES_MIN } from "./limits.ts";

const time = () => z.iso.datetime();

export const Obligation = z
  .object({
    id: z.string(),
    instanceId: z.string(),
    installationId: z.string(),
    source: z
      .enum(["polled", "requested"])
      .openapi({ description: "Whether the plugin's tool listed it, or its server asked for it." }),
    externalId: z.string().openapi({ description: "The plugin's own id of it." }),
    title: z.string(),
    message: z.string(),
    action: z.enum(OBLIGATION_ACTIONS),
    template: MessageTemplate.nullable(),
    whenClosed: z.enum(WHEN_CLOSED).nullable(),
    recipient: z
      .enum(["current_chat", "known_contact", "external_recipient"])
      .openapi({ description: "How the plugin named the customer." }),
    dueAt: time().openapi({ description: "With a repetition: of the present round." }),
    round: z.number().int(),
    timesLeft: z.number().int(),
    state: z.enum(OBLIGATION_STATES),
    reason: z.string().nullable().openapi({ description: "Why it ended so, or why it is held." }),
    nextActAt: time()
      .nullable()
      .openapi({ description: "While waiting: when it is acted on, or looked at again." }),
    createdAt: time(),
    updatedAt: time(),
  })
  .openapi("Obligation");
export type Obligation = z.infer<typeof Obligation>;

export const ObligationDetail = Obligation.extend({
  history: z.array(
    z.object({
      round: z.number().int(),
      what: z.enum([...OBLIGATION_STATES, "held"]),
      reason: z.string().nullable(),
      at: time(),
    }),
  ),
}).openapi("ObligationDetail");
export type ObligationDetail = z.infer<typeof ObligationDetail>;

export const ObligationQuery = PageQuery.extend({
  state: z.enum(OBLIGATION_STATES).optional(),
  instanceId: z.string().max(200).optional(),
  installationId: z.string().max(200).optional(),
});
export type ObligationQuery = z.infer<typeof ObligationQuery>;

export const ObligationPoll = z
  .object({
    id: z.string(),
    instanceId: z.string(),
    installationId: z.string(),
    intervalMinutes: z.number().int(),
    nextPollAt: time()
      .nullable()
      .openapi({ description: "Null while the plugin is not granted there; after failures further away." }),
    failures: z.number().int().openapi({ description: "In a row. Each doubles the interval, up to a day." }),
    lastPolledAt: time().nullable(),
    lastSucceededAt: time().nullable(),
    lastError: z.string().nullable(),
    last: z.object({ listed: z.number().int(), added: z.number().int(), dropped: z.number().int() }).openapi({
      description: "Items of the last answer, those that were new, and those that were no good.",
    }),
    problems: z
      .array(z.object({ obligationId: z.string().nullable(), code: z.string(), message: z.string() }))
      .openapi({ description: "Why items were dropped, the first few." }),
  })
  .openapi("ObligationPoll");
export type ObligationPoll = z.infer<typeof ObligationPoll>;

export const PollQuery = PageQuery.extend({ installationId: z.string().max(200).optional() });
export type PollQuery = z.infer<typeof PollQuery>;

export const UpdatePoll = z.strictObject({
  intervalMinutes: z.number().int().min(POLL_MINUTES_MIN).max(POLL_MINUTES_MAX),
});

export const IdParam = z.object({ id: z.string().max(200) });

/**
 * The doors of the gateway. They stand apart from the other routes and without their middleware, like the tool
 * call: clients expect OpenAI's shapes, errors included.
 */
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { type CtxBase, type OrgActor, type OrgCtx, withActor } from "../../access/context.ts";
import { DATA_PLANE } from "../../http/openapi.ts";
import { readBodyText } from "../../http/read-body.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { type InstanceCatalog, loadCatalog } from "../../plugins/catalog/index.ts";
import { authenticate, bearerText, toGatewayActor } from "../../tenancy/accounts/index.ts";
import { credentialPrefix, findGatewayKey, type KnownGatewayKey } from "../../tenancy/keys/index.ts";
import { listModelNames, ModelFailed } from "../models/index.ts";
import { type ChatFailure, toChatError, toChatFailure } from "./chat-error.ts";
import { completeChat } from "./complete-chat.ts";
import { REQUEST_MAX_BYTES } from "./limits.ts";
import { readChatRequest } from "./read-chat-request.ts";

export const CHAT_COMPLETIONS_PATH = "/v1/chat/completions";
export const MODELS_PATH = "/v1/models";

/** Names the number whose tools are meant, for a key that serves them all. */
const INSTANCE_HEADER = "x-kivuko-instance";

/** `POST /v1/chat/completions`. */
export async function postChatCompletion(request: Request, base: CtxBase): Promise<Response> {
  return answering(base, async () => {
    const [text, { actor, key }] = await Promise.all([
      readBodyText(request, REQUEST_MAX_BYTES),
      authenticateClient(request, base),
    ]);
    const chat = readChatRequest(text);
    const ctx: OrgCtx = withActor(base, actor);
    const abort = new AbortController();
    request.signal.addEventListener("abort", () => abort.abort());
    const completing = completeChat({
      ctx,
      input: {
        ...chat,
        requestCharacters: text.length,
        key,
        catalog: await findCatalog(request, ctx),
        abort,
      },
    });
    // When the client has left, what was begun is still ended in order: counted, settled, recorded.
    base.background(completing.catch(() => undefined));
    const { contentType, body } = await completing;
    return new Response(body, {
      headers: {
        "content-type": contentType,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-request-id": base.requestId,
      },
    });
  });
}

/** `GET /v1/models`. */
export async function getModels(request: Request, base: CtxBase): Promise<Response> {
  return answering(base, async () => {
    const { actor } = await authenticateClient(request, base);
    const models = await listModelNames({ ctx: withActor(base, actor) });
    const data = models.map(({ alias, provider, createdAt }) => ({
      id: alias,
      object: "model",
      created: Math.floor(createdAt / 1_000),
      owned_by: provider,
    }));
    return Response.json({ object: "list", data }, { headers: { "x-request-id": base.requestId } });
  });
}

async function answering(base: CtxBase, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ModelFailed) {
      base.log.warn("model_failed", { reason: error.failure.reason, status: error.failure.status });
      return toResponse(toChatError(error.failure), base.requestId);
    }
    if (!(error instanceof AppError)) {
      base.log.error("chat_completion_failed", { error });
    }
    return toResponse(toChatFailure(error, base.requestId), base.requestId);
  }
}

/** A gateway key, or an API token that may call tools; a session's cookie is for pages. */
async function authenticateClient(
  request: Request,
  base: CtxBase,
): Promise<{ actor: OrgActor; key: KnownGatewayKey | null }> {
  const text = bearerText(request.headers.get("authorization"));
  if (credentialPrefix(text) === "kvt") {
    return { actor: await authenticate({ request, base }), key: null };
  }
  const key = credentialPrefix(text) === "kvk" ? await findGatewayKey({ base, text }) : null;
  return { actor: toGatewayActor(key, base), key };
}

/** The catalog of the number that the key is bound to or the header names. Another one's number does not exist. */
async function findCatalog(request: Request, ctx: OrgCtx): Promise<InstanceCatalog | null> {
  const bound = ctx.actor.kind === "gateway_key" ? ctx.actor.instanceId : null;
  const wanted = request.headers.get(INSTANCE_HEADER) ?? bound;
  if (wanted === null) {
    return null;
  }
  const { catalog } = await loadCatalog(ctx, wanted);
  const isBoundElsewhere = bound !== null && bound !== wanted;
  if (catalog === undefined || catalog.organizationId !== ctx.actor.organizationId || isBoundElsewhere) {
    throw notFound("instance", wanted);
  }
  return catalog;
}

function toResponse({ status, body, retryAfterSeconds }: ChatFailure, requestId: string): Response {
  return Response.json(body, {
    status,
    headers: {
      "x-request-id": requestId,
      ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
    },
  });
}

const ErrorAnswer = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
    }),
  })
  .openapi("ChatError");

/** Adds the gateway to the OpenAPI document; its handlers are mounted outside of the described routes. */
export function describeGateway(registry: OpenAPIHono["openAPIRegistry"]): void {
  const failure = (description: string) => ({
    description,
    content: { "application/json": { schema: ErrorAnswer } },
  });
  registry.registerPath({
    method: "post",
    path: CHAT_COMPLETIONS_PATH,
    operationId: "createChatCompletion",
    tags: ["Gateway"],
    security: DATA_PLANE,
    summary: "OpenAI's chat completions, with the number's tools",
    description:
      "Without tools of its own, a request for a number gets the tools that are granted there, and they are run here. Every other request goes to the model as it is.",
    request: {
      headers: z.object({
        [INSTANCE_HEADER]: z
          .string()
          .optional()
          .openapi({ description: "The number, for a key that serves all of them." }),
      }),
      body: {
        required: true,
        content: {
          "application/json": {
            schema: z.looseObject({
              model: z.string(),
              messages: z.array(z.looseObject({ role: z.string() })).min(1),
              stream: z.boolean().nullish(),
              enabledPluginIds: z
                .array(z.string())
                .nullish()
                .openapi({ description: "The only plugins to consider; never passed on." }),
            }),
          },
        },
      },
    },
    responses: {
      200: {
        description: "A chat completion, or its chunks as server-sent events.",
        content: {
          "application/json": { schema: z.looseObject({ object: z.literal("chat.completion") }) },
          "text/event-stream": { schema: z.string() },
        },
      },
      400: failure("The request is wrong."),
      401: failure("The key is not valid."),
      404: failure("There is no such model or number."),
      413: failure("The body is larger than 4 MiB."),
      429: failure("A cap of the key or of the provider; see `Retry-After`."),
      502: failure("The model provider failed."),
    },
  });
  registry.registerPath({
    method: "get",
    path: MODELS_PATH,
    operationId: "listModelNames",
    tags: ["Gateway"],
    security: DATA_PLANE,
    summary: "The models that may be asked for",
    responses: {
      200: {
        description: "In OpenAI's shape.",
        content: {
          "application/json": {
            schema: z.object({
              object: z.literal("list"),
              data: z.array(
                z.object({
                  id: z.string(),
                  object: z.literal("model"),
                  created: z.number().int(),
                  owned_by: z.string(),
                }),
              ),
            }),
          },
        },
      },
      401: failure("The key is not valid."),
    },
  });
}

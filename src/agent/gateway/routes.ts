/**
 * The doors of the gateway. They stand apart from the other routes and without their middleware, like the tool
 * call: clients expect OpenAI's shapes, errors included.
 */
import { type CtxBase, type OrgActor, type OrgCtx, withActor } from "../../access/context.ts";
import { INSTANCE_HEADER } from "../../contract/chat-completions-http.ts";
import { readBodyText } from "../../http/read-body.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { type InstanceCatalog, loadCatalog } from "../../plugins/catalog/index.ts";
import { authenticate, bearerText, toGatewayActor } from "../../tenancy/accounts/index.ts";
import { credentialPrefix, findGatewayKey, type KnownGatewayKey } from "../../tenancy/keys/index.ts";
import { listModelNames, ModelFailed } from "../models/index.ts";
import { type ChatFailure, toChatError, toChatFailure } from "./chat-error.ts";
import { completeChat } from "./complete-chat.ts";
import { REQUEST_MAX_BYTES } from "./limits.ts";
import { modelNotFound } from "./model-not-found.ts";
import { readChatRequest } from "./read-chat-request.ts";

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
    const data = (await listModelNames({ ctx: withActor(base, actor) })).map(presentModelName);
    return Response.json({ object: "list", data }, { headers: { "x-request-id": base.requestId } });
  });
}

/** `GET /v1/models/{model}`. */
export async function getModel(request: Request, name: string, base: CtxBase): Promise<Response> {
  return answering(base, async () => {
    const { actor } = await authenticateClient(request, base);
    const models = await listModelNames({ ctx: withActor(base, actor) });
    const found = models.find(({ alias }) => alias === name);
    if (found === undefined) {
      throw modelNotFound(name);
    }
    return Response.json(presentModelName(found), { headers: { "x-request-id": base.requestId } });
  });
}

type ModelName = Awaited<ReturnType<typeof listModelNames>>[number];

function presentModelName({ alias, provider, createdAt }: ModelName) {
  return { id: alias, object: "model", created: Math.floor(createdAt / 1_000), owned_by: provider };
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

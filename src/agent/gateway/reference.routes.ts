/** The gateway in the OpenAPI document; its handlers are mounted outside of the described routes. */
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import {
  CHAT_COMPLETIONS_PATH,
  INSTANCE_HEADER,
  MODEL_PATH,
  MODELS_PATH,
} from "../../contract/chat-completions-http.ts";
import { DATA_PLANE } from "../../http/openapi.ts";

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

const ModelName = z
  .object({
    id: z.string().openapi({ description: "The alias, to be sent as `model`." }),
    object: z.literal("model"),
    created: z.number().int(),
    owned_by: z.string(),
  })
  .openapi("ModelName");

/** Adds the gateway's routes to the document. */
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
            schema: z.object({ object: z.literal("list"), data: z.array(ModelName) }),
          },
        },
      },
      401: failure("The key is not valid."),
    },
  });
  registry.registerPath({
    method: "get",
    path: MODEL_PATH,
    operationId: "getModelName",
    tags: ["Gateway"],
    security: DATA_PLANE,
    summary: "One of the models that may be asked for",
    request: { params: z.object({ model: z.string() }) },
    responses: {
      200: { description: "In OpenAI's shape.", content: { "application/json": { schema: ModelName } } },
      401: failure("The key is not valid."),
      404: failure("There is no such model."),
    },
  });
}

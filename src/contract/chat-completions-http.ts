/** Where OpenAI's clients find chat completions and models, and what they may say beside the body. */
export const CHAT_COMPLETIONS_PATH = "/v1/chat/completions";
export const MODELS_PATH = "/v1/models";
/** In the form of the OpenAPI document. The router has it as `/v1/models/:model{.+}`: names may hold slashes. */
export const MODEL_PATH = "/v1/models/{model}";

/** Names the number whose tools are meant, for a key that serves them all. */
export const INSTANCE_HEADER = "x-kivuko-instance";

/** The part of a Workers AI binding that is used: a model's name and its inputs go in, a value or a stream comes out. */
export type AiBinding = {
  run(
    model: string,
    inputs: Readonly<Record<string, unknown>>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<unknown>;
};

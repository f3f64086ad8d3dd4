/** What goes back to the client with status 200. */
export type ChatAnswer = {
  readonly contentType: string;
  readonly body: string | ReadableStream<Uint8Array>;
};

export type PluginErrorOptions = {
  /** Stable snake_case name, such as `not_found`. */
  readonly code: string;
  /** A sentence for the agent and its customer: no stack traces, no secrets. */
  readonly message: string;
  /** 400 to 499. 401 says that the connected account's access token is no longer good. */
  readonly status?: number;
  /** What the agent may do instead. */
  readonly fallback?: string;
};

/**
 * What a tool throws when it refuses: the caller gets `{"error": code, "message": …}` with the status. Anything
 * else that a tool throws is answered as 500 without details.
 */
export class PluginError extends Error {
  readonly code: string;
  readonly status: number;

  /** Throws a `RangeError` for a status outside 400 to 499. */
  constructor({ code, message, status = 400, fallback }: PluginErrorOptions) {
    super(fallback === undefined ? message : `${message}\nFallback suggestions: ${fallback}`);
    if (!Number.isInteger(status) || status < 400 || status > 499) {
      throw new RangeError(`A PluginError's status must be between 400 and 499, not ${status}.`);
    }
    this.name = "PluginError";
    this.code = code;
    this.status = status;
  }
}

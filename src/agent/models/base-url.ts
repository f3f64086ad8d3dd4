import { AppError } from "../../kernel/errors.ts";
import { checkOutsideUrl } from "../../kernel/outside-address.ts";
import type { CatalogProvider, KeyedProvider } from "./provider.ts";

const DEFAULT_BASE_URLS: Readonly<Record<KeyedProvider, string>> = {
  "openai-compatible": "https://api.openai.com/v1",
  anthropic: "https://api.anthropic.com",
};

/**
 * The address as it is stored: the provider's own for none, without a trailing slash, a query or a fragment; empty for
 * Workers AI, which has none. Throws `base_url_refused` for one that this platform does not call.
 */
export function toBaseUrl(
  provider: CatalogProvider,
  given: string | undefined,
  allowLoopbackHttp: boolean,
): string {
  if (provider === "workers-ai") {
    if (given !== undefined) {
      throw refused("Workers AI is reached by a binding and has no address: leave it out.");
    }
    return "";
  }
  const text = given ?? DEFAULT_BASE_URLS[provider];
  const checked = checkOutsideUrl(text, { allowLoopbackHttp });
  const why = !checked.ok
    ? checked.error
    : checked.value.search !== "" || checked.value.hash !== ""
      ? "The URL must not have a query or a fragment."
      : null;
  if (why !== null || !checked.ok) {
    throw refused(why ?? "");
  }
  return checked.value.href.replace(/\/+$/, "");
}

function refused(why: string): AppError {
  return new AppError("invalid", "base_url_refused", "This address cannot be called.", {
    issues: [{ pointer: "/baseUrl", code: "base_url_refused", message: why }],
  });
}

import { AppError } from "../../kernel/errors.ts";
import { checkOutsideUrl } from "../../kernel/outside-address.ts";
import type { CatalogProvider } from "./provider.ts";

const DEFAULT_BASE_URLS: Readonly<Record<CatalogProvider, string>> = {
  "openai-compatible": "https://api.openai.com/v1",
  anthropic: "https://api.anthropic.com",
};

/**
 * The address as it is stored: the provider's own for none, without a trailing slash, a query or a fragment.
 * Throws `base_url_refused` for one that this platform does not call.
 */
export function toBaseUrl(
  provider: CatalogProvider,
  given: string | undefined,
  allowLoopbackHttp: boolean,
): string {
  const text = given ?? DEFAULT_BASE_URLS[provider];
  const checked = checkOutsideUrl(text, { allowLoopbackHttp });
  const why = !checked.ok
    ? checked.error
    : checked.value.search !== "" || checked.value.hash !== ""
      ? "The URL must not have a query or a fragment."
      : null;
  if (why !== null || !checked.ok) {
    throw new AppError("invalid", "base_url_refused", "This address cannot be called.", {
      issues: [{ pointer: "/baseUrl", code: "base_url_refused", message: why ?? "" }],
    });
  }
  return checked.value.href.replace(/\/+$/, "");
}

import { AppError } from "../../kernel/errors.ts";

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * A browser sends its cookies along with whatever another site asks of it, so a change by cookie must come from
 * this deployment's own pages: by `Origin`, or by `Sec-Fetch-Site` where a browser leaves `Origin` out.
 * Throws `origin_refused` (403).
 */
export function requireOwnOrigin({ method, headers }: Request, publicBaseUrl: string): void {
  if (SAFE_METHODS.has(method)) {
    return;
  }
  const origin = headers.get("origin");
  const isOwn = origin === null ? headers.get("sec-fetch-site") === "same-origin" : origin === publicBaseUrl;
  if (!isOwn) {
    throw new AppError(
      "forbidden",
      "origin_refused",
      "A change by session must come from this site's own pages.",
      {
        hint: "Use an API token in scripts and from other sites.",
      },
    );
  }
}

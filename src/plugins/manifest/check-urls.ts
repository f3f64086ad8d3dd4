import type { Issue } from "../../kernel/errors.ts";

export type UrlOptions = {
  /** Plain http to this machine is for development; it says nothing about any other address. */
  readonly allowInsecureLoopback: boolean;
};

/** The rules for the URL that tool calls go to. Codes start `base_url_`. */
export function checkBaseUrl(text: string, pointer: string, options: UrlOptions): Issue[] {
  const issues = checkUrl(text, pointer, "base_url", options);
  if (text.includes("?")) {
    const message = "must have no query: a tool's path is appended to it";
    issues.push({ pointer, code: "base_url_query", message });
  }
  return issues;
}

/** The rules for a URL that is called with secrets. Every code starts with `family`. */
export function checkUrl(text: string, pointer: string, family: string, options: UrlOptions): Issue[] {
  // URL parsing drops tabs and line ends and takes "\" for "/": what was reviewed would not be what is called.
  const url = !/[\s\\]/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) {
    return [
      {
        pointer,
        code: `${family}_invalid`,
        message: "is not a URL; write it whole, as in https://example.com/path",
      },
    ];
  }
  const issues: Issue[] = [];
  const insecurity = describeInsecurity(url, options);
  if (insecurity) {
    issues.push({ pointer, code: `${family}_insecure`, message: insecurity });
  }
  if (url.username !== "" || url.password !== "") {
    const message = "must hold no user name or password; everybody who sees the manifest would have it";
    issues.push({ pointer, code: `${family}_credentials`, message });
  }
  if (text.includes("#")) {
    issues.push({ pointer, code: `${family}_fragment`, message: 'must have no fragment (what follows "#")' });
  }
  return issues;
}

function describeInsecurity(url: URL, options: UrlOptions): string | undefined {
  if (url.protocol === "https:") {
    return undefined;
  }
  if (url.protocol === "http:" && isLoopback(url.hostname)) {
    return options.allowInsecureLoopback
      ? undefined
      : "is plain http to this machine, which is allowed in development only; use HTTPS";
  }
  return "must start with https://";
}

/** Whether the host, as URL parsing leaves it, names the machine itself. */
function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** The rules for a tool's path: what is called is exactly what is written, below `baseUrl`. */
export function checkPath(path: string, pointer: string): Issue[] {
  const isBelow = path.startsWith("/") && !path.startsWith("//");
  if (isBelow && new URL(`https://plugin.invalid${path}`).pathname === path) {
    return [];
  }
  const message =
    'must be a plain path such as /execute: starting with one "/", without "..", "?", "#", "\\" or characters that a URL has to escape';
  return [{ pointer, code: "endpoint_path_invalid", message }];
}

/** Judges what a plugin's server sent back. Pure. */
import { ERROR_MESSAGE_MAX_BYTES } from "./limits.ts";
import { type Outcome, pluginFailure } from "./outcome.ts";

const STABLE_CODE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/**
 * 2xx: the JSON is the result. 4xx: the plugin's own `{error, message}`, cleaned and cut. Anything else, and
 * anything that is not JSON: a sentence of ours, because stack traces and HTML are nobody's business.
 */
export function readAnswer(status: number, body: string): Outcome {
  if (status >= 500) {
    return pluginFailure("plugin_failed");
  }
  if (status >= 400) {
    return readRefusal(body);
  }
  if (status < 200 || status >= 300) {
    return pluginFailure("plugin_redirected");
  }
  if (body.trim() === "") {
    return pluginFailure("plugin_answer_empty");
  }
  try {
    return { status: "ok", result: JSON.parse(body) as unknown };
  } catch {
    return pluginFailure("plugin_answer_invalid");
  }
}

function readRefusal(body: string): Outcome {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return refusal("plugin_refused", "The plugin refused the call.");
  }
  const { error, message } = (typeof parsed === "object" && parsed !== null ? parsed : {}) as {
    error?: unknown;
    message?: unknown;
  };
  const text =
    typeof message === "string"
      ? message
      : typeof error === "string"
        ? error
        : "The plugin refused the call.";
  const code = typeof error === "string" && STABLE_CODE.test(error) ? error : "plugin_refused";
  return refusal(code, clean(text));
}

function refusal(code: string, message: string): Outcome {
  const hasFallback = /^Fallback suggestions:/m.test(message);
  return {
    status: "error",
    error: {
      code,
      message: hasFallback
        ? message
        : `${message}\nFallback suggestions: check the details with the customer and try again, or offer another way.`,
    },
  };
}

/** Markup and control characters removed, cut to whole characters within the byte limit. */
function clean(text: string): string {
  const plain = text
    .replace(/<[^>]{0,1000}>/g, " ")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, " ")
    .replace(/[ \t]{2,}/g, " ")
    .trim();
  const bytes = new TextEncoder().encode(plain);
  return bytes.length <= ERROR_MESSAGE_MAX_BYTES
    ? plain
    : new TextDecoder().decode(bytes.subarray(0, ERROR_MESSAGE_MAX_BYTES)).replace(/\uFFFD+$/, "");
}

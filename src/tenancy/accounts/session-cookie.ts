/** Cookies of a session are named `<prefix>.session_token`, with `__Secure-` before it on https. */
export const COOKIE_PREFIX = "kivuko";

/** Whether the request carries a session's cookie at all; without one there is nothing to look up. */
export function hasSessionCookie(headers: Headers): boolean {
  return headers.get("cookie")?.includes(`${COOKIE_PREFIX}.session_token=`) ?? false;
}

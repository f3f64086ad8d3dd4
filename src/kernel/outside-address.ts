/**
 * Which addresses outside this platform may be called. A tenant chooses a plugin's URL, so it must not lead into
 * the network that the platform runs in (server-side request forgery). Pure: no look-up, no I/O.
 *
 * A Worker cannot resolve a name before it calls it, so a public name that points at a private address (DNS
 * rebinding) is not seen here. What bounds that is the runtime: with the compatibility flag
 * `global_fetch_strictly_public`, `fetch` goes out through Cloudflare's egress, which stands outside every private
 * network and has no metadata service. Whoever runs the Worker on plain workerd keeps the flag and gives it a
 * network that may only reach public addresses.
 */
import ipaddr from "ipaddr.js";
import { err, ok, type Result } from "./result.ts";

type OutsideUrlOptions = {
  /** Development switch: `localhost`, `127.0.0.0/8` and `::1` are allowed, by https and by plain http. */
  readonly allowLoopbackHttp: boolean;
};

/**
 * Endings that only mean something inside one network: special-use names (RFC 6761, 6762, 8375), ICANN's
 * `.internal`, and those that routers and offices use without asking. `.internal` holds the clouds' metadata hosts.
 */
const PRIVATE_NAME = /\.(?:localhost|localdomain|local|internal|intranet|private|home\.arpa|home|lan|corp)$/;

/** The addresses that IANA hands out to hosts on the Internet; what else is not special is not assigned. */
const GLOBAL_IPV6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse("2000::"), 3];

/**
 * The parsed URL, or a sentence that says why this platform does not call it. HTTPS only, no user name or password,
 * a public host. The URL parser has already mapped every spelling of an address (decimal, octal, hexadecimal,
 * short, percent-encoded, full-width) to one form, so call what is returned, not the text that was given.
 * The sentence never repeats a path, a query or a password.
 */
export function checkOutsideUrl(text: string, { allowLoopbackHttp }: OutsideUrlOptions): Result<URL, string> {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return err("This is not a valid absolute URL.");
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return err("Only https:// URLs can be called.");
  }
  if (url.username !== "" || url.password !== "") {
    return err("The URL must not carry a user name or a password.");
  }
  const place = placeOf(url.hostname);
  if (place === "loopback") {
    return allowLoopbackHttp
      ? ok(url)
      : err(`${url.hostname} is this machine's own address, which is only allowed while developing.`);
  }
  if (place === "private") {
    return err(`${url.hostname} is not a public address on the Internet.`);
  }
  if (place === "dotted_end") {
    return err(`Write the host ${url.hostname} without the dot at its end.`);
  }
  if (url.protocol === "http:") {
    return err(`${url.hostname} must be called by https://, not by plain http://.`);
  }
  return ok(url);
}

/** The one form that the URL parser gives to IPv4 addresses; it takes nothing else that ends in a number. */
const IPV4_HOST = /^\d+\.\d+\.\d+\.\d+$/;

/** Where a host lies, by the spelling that the URL parser gave it. */
function placeOf(hostname: string): "public" | "loopback" | "private" | "dotted_end" {
  if (hostname.startsWith("[")) {
    return placeOfIpv6(ipaddr.IPv6.parse(hostname.slice(1, -1)));
  }
  if (IPV4_HOST.test(hostname)) {
    const range = ipaddr.IPv4.parse(hostname).range();
    return range === "unicast" ? "public" : range === "loopback" ? "loopback" : "private";
  }
  if (hostname.endsWith(".")) {
    return "dotted_end"; // the same host under a second name: certificates, cookies and lists differ
  }
  if (hostname === "localhost") {
    return "loopback";
  }
  return hostname.includes(".") && !PRIVATE_NAME.test(hostname) ? "public" : "private";
}

/**
 * Addresses that wrap an IPv4 one (mapped, compatible, NAT64, 6to4, Teredo) are private whatever they wrap: no
 * plugin lives at one, and a gateway on the way could unwrap it.
 */
function placeOfIpv6(address: ipaddr.IPv6): "public" | "loopback" | "private" {
  const range = address.range();
  if (range === "loopback") {
    return "loopback";
  }
  return range === "unicast" && address.match(GLOBAL_IPV6) ? "public" : "private";
}

import { describe, expect, it } from "vitest";
import { checkOutsideUrl } from "../../src/kernel/outside-address.ts";

const allowed = (url: string, allowLoopbackHttp = false) => checkOutsideUrl(url, { allowLoopbackHttp }).ok;

function refusal(url: string, allowLoopbackHttp = false): string {
  const checked = checkOutsideUrl(url, { allowLoopbackHttp });
  if (checked.ok) {
    throw new Error(`${url} was allowed as ${checked.value.href}`);
  }
  return checked.error;
}

describe("public addresses", () => {
  it.each([
    "https://plugins.example.com/desk",
    "https://plugins.example.com:8443/desk?x=1",
    "https://bücher.example/desk",
    "https://localhost.example.com/",
    "https://local.example.com/",
    "https://internal-tools.example.com/",
    "https://8.8.8.8/",
    "https://1.1.1.1/",
    "https://172.15.255.255/",
    "https://172.32.0.1/",
    "https://100.63.255.255/",
    "https://100.128.0.1/",
    "https://192.167.1.1/",
    "https://169.253.1.1/",
    "https://223.255.255.254/",
    "https://[2606:4700:4700::1111]/",
    "https://[2a00:1450:4009:81f::200e]:8443/",
  ])("allows %s", (url) => {
    expect(allowed(url)).toBe(true);
    expect(allowed(url, true)).toBe(true);
  });

  it("hands back the URL as the parser understood it", () => {
    const checked = checkOutsideUrl(" HTTPS://PLUGINS.example.com:443/a\t/../desk ", {
      allowLoopbackHttp: false,
    });
    expect(checked.ok && checked.value.href).toBe("https://plugins.example.com/desk");
  });
});

/** Every range that IANA lists as special, by its edges. Written once, then spelled in every way below. */
const PRIVATE_IPV4 = {
  "this network": ["0.0.0.0", "0.255.255.255"],
  private: ["10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255"],
  "carrier-grade NAT": ["100.64.0.1", "100.127.255.255"],
  "link-local": ["169.254.0.1", "169.254.169.254", "169.254.255.255"],
  "protocol assignments": ["192.0.0.1", "192.0.0.192"],
  documentation: ["192.0.2.1", "198.51.100.1", "203.0.113.255"],
  "6to4 relay": ["192.88.99.1"],
  benchmarking: ["198.18.0.1", "198.19.255.255"],
  multicast: ["224.0.0.1", "239.255.255.255"],
  reserved: ["240.0.0.1", "255.255.255.254"],
  broadcast: ["255.255.255.255"],
};
const LOOPBACK_IPV4 = ["127.0.0.1", "127.1.2.3", "127.255.255.255"];

function spellings(address: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const octal = (part: number) => `0${part.toString(8)}`;
  const hex = (part: number) => `0x${part.toString(16)}`;
  return [
    address,
    String(whole),
    `0x${whole.toString(16)}`,
    `0X${whole.toString(16).toUpperCase()}`,
    `0${whole.toString(8)}`,
    [a, b, c, d].map(octal).join("."),
    [a, b, c, d].map(hex).join("."),
    `${hex(a)}.${octal(b)}.${c}.${d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    `000${a.toString(8)}.${b}.${c}.${d}`,
    `${address}.`,
    [...address].map((char) => `%${char.charCodeAt(0).toString(16)}`).join(""),
    address.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))), // full-width digits
    address.replace(/\d/g, (digit) => String.fromCodePoint(0x1d7ce + Number(digit))), // mathematical bold digits
    address.replaceAll(".", "\u3002"), // ideographic full stop
    address.replaceAll(".", "\uff0e"), // full-width full stop
    [...address].join("\u00ad"), // soft hyphens, which IDNA drops
  ];
}

describe("IPv4 addresses that are not on the Internet", () => {
  it.each(Object.entries(PRIVATE_IPV4))(
    "refuses %s in every spelling, with the switch too",
    (_, addresses) => {
      for (const address of addresses) {
        for (const spelling of spellings(address)) {
          expect(refusal(`https://${spelling}/`), spelling).toMatch(/not a public address/);
          expect(allowed(`http://${spelling}/`, true), spelling).toBe(false);
          expect(allowed(`https://${spelling}:8443/x`, true), spelling).toBe(false);
        }
      }
    },
  );

  it("[OUTBOUND-01] refuses loopback in every spelling, unless the switch is on", () => {
    for (const spelling of LOOPBACK_IPV4.flatMap(spellings)) {
      expect(refusal(`https://${spelling}/`), spelling).toMatch(/only allowed while developing/);
      expect(refusal(`http://${spelling}/`), spelling).toMatch(/only allowed while developing/);
      expect(allowed(`http://${spelling}:8788/`, true), spelling).toBe(true);
      expect(allowed(`https://${spelling}/`, true), spelling).toBe(true);
    }
  });

  it.each(["https://256.1.1.1/", "https://1.2.3.4.5/", "https://0x100000000/", "https://1.2.3.08/"])(
    "refuses %s, which is no address at all",
    (url) => expect(refusal(url)).toMatch(/not a valid absolute URL/),
  );
});

describe("IPv6 addresses that are not on the Internet", () => {
  it.each([
    "::",
    "0:0:0:0:0:0:0:0",
    "fc00::1",
    "fdff:ffff::1",
    "FD12:3456:789A::1",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "feff::1",
    "ff02::1",
    "ff0e::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe",
    "::FFFF:8.8.8.8",
    "0:0:0:0:0:ffff:7f00:1",
    "::127.0.0.1",
    "::10.0.0.1",
    "::8.8.8.8",
    "::ffff:0:10.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::10.0.0.1",
    "64:ff9b:1:ffff::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2002:a9fe:a9fe::",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    "2001::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2001:db8:ffff::1",
    "3fff::1",
    "3fff:fff::1",
    "100::1",
    "100:0:0:1::1",
    "5f00::1",
    "4000::1",
    "200::1",
    "dead:beef::1",
  ])("refuses [%s], with the switch too", (address) => {
    expect(refusal(`https://[${address}]/`)).toMatch(/not a public address/);
    expect(allowed(`http://[${address}]:8788/`, true)).toBe(false);
  });

  it.each(["::1", "0:0:0:0:0:0:0:1", "0000:0000::0001", "::0.0.0.1"])(
    "treats [%s] as loopback",
    (address) => {
      expect(refusal(`https://[${address}]/`)).toMatch(/only allowed while developing/);
      expect(allowed(`http://[${address}]:8788/`, true)).toBe(true);
      expect(allowed(`https://[${address}]:8788/`, true)).toBe(true);
    },
  );

  it.each([
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[::1%251]/",
    "https://[::1/",
    "https://::1/",
  ])("refuses %s, which carries a zone or is malformed", (url) => {
    expect(refusal(url)).toMatch(/not a valid absolute URL/);
    expect(allowed(url, true)).toBe(false);
  });
});

describe("names that only mean something inside a network", () => {
  it.each([
    "app.localhost",
    "foo.bar.localhost",
    "printer.local",
    "metadata.google.internal",
    "db.internal",
    "ip-10-0-0-5.ec2.internal",
    "router.home.arpa",
    "nas.lan",
    "nas.home",
    "wiki.corp",
    "wiki.intranet",
    "host.private",
    "localhost.localdomain",
    "metadata",
    "intranet",
    "desk",
    "home",
    "PRINTER.LOCAL",
    "printer.loca%6c",
    "ｐｒｉｎｔｅｒ.ｌｏｃａｌ",
    "printer\u3002local",
    "pr\u00adinter.lo\u200bcal",
    "metadata.google.ⓘnternal",
  ])("refuses %s, with the switch too", (host) => {
    expect(refusal(`https://${host}/`)).toMatch(/not a public address/);
    expect(allowed(`http://${host}/`, true)).toBe(false);
    expect(allowed(`https://${host}/`, true)).toBe(false);
  });

  it.each(["localhost", "LOCALHOST", "loc%61lhost", "ｌｏｃａｌｈｏｓｔ", "ⓛocalhost"])(
    "treats %s as loopback",
    (host) => {
      expect(refusal(`https://${host}/`)).toMatch(/only allowed while developing/);
      expect(allowed(`http://${host}:8788/`, true)).toBe(true);
      expect(allowed(`https://${host}/`, true)).toBe(true);
    },
  );

  it.each([
    "localhost.",
    "metadata.google.internal.",
    "printer.local.",
    "plugins.example.com.",
    "example.com%2e",
    "localhost..",
    "metadata.",
  ])("refuses %s, a second name for the same host", (host) => {
    expect(refusal(`https://${host}/`)).toMatch(/dot at its end/);
    expect(allowed(`http://${host}/`, true)).toBe(false);
  });
});

describe("schemes and credentials", () => {
  it("takes plain http for no public host, whatever the switch says", () => {
    expect(refusal("http://plugins.example.com/")).toMatch(/must be called by https:\/\//);
    expect(refusal("http://plugins.example.com/", true)).toMatch(/must be called by https:\/\//);
    expect(refusal("http://8.8.8.8/", true)).toMatch(/must be called by https:\/\//);
  });

  it.each([
    "ftp://example.com/",
    "file:///etc/passwd",
    "ws://example.com/",
    "wss://example.com/",
    "gopher://example.com/",
    "data:text/plain,x",
    "javascript:1",
    "blob:https://example.com/1",
    "view-source:https://example.com/",
  ])("refuses the scheme of %s", (url) => expect(refusal(url, true)).toMatch(/Only https:\/\//));

  it.each([
    "",
    " ",
    "plugins.example.com",
    "//plugins.example.com/",
    "/desk",
    "https://",
    "https:///",
    "https://exa mple.com/",
    "https://exam<ple.com/",
    "https://%00.com/",
    "https://example.com:99999/",
  ])("refuses %j, which is no absolute URL", (url) =>
    expect(refusal(url, true)).toMatch(/not a valid absolute URL/),
  );

  it.each([
    "https://desk:hunter2@plugins.example.com/",
    "https://desk@plugins.example.com/",
    "https://:hunter2@plugins.example.com/",
    "http://desk:hunter2@127.0.0.1/",
  ])("refuses the credentials in %s and does not repeat them", (url) => {
    const why = refusal(url, true);
    expect(why).toMatch(/user name or a password/);
    expect(why).not.toContain("hunter2");
  });

  it("looks at the host, not at what looks like one", () => {
    expect(allowed("https://127.0.0.1@plugins.example.com/")).toBe(false);
    expect(allowed("https://plugins.example.com@127.0.0.1/")).toBe(false);
    expect(refusal("https://127.0.0.1\\@plugins.example.com/")).toMatch(/127\.0\.0\.1/);
    expect(refusal("https:127.0.0.1/")).toMatch(/127\.0\.0\.1/);
    expect(refusal("https:\\\\10.0.0.1\\x")).toMatch(/not a public address/);
    expect(refusal("https://10.0.\n0.1/")).toMatch(/not a public address/);
    expect(refusal("https://10.0.0.1#@plugins.example.com/")).toMatch(/not a public address/);
  });

  it("says which host it means, without path and query", () => {
    const why = refusal("https://10.0.0.1/inner?key=hunter2#top");
    expect(why).toContain("10.0.0.1");
    expect(why).not.toMatch(/inner|hunter2|top/);
  });
});

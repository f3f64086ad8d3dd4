import { describe, expect, it } from "vitest";
import type { JsonSchema } from "../../src/kernel/json-schema.ts";
import { maskedSchemaFields, redactToText } from "../../src/kernel/redact.ts";

const MAX_BYTES = 8_192;

/** What is stored of a value, read back. */
const stored = (value: unknown, schema?: JsonSchema): unknown =>
  JSON.parse(
    redactToText(value, schema === undefined ? { maxBytes: MAX_BYTES } : { schema, maxBytes: MAX_BYTES }),
  );
const storedText = (text: string) => stored(text) as string;

describe("names that name a secret", () => {
  it.each([
    "password",
    "Password",
    "PASSWORD",
    "user_password",
    "newPassword",
    "db-password",
    "password2",
    "passwd",
    "passphrase",
    "passcode",
    "passkey",
    "pass",
    "smtp_pass",
    "pwd",
    "pin",
    "PIN",
    "userPIN",
    "PINCode",
    "pin_code",
    "mpesaPin",
    "mpesapin",
    "otp",
    "OTP",
    "otpCode",
    "smsotp",
    "totp",
    "secret",
    "client_secret",
    "clientSecret",
    "ConsumerSecret",
    "secretKey",
    "token",
    "accessToken",
    "access_token",
    "ACCESS-TOKEN",
    "refresh token",
    "idToken",
    "X-CSRF-Token",
    "apiKey",
    "api_key",
    "api-key",
    "API KEY",
    "apikey",
    "x-api-key",
    "ApiKey2",
    "ａｐｉＫｅｙ",
    "consumerKey",
    "privateKey",
    "signing_key",
    "authorization",
    "Authorization",
    "authorisation",
    "Proxy-Authorization",
    "x-auth",
    "bearer",
    "jwt",
    "cookie",
    "Set-Cookie",
    "cookies",
    "credential",
    "credentials",
    "SecurityCredential",
    "cardNumber",
    "card_no",
    "creditCard",
    "cvv",
    "CVV2",
    "cvc",
    "securityCode",
    "verification_code",
    "nenosiri",
    "contraseña",
    "mot de passe",
  ])("hides the text under %s", (name) => {
    expect(stored({ [name]: "hunter two", kept: "yes" })).toEqual({ [name]: "[redacted]", kept: "yes" });
  });

  it.each(["pin", "otp", "passcode", "cvv", "cardNumber", "password", "verificationCode"])(
    "hides the number under %s",
    (name) => expect(stored({ [name]: 1234 })).toEqual({ [name]: "[redacted]" }),
  );

  it("hides lists and objects under them", () => {
    expect(
      stored({ credentials: { user: "desk", key: "x" }, secrets: ["a", "b"], cookies: { a: { b: "c" } } }),
    ).toEqual({
      credentials: "[redacted]",
      secrets: "[redacted]",
      cookies: { a: { b: "[redacted]" } },
    });
  });

  it("keeps what only speaks about a secret", () => {
    const value = {
      passwordRequired: true,
      hasPassword: false,
      secret: null,
      token_type: "opaque",
      tokenExpiresAt: "2026-05-10T12:00:00Z",
      expires_in: 3600,
      secretVersion: 3,
      secretary: "Wanjiku",
      pinned: "yes",
      shipping: "express",
      opinion: "good",
      spinner: "on",
      tokens: 812,
      max_tokens: 4096,
      usage: { promptTokens: 12, completionTokens: 30 },
      authorizationUrl: "https://accounts.example.com/authorize",
      author: "Kamau",
      passenger: "Otieno",
      compassDirection: "north",
      passport: "no",
      cardholder: "Achieng",
      keys: ["a"],
      key: "b",
    };
    expect(stored(value)).toEqual(value);
  });

  it("reads name and value pairs", () => {
    const value = {
      headers: [
        { name: "Authorization", value: "Digest abc" },
        { name: "Accept", value: "text/html" },
      ],
      Item: [
        { Name: "MpesaReceiptNumber", Value: "NLJ7RT61SV" },
        { Name: "PhoneNumber", Value: 708374149 },
        { Name: "Pin", Value: 4711 },
      ],
      settings: [{ key: "api_key", value: "zzz" }],
    };
    expect(stored(value)).toEqual({
      headers: [
        { name: "Authorization", value: "[redacted]" },
        { name: "Accept", value: "text/html" },
      ],
      Item: [
        { Name: "MpesaReceiptNumber", Value: "NLJ7RT61SV" },
        { Name: "PhoneNumber", Value: "[redacted phone number]" },
        { Name: "Pin", Value: "[redacted]" },
      ],
      settings: [{ key: "api_key", value: "[redacted]" }],
    });
  });
});

describe("secrets by their look", () => {
  const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJpbnN0XzAxIn0.c2lnbmF0dXJl_-x";
  it.each([
    ["a gateway key", "kvk_9aB3dE-fGh_12345678"],
    ["an API token", "kvt_9aB3dEfGh12345678"],
    ["a plugin secret", "kps_9aB3dEfGh12345678"],
    ["a current-chat token", "cct_9aB3dEfGh12345678"],
    ["a JWT", JWT],
    ["a JWT without its signature", JWT.slice(0, JWT.lastIndexOf("."))],
    ["a JWE", `${JWT}.AAAA.BBBB`],
    ["a bearer header", "Bearer 9f86d081884c7d65"],
    ["a bearer header, shouted", "BEARER 9f86d081884c7d65"],
    ["a key in PEM", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----"],
    ["a key in PEM without its end", "-----BEGIN RSA PRIVATE KEY-----\nMIIEvQIBADANBg"],
    ["a payment service's key", "sk_live_4eC39HqLyjWDarjtT1zdp7dc"],
    ["a forge's token", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"],
    ["a cloud's key id", "AKIAIOSFODNN7EXAMPLE"],
  ])("hides %s, alone and in a sentence", (_, secret) => {
    expect(storedText(secret)).toBe("[redacted]");
    expect(storedText(`see ${secret}`)).toBe("see [redacted]");
    expect(stored([[secret]])).toEqual([["[redacted]"]]);
    expect(Object.keys(stored({ [secret]: 1 }) as object)).toEqual(["[redacted]"]);
  });

  it.each([
    ["postgres://desk:hunter2@db.example.com/desk", "postgres://[redacted]@db.example.com/desk"],
    [
      "https://x.example.com/?a=1&access_token=hunter2&b=2",
      "https://x.example.com/?a=1&access_token=[redacted]&b=2",
    ],
    ["password=hunter2", "password=[redacted]"],
    ["my password: hunter2, thanks", "my password: [redacted], thanks"],
    ["DB_PASSWORD='correct horse'", "DB_PASSWORD='[redacted]'"],
    ['{"user":"desk","password":"hun ter2"}', '{"user":"desk","password":"[redacted]"}'],
    ['{\\"pin\\": \\"1234\\"}', '{\\"pin\\": \\"[redacted]"}'],
    ["Authorization: Basic ZGVzazpodW50ZXIy", "Authorization: Basic [redacted]"],
    ["Your OTP is 483920.", "Your OTP is [redacted]"],
    ["PIN yangu: 4711 tafadhali, pin ni 4711", "PIN yangu: 4711 tafadhali, pin ni [redacted]"],
    ["verification code: 99871", "verification code: [redacted]"],
    ["OTP code 1", "OTP code 1"],
    ["api_key = abc", "api_key = [redacted]"],
  ])("hides the secret part of %j", (text, expected) => expect(storedText(text)).toBe(expected));

  it.each([
    "Password is required.",
    "Enter your pin to go on",
    "the bearer of this letter",
    "tokens used: many",
    "inst_01jv3k9x7meqfr8d2t6w0z5c1a",
    "call_01jv3k9x7meqfr8d2t6w0z5c1a",
    "https://db.example.com:5432/desk",
    "wanjiku@example.com",
    "shipping: express",
    "kvk_ is how keys begin",
    "the secretary: Jane",
  ])("keeps %j", (text) => expect(storedText(text)).toBe(text));
});

describe("payment card numbers", () => {
  it.each([
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "3782 822463 10005",
    "30569309025904",
    "6011111111111117",
    "3530111333300000",
    "6799990100000000019",
    "4222222222222",
  ])("hides %s", (number) => {
    expect(storedText(number)).toBe("[redacted card number]");
    expect(storedText(`paid with ${number}, thanks`)).toBe("paid with [redacted card number], thanks");
  });

  it("hides one that came as a number", () => {
    expect(stored({ a: 4111111111111111, b: [378282246310005] })).toEqual({
      a: "[redacted card number]",
      b: ["[redacted card number]"],
    });
  });

  it.each([
    "4111111111111112",
    "4111 1111 1111 1112",
    "1234567890123452",
    "20260510123015",
    "9007199254740991",
  ])("keeps %s, which is none", (number) => {
    expect(storedText(number)).toBe(number);
    expect(stored([Number(number.replaceAll(" ", ""))])).toEqual([Number(number.replaceAll(" ", ""))]);
  });
});

describe("phone numbers", () => {
  it.each([
    "+254712345678",
    "+254 712 345 678",
    "+254-712-345-678",
    "+254.712.345.678",
    "+254 (0)712 345 678",
    "+254 (0) 712-345678",
    "(+254) 712 345678",
    "+ 254 712 345 678",
    "＋254712345678",
    "+254 7 12 34 56 78",
    "+2 5 4 7 1 2 3 4 5 6 7 8",
    "+254\u00a0712\u00a0345\u00a0678",
    "+254\u2011712\u2011345\u2011678",
    "\u202a+254\u202c 712 345 678",
    "+254\u200b712\u200b345\u200b678",
    "+1 (415) 555-0123",
    "+1-415-555-0123",
    "+44 20 7946 0958",
    "+44 (0)20 7946 0958",
    "+49 30 901820",
    "+33 6 12 34 56 78",
    "+91 98765 43210",
    "+86 138 1234 5678",
    "+971 50 123 4567",
    "+55 (11) 98765-4321",
    "+61 2 9374 4000",
    "+29012345",
    "00254712345678",
    "00 254 712 345 678",
    "0044 20 7946 0958",
    "0712345678",
    "0712 345 678",
    "0712-345-678",
    "0712.345.678",
    "0712/345678",
    "(0712) 345 678",
    "0712 34 56 78",
    "0 7 1 2 3 4 5 6 7 8",
    "020 1234567",
    "020 7946 0958",
    "07911 123456",
    "030/901820-0",
    "06 12 34 56 78",
    "254712345678",
    "254 712 345 678",
    "254-712-345-678",
    "2547 1234 5678",
    "2348012345678",
    "255712345678",
    "256772123456",
    "14155550123",
    "1-415-555-0123",
    "415-555-0123",
    "(415) 555-0123",
    "415.555.0123",
    "%2B254712345678",
    "٠٧١٢٣٤٥٦٧٨",
    "+۲۵۴۷۱۲۳۴۵۶۷۸",
    "०७१२३४५६७८",
    "＋２５４７１２３４５６７８",
  ])("hides %s, alone and in a sentence", (number) => {
    const digitsLeft = (text: string) => text.replace(/[^\p{Nd}]/gu, "");
    expect(digitsLeft(storedText(number))).toBe("");
    expect(storedText(number)).toContain("[redacted phone number]");
    const sentence = storedText(`Piga ${number}, tafadhali.`);
    expect(digitsLeft(sentence)).toBe("");
    expect(sentence).toMatch(/^Piga .*\[redacted phone number\], tafadhali\.$/);
  });

  it.each([
    ["tel:+254712345678", "tel:[redacted phone number]"],
    ["tel:0712345678", "tel:[redacted phone number]"],
    ["Tel.0712345678", "Tel.[redacted phone number]"],
    ["whatsapp:+254712345678", "whatsapp:[redacted phone number]"],
    ["254712345678@s.whatsapp.net", "[redacted phone number]@s.whatsapp.net"],
    ["https://wa.me/254712345678?text=hi", "https://wa.me/[redacted phone number]?text=hi"],
    ["callme+254712345678now", "callme[redacted phone number]now"],
    ["-0712345678", "-[redacted phone number]"],
    ["<b>0712345678</b>", "<b>[redacted phone number]</b>"],
    ["0712345678/0722345678", "[redacted phone number]/[redacted phone number]"],
    ["0712345678 0722345678", "[redacted phone number] [redacted phone number]"],
    ["0712 345 678 0722 345 678", "[redacted phone number] [redacted phone number]"],
    ["+254712345678+254722345678", "[redacted phone number][redacted phone number]"],
    ["2026-05-10 0712345678", "2026-05-10 [redacted phone number]"],
    ["10/05/2026 0712345678", "10/05/2026 [redacted phone number]"],
    ["0712345678-0722345678", "[redacted phone number]-[redacted phone number]"],
    ["+254712345678-254722345678", "[redacted phone number]-[redacted phone number]"],
    ["user_254712345678", "user_[redacted phone number]"],
    ["chat-254712345678", "chat-[redacted phone number]"],
    ["to254712345678", "to[redacted phone number]"],
    ["0712345678\n12", "[redacted phone number]\n12"],
    ["5x 0712345678 (2)", "5x [redacted phone number] (2)"],
    ['{"to":"+254712345678"}', '{"to":"[redacted phone number]"}'],
  ])("finds those in %j", (text, expected) => expect(storedText(text)).toBe(expected));

  it.each([
    "MAT-2026-0510-0041",
    "DUK-2026-1120-0041",
    "MAT-2026-0510-00412",
    "INV-0712345678",
    "ORD0712345678",
    "order #0712345678",
    "SUP-10421",
    "202605100041",
    "2026-0510-0041",
    "2026 0510 0041",
    "2026-05-10",
    "10.05.2026",
    "01.02.2026 09",
    "2026-05-10T12:30:45.123Z",
    "2026-05-10 12:30:45",
    "2026-05-10 12.30",
    "2026-05-10/2026-05-11",
    "20260510",
    "20260510123045",
    "1747000000000",
    "1747000000",
    "inst_01jv3k9x7meqfr8d2t6w0z5c1a",
    "inst_01712345678901234567890123",
    "call_07123456789abcdefghijklmno",
    "01234567-8901-4123-8123-012345678901",
    "07123456-7890-abcd-8123-012345678901",
    "9f86d081884c7d659a2feaa0c55ad015",
    "125000",
    "1250000",
    "KES 1,250,000.00",
    "KES 1 250 000",
    "0.0712345678",
    "-1.2920659, 36.8219462",
    "0712345678.50",
    "192.168.100.200",
    "10.0.0.5",
    "v1.24.300",
    "1.0712345678",
    "5901234123457",
    "9780306406157",
    "036000291452",
    "10 20 30 40 50 60",
    "20 30 40 50 60 70",
    "12500000",
    "$254712345678",
    "0000123456",
    "0041",
    "72 hours, 100 %, 24/7",
    "ISO 8601, RFC 9457, E.164",
    "3.14159265358979",
    "Nairobi 00100, P.O. Box 43844",
    "NLJ7RT61SV",
  ])("keeps %s", (text) => {
    expect(storedText(text)).toBe(text);
    expect(storedText(`see ${text} here`)).toBe(`see ${text} here`);
  });

  it("hides those that came as JSON numbers, and keeps times, counts and amounts", () => {
    expect(
      stored({ PartyA: 254708374149, PartyB: 174379, Amount: 1250.5, at: 1747000000000, n: 202605100041 }),
    ).toEqual({
      PartyA: "[redacted phone number]",
      PartyB: 174379,
      Amount: 1250.5,
      at: 1747000000000,
      n: 202605100041,
    });
  });

  it.each([
    "phone",
    "phoneNumber",
    "Phone Number",
    "customer_phone",
    "MSISDN",
    "mobile",
    "mobileNo",
    "tel",
    "wa_id",
    "whatsapp",
    "phones",
  ])("takes any digits under %s for one", (name) => {
    expect(stored({ [name]: "712345678" })).toEqual({ [name]: "[redacted phone number]" });
    expect(stored({ [name]: 712345678 })).toEqual({ [name]: "[redacted phone number]" });
    expect(stored({ [name]: [{ kind: "home", line: "7-1-2-3-4-5" }] })).toEqual({
      [name]: [{ kind: "home", line: "[redacted phone number]" }],
    });
    expect(stored({ [name]: "none" })).toEqual({ [name]: "none" });
    expect(stored({ [name]: true })).toEqual({ [name]: true });
  });

  it("hides those that are names of fields, and keeps the names unique", () => {
    expect(stored({ "+254712345678": "Wanjiku", "0722 345 678": "Kamau", other: 1 })).toEqual({
      "[redacted phone number]": "Wanjiku",
      "[redacted phone number] 2": "Kamau",
      other: 1,
    });
  });
});

describe("fields that the schema marks", () => {
  const SENSITIVE = [{ format: "password" }, { writeOnly: true }, { "x-sensitive": true }] as const;

  it.each(SENSITIVE)("[RECORD-02] hides a property with %j, whatever its value is", (mark) => {
    const schema = { type: "object", properties: { a: { ...mark }, b: {} } };
    for (const value of ["text", 1, true, ["x"], { x: 1 }]) {
      expect(stored({ a: value, b: value }, schema)).toEqual({ a: "[redacted]", b: value });
    }
    expect(stored({ a: null }, schema)).toEqual({ a: null });
  });

  const mark = { "x-sensitive": true };
  it.each<[string, JsonSchema, unknown, unknown]>([
    ["the whole value", mark, { a: 1 }, "[redacted]"],
    [
      "nested properties",
      { properties: { a: { properties: { b: mark } } } },
      { a: { b: "x", c: "y" } },
      { a: { b: "[redacted]", c: "y" } },
    ],
    [
      "elements",
      { properties: { a: { items: { properties: { b: mark } } } } },
      { a: [{ b: "x" }, { b: "y", c: 1 }] },
      { a: [{ b: "[redacted]" }, { b: "[redacted]", c: 1 }] },
    ],
    ["elements by place", { prefixItems: [{}, mark] }, ["x", "y"], ["[redacted]", "[redacted]"]],
    ["elements by place, in older drafts", { items: [{}, mark] }, ["x", "y"], ["[redacted]", "[redacted]"]],
    [
      "references",
      { properties: { a: { $ref: "#/$defs/s~1t" } }, $defs: { "s/t": mark } },
      { a: "x", b: "y" },
      { a: "[redacted]", b: "y" },
    ],
    [
      "references that are percent-encoded",
      { properties: { a: { $ref: "#/definitions/a%20b" } }, definitions: { "a b": mark } },
      { a: "x" },
      { a: "[redacted]" },
    ],
    [
      "anchors",
      { properties: { a: { $ref: "#s" } }, $defs: { x: { ...mark, $anchor: "s" } } },
      { a: "x" },
      { a: "[redacted]" },
    ],
    [
      "a reference beside other words",
      { $ref: "#/$defs/x", $defs: { x: { properties: { a: mark } } } },
      { a: 1 },
      { a: "[redacted]" },
    ],
    ["allOf", { allOf: [{}, { properties: { a: mark } }] }, { a: "x" }, { a: "[redacted]" }],
    ["anyOf", { anyOf: [{ type: "string" }, { properties: { a: mark } }] }, { a: "x" }, { a: "[redacted]" }],
    ["oneOf", { properties: { a: { oneOf: [{ type: "null" }, mark] } } }, { a: "x" }, { a: "[redacted]" }],
    ["if and else", { if: {}, else: { properties: { a: mark } } }, { a: "x" }, { a: "[redacted]" }],
    [
      "dependentSchemas",
      { dependentSchemas: { b: { properties: { a: mark } } } },
      { a: "x" },
      { a: "[redacted]" },
    ],
    [
      "other names",
      { properties: { a: {} }, additionalProperties: mark },
      { a: "x", b: "y" },
      { a: "x", b: "[redacted]" },
    ],
    ["patterns of names", { patternProperties: { "^x-": mark } }, { "x-a": "x" }, { "x-a": "[redacted]" }],
    [
      "two branches about one property",
      {
        allOf: [
          { properties: { a: { properties: { b: mark } } } },
          { properties: { a: { properties: { c: mark } } } },
        ],
      },
      { a: { b: 1, c: 2, d: 3 } },
      { a: { b: "[redacted]", c: "[redacted]", d: 3 } },
    ],
    [
      "a schema that refers to itself",
      { properties: { s: mark, next: { $ref: "#" } } },
      { s: 1, next: { s: 2, next: { s: 3 } } },
      { s: "[redacted]", next: { s: "[redacted]", next: { s: "[redacted]" } } },
    ],
  ])("follows %s", (_, schema, value, expected) => expect(stored(value, schema)).toEqual(expected));

  it("takes words only where they are words", () => {
    const schema = {
      properties: { format: { const: "password" }, writeOnly: true, a: { enum: ["password"] } },
    };
    const value = { format: "password", writeOnly: "x", a: "password", "x-sensitive": "y" };
    expect(stored(value, schema)).toEqual(value);
  });

  it("is not thrown off by broken references and loops", () => {
    const schema = {
      properties: {
        a: { $ref: "#/nowhere" },
        b: { $ref: "#/properties/b" },
        c: { $ref: "#/%E0%A4" },
        d: { ...mark },
      },
      allOf: [{ $ref: "#" }],
    };
    expect(stored({ a: 1, b: 2, c: 3, d: 4 }, schema)).toEqual({ a: 1, b: 2, c: 3, d: "[redacted]" });
  });

  it("hides rather than searches for ever where branches multiply", () => {
    // "The eighteenth letter from the end": as sets of branches this has 2^18 states.
    const branch = (state: number) => ({ $ref: `#/$defs/s${state}` });
    const states = Array.from({ length: 18 }, (_, state) => ({
      properties: { a: branch(state + 1), b: branch(state + 1) },
    }));
    const first = { properties: { a: { anyOf: [branch(0), branch(1)] }, b: branch(0) } };
    const schema = {
      ...branch(0),
      $defs: {
        ...Object.fromEntries(states.map((state, index) => [`s${index}`, index === 0 ? first : state])),
        s18: {},
        x: mark,
      },
    };
    const tree = (depth: number): unknown =>
      depth === 0 ? "end" : { a: tree(depth - 1), b: tree(depth - 1) };
    const startedAt = performance.now();
    redactToText(tree(13), { schema, maxBytes: 100_000 });
    maskedSchemaFields(schema);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe("the text", () => {
  const textOf = (value: unknown, maxBytes = MAX_BYTES) => redactToText(value, { maxBytes });
  const bytesOf = (text: string) => new TextEncoder().encode(text).length;

  it("is the value's JSON when nothing has to go", () => {
    for (const value of [
      null,
      true,
      0,
      -1.5,
      "",
      "x",
      [],
      {},
      [1, "a", null],
      { a: { b: [{}] } },
      { "": 1, __proto: 2 },
    ]) {
      expect(textOf(value)).toBe(JSON.stringify(value));
    }
    expect(textOf(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}');
    const odd = 'quote " slash \\ line \n tab \t null \u0000 lone \ud800 pair 🙂';
    expect(textOf(odd)).toBe(JSON.stringify(odd));
  });

  it("is valid for what JSON does not know", () => {
    expect(textOf(undefined)).toBe("null");
    expect(textOf([undefined, () => 1, Number.NaN, Number.POSITIVE_INFINITY, 10n])).toBe(
      '[null,null,null,null,"10"]',
    );
    expect(textOf({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  it("leaves its input alone", () => {
    const value = Object.freeze({ pin: "1234", list: Object.freeze(["0712345678"]) });
    textOf(value);
    expect(value).toEqual({ pin: "1234", list: ["0712345678"] });
  });

  it("ends for cycles and for depth", () => {
    const cycle: Record<string, unknown> = { name: "x" };
    cycle["self"] = cycle;
    cycle["list"] = [cycle, cycle];
    const text = textOf(cycle);
    expect(JSON.parse(text)).toMatchObject({ name: "x", self: { name: "x" } });
    expect(bytesOf(text)).toBeLessThanOrEqual(MAX_BYTES);

    let deep: unknown = "end";
    for (let level = 0; level < 20_000; level++) {
      deep = level % 2 === 0 ? [deep] : { a: deep };
    }
    expect(JSON.parse(textOf(deep))).toBeDefined();
    expect(textOf(deep)).toContain('"…"');
  });

  it.each([64, 100, 257, 1_000, 4_096])(
    "is valid JSON of at most %i bytes for values that do not fit",
    (maxBytes) => {
      const values: unknown[] = [
        "x".repeat(10_000),
        'ũ🙂"\\\n\u0001'.repeat(3_000),
        "\ud800".repeat(5_000),
        Array.from({ length: 5_000 }, (_, index) => index),
        Array.from({ length: 500 }, () => "Wanjikũ 🙂 Kamau"),
        Object.fromEntries(
          Array.from({ length: 500 }, (_, index) => [`field ${index}`, { "🙂": [index, `v"${index}`] }]),
        ),
        { ["n".repeat(5_000)]: 1 },
        { a: { b: { c: { d: { e: { f: ["x".repeat(300), 1, { g: "y".repeat(5_000) }] } } } } } },
        Array.from({ length: 40 }).reduce<unknown>((inner) => [[[inner]], "x", { pin: 1 }], 1),
        Object.fromEntries(
          Array.from({ length: 300 }, (_, index) => [`+2547${10_000_000 + index}`, "0712345678"]),
        ),
      ];
      for (const value of values) {
        const text = textOf(value, maxBytes);
        expect(bytesOf(text), text).toBeLessThanOrEqual(maxBytes);
        expect(() => JSON.parse(text), text).not.toThrow();
        expect(text).toContain("…");
      }
    },
  );

  it("keeps room for what follows a text that is too long", () => {
    expect(JSON.parse(textOf({ html: "x".repeat(100_000), status: "created", n: 3 }, 1_000))).toEqual({
      html: expect.stringMatching(/^x{400,}…$/),
      status: "created",
      n: 3,
    });
  });

  it("[RECORD-02] shows no half of a secret or of a number where it is cut", () => {
    const findings = [
      "+254 712 345 678",
      "4111 1111 1111 1111",
      "kvk_0123456789abcdef",
      "password: hunter2hunter2",
    ];
    for (const finding of findings) {
      for (let before = 0; before < 200; before++) {
        const text = textOf(`${"x ".repeat(before)}${finding} ${"y ".repeat(500)}`, 200);
        expect(text).not.toMatch(/712|1111|0123|hunter/);
      }
    }
  });

  it("finds the end of a long secret that begins before the cut", () => {
    const key = `-----BEGIN PRIVATE KEY-----${"QUJD".repeat(5_000)}-----END PRIVATE KEY-----`;
    expect(textOf({ key, after: "ok" }, 1_000)).not.toContain("QUJD");
    expect(textOf(`eyJhbGciOiJIUzI1NiJ9${"QUJD".repeat(5_000)}`, 1_000)).not.toContain("QUJD");
  });

  it("takes no longer for a huge value than for one that fits", () => {
    const value = {
      text: "0712 345 678 and 12 34 56 78 ".repeat(40_000),
      rows: Array.from({ length: 50_000 }, () => "x"),
    };
    const startedAt = performance.now();
    textOf(value);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

describe("maskedSchemaFields", () => {
  it("names what is marked and what is named like a secret", () => {
    expect(
      maskedSchemaFields({
        type: "object",
        properties: {
          queue: { type: "string" },
          apiKey: { type: "string" },
          marked: { type: "string", format: "password" },
          once: { type: "string", writeOnly: true },
          birthday: { type: "string", "x-sensitive": true },
          smtp: { type: "object", properties: { host: { type: "string" }, password: { type: "string" } } },
          "odd/name~": { properties: { token: {} } },
          pin: { type: "integer" },
          phone: { type: "string" },
        },
      }),
    ).toEqual(["/apiKey", "/marked", "/once", "/birthday", "/smtp/password", "/odd~1name~0/token", "/pin"]);
  });

  it("leaves out what cannot hold a secret", () => {
    expect(
      maskedSchemaFields({
        properties: {
          passwordRequired: { type: "boolean" },
          hasSecret: { type: "boolean" },
          maxTokens: { type: "integer" },
          tokenCount: { type: ["integer", "null"] },
          secretary: { type: "string" },
        },
      }),
    ).toEqual([]);
    expect(maskedSchemaFields(true)).toEqual([]);
    expect(maskedSchemaFields({})).toEqual([]);
  });

  it("follows references and combinators", () => {
    expect(
      maskedSchemaFields({
        allOf: [{ $ref: "#/$defs/base" }],
        properties: { mail: { anyOf: [{ $ref: "#/$defs/smtp" }, { type: "null" }] } },
        $defs: {
          base: { properties: { key: { "x-sensitive": true } } },
          smtp: { properties: { user: {}, login: { writeOnly: true } } },
        },
      }).toSorted(),
    ).toEqual(["/key", "/mail/login"]);
  });

  it("names the whole list or map that may hold something sensitive", () => {
    expect(
      maskedSchemaFields({
        properties: {
          accounts: { type: "array", items: { properties: { name: {}, secret: { type: "string" } } } },
          headers: { type: "object", additionalProperties: { type: "string", writeOnly: true } },
          labels: { type: "object", additionalProperties: { type: "string" } },
          tree: { $ref: "#/$defs/node" },
        },
        $defs: { node: { properties: { value: { format: "password" }, child: { $ref: "#/$defs/node" } } } },
      }),
    ).toEqual(["/accounts", "/headers", "/tree/value", "/tree/child/value", "/tree/child/child"]);
    expect(maskedSchemaFields({ additionalProperties: { writeOnly: true } })).toEqual([""]);
  });
});

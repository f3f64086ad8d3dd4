/** Password hashes on workerd's own scrypt. */
import { expect, test } from "vitest";
import { hashPassword, verifyPassword } from "../../src/tenancy/accounts/password.ts";

// RFC 7914 section 12: scrypt("pleaseletmein", "SodiumChloride", N=16384, r=8, p=1), 64 bytes.
const RFC_7914 =
  "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw";

test("verifies the password that was hashed and no other", async () => {
  const hash = await hashPassword("correct horse battery");
  expect(await verifyPassword({ hash, password: "correct horse battery" })).toBe(true);
  expect(await verifyPassword({ hash, password: "correct horse batterY" })).toBe(false);
  expect(await verifyPassword({ hash, password: "" })).toBe(false);
});

test("takes two spellings of one password in Unicode for the same", async () => {
  const hash = await hashPassword("café au lait");
  expect(await verifyPassword({ hash, password: "cafe\u0301 au lait" })).toBe(true);
});

test("[IDENTITY-09] is scrypt, and reads the cost from the hash", async () => {
  expect(await verifyPassword({ hash: RFC_7914, password: "pleaseletmein" })).toBe(true);
  expect(await verifyPassword({ hash: RFC_7914.replace("p=1", "p=2"), password: "pleaseletmein" })).toBe(
    false,
  );
});

test.for(["", "plain", "$scrypt$ln=14,r=8,p=5$$", "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$a2V5", "salt:key"])(
  "%j is the hash of no password",
  async (hash) => {
    expect(await verifyPassword({ hash, password: "plain" })).toBe(false);
  },
);

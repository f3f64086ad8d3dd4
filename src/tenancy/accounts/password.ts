/**
 * Password hashes: scrypt (RFC 7914) by workerd's native `node:crypto`, in the encoding of the PHC string format,
 * so that a hash tells its own cost and the cost can rise without breaking what is stored.
 */
import { scrypt } from "node:crypto";
import { fromBase64 } from "../../kernel/encoding.ts";

/**
 * The OWASP password storage cheat sheet's setting with the least memory that still counts as strong: 16 MiB for
 * each hash, so that several sign-ins at once fit into an isolate's 128 MiB.
 */
const COST = { logN: 14, r: 8, p: 5 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;

// $scrypt$ln=14,r=8,p=5$<salt>$<key>
const HASH_PATTERN = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** A salted hash of the password; about 100 ms of CPU. Unicode spellings of one password hash alike (NFKC). */
export async function hashPassword(password: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const key = await derive(password, salt, COST, KEY_BYTES);
  const { logN, r, p } = COST;
  return `$scrypt$ln=${logN},r=${r},p=${p}$${base64(salt)}$${base64(key)}`;
}

/** Whether the hash is of this password. A hash in another form is of no password. */
export async function verifyPassword({
  hash,
  password,
}: {
  hash: string;
  password: string;
}): Promise<boolean> {
  const [, logN, r, p, salt, key] = HASH_PATTERN.exec(hash) ?? [];
  if (salt === undefined || key === undefined) {
    return false;
  }
  const expected = fromBase64(key);
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) };
  const actual = await derive(password, fromBase64(salt), cost, expected.length);
  return crypto.subtle.timingSafeEqual(actual, expected);
}

function derive(
  password: string,
  salt: Uint8Array,
  cost: typeof COST,
  keyBytes: number,
): Promise<Uint8Array> {
  const { r, p } = cost;
  const N = 2 ** cost.logN;
  // 128 · N · r bytes is what scrypt works in; Node refuses to go past `maxmem`.
  const options = { N, r, p, maxmem: 128 * r * (N + p + 2) };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, keyBytes, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
}

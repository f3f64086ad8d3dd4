/** What is used of Node's `crypto`, which workerd has natively; all of Node's types would offer what workerd has not. */
declare module "node:crypto" {
  type ScryptOptions = {
    readonly N: number;
    readonly r: number;
    readonly p: number;
    readonly maxmem: number;
  };
  type Digest = {
    update(text: string): Digest;
    digest(encoding: "base64url"): string;
  };
  export function scrypt(
    password: string,
    salt: Uint8Array,
    keyBytes: number,
    options: ScryptOptions,
    done: (error: Error | null, key: Uint8Array) => void,
  ): void;
  export function createHash(algorithm: "sha256"): Digest;
  export function createHmac(algorithm: "sha256", key: string): Digest;
}

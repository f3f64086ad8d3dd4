/** The one thing that is used of Node's `crypto`; all of Node's types would offer what workerd has not. */
declare module "node:crypto" {
  type ScryptOptions = {
    readonly N: number;
    readonly r: number;
    readonly p: number;
    readonly maxmem: number;
  };
  export function scrypt(
    password: string,
    salt: Uint8Array,
    keyBytes: number,
    options: ScryptOptions,
    done: (error: Error | null, key: Uint8Array) => void,
  ): void;
}

import { describe, expect, it } from "vitest";
import { base64url } from "../../../src/kernel/encoding.ts";
import { createKeyRing } from "../../../src/kernel/key-ring.ts";

const key = (fill: number) => base64url(new Uint8Array(32).fill(fill));
const old = { id: "2025", key: key(1) };
const current = { id: "2026", key: key(2) };

describe("the key ring", () => {
  it("opens what it sealed, and never seals the same way twice", async () => {
    const ring = createKeyRing([current]);
    const sealed = await ring.seal("kps_secret", "plugin_secret");
    expect(sealed).not.toContain("kps_secret");
    expect(sealed).not.toBe(await ring.seal("kps_secret", "plugin_secret"));
    expect(await ring.open(sealed, "plugin_secret")).toBe("kps_secret");
  });

  it("[SECRET-05] rotates: the new key seals, the old one still opens and is known to be stale", async () => {
    const before = createKeyRing([old]);
    const sealed = await before.seal("text", "purpose");
    const after = createKeyRing([current, old]);
    expect(await after.open(sealed, "purpose")).toBe("text");
    expect(after.prefixes).toEqual(["v1.2026.", "v1.2025."]);
    expect(sealed).toMatch(/^v1\.2025\./);
    const resealed = await after.reseal(sealed, "purpose");
    expect(resealed).toMatch(/^v1\.2026\./);
    expect(await after.reseal(resealed, "purpose")).toBe(resealed);
    expect(await createKeyRing([current]).open(resealed, "purpose")).toBe("text");
  });

  it("[SECRET-04] refuses another purpose, an altered text, a key that has left the ring, an unknown format", async () => {
    const ring = createKeyRing([current]);
    const sealed = await ring.seal("text", "purpose");
    await expect(ring.open(sealed, "another")).rejects.toThrow();
    await expect(ring.open(`${sealed.slice(0, -2)}AA`, "purpose")).rejects.toThrow();
    await expect(createKeyRing([old]).open(sealed, "purpose")).rejects.toThrow(
      'Key "2026" is not in the key ring.',
    );
    await expect(ring.open("plain text", "purpose")).rejects.toThrow("unknown format");
  });

  it("refuses an empty ring and a key of the wrong size when it is made", () => {
    expect(() => createKeyRing([])).toThrow("empty");
    expect(() => createKeyRing([{ id: "short", key: base64url(new Uint8Array(16)) }])).toThrow('Key "short"');
  });
});

/**
 * Stands in for `brotli/decompress.js` in the bundle, by the alias in wrangler.toml: the makers of PDFs bring it for
 * WOFF2 fonts, its dictionary is 60 KiB of a compressed bundle, and our fonts are WOFF.
 */
export default function refuseWoff2(): never {
  throw new Error("Fonts are WOFF here, not WOFF2.");
}

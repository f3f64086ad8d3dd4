import type { CtxBase } from "../../access/context.ts";
import type { FontFile } from "../../contract/receipt-fonts.ts";
import type { FontSource } from "./font-book.ts";

/** The index is the same for the life of a deployment. */
let index: readonly FontFile[] | null = null;

/** The fonts as `src/local/build-assets.ts` laid them down beside the Worker. */
export function readFontsFrom(assets: CtxBase["assets"]): FontSource {
  const read = async (name: string) => {
    // Only the path counts; the binding serves no host.
    const answer = await assets.fetch(`https://assets.invalid/assets/fonts/${name}`);
    if (!answer.ok) {
      throw new Error(`The font file ${name} is missing from the assets (${answer.status}).`);
    }
    return answer;
  };
  return {
    list: async () => {
      index ??= (await (await read("index.json")).json()) as readonly FontFile[];
      return index;
    },
    read: async (name) => new Uint8Array(await (await read(name)).arrayBuffer()),
  };
}

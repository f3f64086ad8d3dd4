/**
 * Where files that go out come from. What makes them lives in rooms above, so the wiring hands each source over once,
 * when the Worker starts.
 */
import type { CtxBase } from "../access/context.ts";
import type { InstanceRow } from "../tenancy/instances/index.ts";
import type { OpenedDocument } from "./channel.ts";

/** Opens the file of a source such as `receipt:rcp_…`, or null when the instance's organisation has none of it. */
export type OpenDocument = (call: {
  readonly ctx: CtxBase;
  readonly input: { readonly source: string; readonly instance: InstanceRow };
}) => Promise<OpenedDocument | null>;

const sources = new Map<string, OpenDocument>();

/** Puts a kind of source in place. `prefix` is what stands before the colon. */
export function registerDocumentSource(prefix: string, open: OpenDocument): void {
  sources.set(prefix, open);
}

/** The file of a source, or null when there is no such source or it has no such file. */
export const openDocument: OpenDocument = async (call) => {
  const [prefix = ""] = call.input.source.split(":", 1);
  return (await sources.get(prefix)?.(call)) ?? null;
};

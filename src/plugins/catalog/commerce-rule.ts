/**
 * Who owns the customer's shopping on a number: a plugin that holds e-commerce permissions there, or else the
 * platform's own commerce toolkit. Never both, so that the agent does not order past the plugin. Pure.
 */
import type { CatalogEntry, CatalogInstallation } from "./instance-catalog.ts";

const COMMERCE_TOOLKIT = "kivuko.commerce";
const COMMERCE_PERMISSION = "plugin:ecommerce:";

/** The slug of an active plugin whose grant holds an e-commerce permission that its version declares, or null. */
export function findShopkeeper(active: readonly CatalogInstallation[]): string | null {
  const shopkeeper = active.find(({ grant, version }) => {
    const declared = new Set(version.manifest.permissions?.map(({ key }) => key));
    return grant?.permissions.some((key) => key.startsWith(COMMERCE_PERMISSION) && declared.has(key));
  });
  return shopkeeper?.slug ?? null;
}

export function isCommerceToolkit({ firstParty }: CatalogInstallation): boolean {
  return firstParty?.id === COMMERCE_TOOLKIT;
}

/** A tool of the commerce toolkit on a number where that plugin sells. */
export function hideBehind(shopkeeper: string, entry: CatalogEntry): CatalogEntry {
  if (!entry.decision.allowed) {
    return entry;
  }
  const message = `The plugin ${shopkeeper} sells on this number, so the commerce tools are hidden.`;
  return {
    ...entry,
    decision: {
      allowed: false,
      gate: "tool_grant",
      code: "commerce_by_plugin",
      message,
      hint: `Use the tools of ${shopkeeper}, or take its plugin:ecommerce permissions from the grant.`,
      trace: [
        ...entry.decision.trace.filter(({ gate }) => gate === "installation" || gate === "instance_grant"),
        { gate: "tool_grant", passed: false, detail: message },
      ],
    },
  };
}

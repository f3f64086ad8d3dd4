/** The manifests of the source documents, in both versions. */
import customersOauth from "./customers-oauth.json" with { type: "json" };
import delivery from "./delivery.json" with { type: "json" };
import myPlugin from "./my-plugin.json" with { type: "json" };
import myPluginSimple from "./my-plugin-simple.json" with { type: "json" };
import supportDesk from "./support-desk.json" with { type: "json" };

export const MANIFESTS = { supportDesk, myPlugin, myPluginSimple, delivery, customersOauth };

/** The package has no types; its entry is run for what it does. */
declare module "@portkey-ai/gateway/build/start-server.js";

/**
 * Parts of a tool call that most calls do not need, loaded when one does. Each `import()` of a loaded module costs a
 * microtask and nothing else.
 */

/** Keeps a call that waits for somebody's yes. */
export const loadApprovals = () => import("../approvals/index.ts");

/** Runs a first-party tool, with everything that such a plugin may use. */
export const loadInProcessCall = () => import("./call-in-process.ts");

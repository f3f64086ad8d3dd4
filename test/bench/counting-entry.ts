/** What an answer of the counting Worker says of itself: round trips to D1, and calls of Durable Objects. */
export const ROUND_TRIPS_HEADER = "X-Round-Trips";

/**
 * Source of a module to put before the Worker's own (`entry`, such as `./worker.js`), which counts what each request
 * asks of storage until it is answered. One request at a time: there is one counter.
 */
export function countingEntry(entry: string): string {
  return `
import worker from ${JSON.stringify(entry)};
export * from ${JSON.stringify(entry)};

let d1 = 0;
let objects = 0;
const statements = new WeakMap();

/** The same object with some of its methods replaced; the others work on the object itself. */
const wrap = (target, methods) =>
  new Proxy(target, {
    get: (_, name) => methods[name] ?? (typeof target[name] === "function" ? target[name].bind(target) : target[name]),
  });
const counted = (run) => (...args) => {
  d1 += 1;
  return run(...args);
};
const wrapStatement = (statement) => {
  const wrapped = wrap(statement, {
    bind: (...args) => wrapStatement(statement.bind(...args)),
    ...Object.fromEntries(["all", "first", "raw", "run"].map((name) => [name, counted((...args) => statement[name](...args))])),
  });
  statements.set(wrapped, statement);
  return wrapped;
};
const wrapDatabase = (db) =>
  wrap(db, {
    prepare: (query) => wrapStatement(db.prepare(query)),
    batch: counted((list) => db.batch(list.map((statement) => statements.get(statement)))),
    ...(db.withSession && { withSession: (...args) => wrapDatabase(db.withSession(...args)) }),
  });
const wrapNamespace = (namespace) =>
  wrap(namespace, {
    get: (...args) => {
      const stub = namespace.get(...args);
      return new Proxy(stub, {
        get: (_, name) => (...given) => {
          objects += 1;
          return stub[name](...given);
        },
      });
    },
  });

let wrapped;
export default {
  queue: (...args) => worker.queue(...args),
  scheduled: (...args) => worker.scheduled(...args),
  async fetch(request, env, context) {
    wrapped ??= { ...env, DB: wrapDatabase(env.DB), CHATS: wrapNamespace(env.CHATS), BUDGETS: wrapNamespace(env.BUDGETS) };
    d1 = 0;
    objects = 0;
    const answer = await worker.fetch(request, wrapped, context);
    const headers = new Headers(answer.headers);
    headers.set(${JSON.stringify(ROUND_TRIPS_HEADER)}, \`\${d1} \${objects}\`);
    return new Response(answer.body, { status: answer.status, headers });
  },
};
`;
}

/** Where the counting Worker answers with the rows that its ticks have read, and forgets them. */
export const ROWS_READ_PATH = "/-/rows-read";

/**
 * Source of a module to put before the Worker's own (`entry`, such as `./worker.js`), which counts the rows that the
 * cron jobs read of scheduled messages, as D1 itself counts them. A query whose answer comes without that count is asked
 * once more for it, so what is timed here is more than what it is.
 */
export function rowsReadEntry(entry: string): string {
  return `
import worker from ${JSON.stringify(entry)};
export * from ${JSON.stringify(entry)};

let rowsRead = 0;
const note = (answer) => {
  rowsRead += answer.meta.rows_read;
  return answer;
};
const statements = new WeakMap();
const wrapStatement = (statement) => {
  const wrapped = {
    bind: (...args) => wrapStatement(statement.bind(...args)),
    all: async () => note(await statement.all()),
    run: async () => note(await statement.run()),
    raw: async (...args) => {
      note(await statement.all());
      return statement.raw(...args);
    },
  };
  statements.set(wrapped, statement);
  return wrapped;
};
const wrapDatabase = (db) => ({
  prepare: (query) => (query.includes('"scheduled_') ? wrapStatement(db.prepare(query)) : db.prepare(query)),
  batch: async (list) => {
    const answers = await db.batch(list.map((statement) => statements.get(statement) ?? statement));
    answers.forEach((answer, at) => statements.has(list[at]) && note(answer));
    return answers;
  },
});
const counting = (env) => ({ ...env, DB: { withSession: (...args) => wrapDatabase(env.DB.withSession(...args)) } });

export default {
  queue: (...args) => worker.queue(...args),
  scheduled: (event, env, context) => worker.scheduled(event, counting(env), context),
  fetch: (request, env, context) => {
    if (new URL(request.url).pathname !== ${JSON.stringify(ROWS_READ_PATH)}) {
      return worker.fetch(request, env, context);
    }
    const answer = Response.json(rowsRead);
    rowsRead = 0;
    return answer;
  },
};
`;
}

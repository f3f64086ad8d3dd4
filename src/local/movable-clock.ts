/**
 * A clock that a story can put forward, instead of waiting for days. It is a module in front of the Worker's entry on
 * this machine; nothing of it is in the Worker itself, so no deployment can have it.
 */

/** The tick that puts the Worker's clock to its own time, in place of one that Cloudflare fires. */
export const CLOCK_CRON = "kivuko-local-clock";

/**
 * Source of the module. What the Worker calls now is the machine's time and what the clock is ahead. The runtime keeps
 * the machine's time, so alarms are set by it, and what became due by the move is done at once: an alarm of a
 * conversation may ring at any time.
 */
export function movableClockEntry(entry: string): string {
  return `
import * as own from ${JSON.stringify(entry)};
export * from ${JSON.stringify(entry)};

const machineNow = Date.now;
let aheadMs = 0;
Date.now = () => machineNow() + aheadMs;
globalThis.Date = new Proxy(Date, {
  construct: (date, given, created) => Reflect.construct(date, given.length === 0 ? [Date.now()] : given, created),
});

const chats = new Set();

export class ChatObject extends own.ChatObject {
  constructor(state, env) {
    super(state, env);
    chats.add(state.id.toString());
    const { storage } = state;
    const setAlarm = storage.setAlarm.bind(storage);
    storage.setAlarm = (at, options) => setAlarm(at - aheadMs, options);
  }

  clockMoved() {
    return this.alarm();
  }
}

export default {
  ...own.default,
  async scheduled(event, env, execution) {
    if (event.cron !== ${JSON.stringify(CLOCK_CRON)}) {
      return own.default.scheduled(event, env, execution);
    }
    aheadMs = event.scheduledTime - machineNow();
    await Promise.all([...chats].map((id) => env.CHATS.get(env.CHATS.idFromString(id)).clockMoved()));
  },
};
`;
}

import type { Bench } from "./bench.ts";
import { addModel, chatWorkers, passThroughGroups, turnLeg } from "./chat-legs.ts";
import { type ChatRush, measureChatRush } from "./chat-rush.ts";
import { startChild } from "./child.ts";
import { startKivuko } from "./kivuko-leg.ts";
import { type LongChat, measureLongChat } from "./long-chat.ts";
import type { Target } from "./report.ts";
import { type Rounds, runRounds, warmUp } from "./rounds.ts";
import { startRuntime } from "./runtime.ts";
import { type Series, type Summary, summarize } from "./summary.ts";
import { judgePassThrough } from "./targets.ts";

/** What the benchmark finds out about conversations with models. */
export type GatewayFindings = {
  readonly series: readonly Summary[];
  readonly targets: readonly Target[];
  readonly rush: ChatRush;
  readonly longChat: LongChat;
};

/** Messages of the long chat. */
const LONG_CHAT = { quick: 1_000, whole: 10_000 };

/**
 * The gateway's legs with their own Workers and the loopback model, after the dispatch's, then chats. The whole turns
 * come along for the file; `series` is what they boil down to, each way of asking by itself.
 */
export async function measureGateway(
  bench: Bench,
  rounds: Rounds,
  isQuick: boolean,
): Promise<GatewayFindings & { readonly turns: readonly Series[] }> {
  const { kivuko, load } = bench;
  const model = startChild("model-process.ts");
  try {
    const modelOrigin = `http://127.0.0.1:${await model.next()}`;
    await addModel(kivuko, modelOrigin);
    const turns: Series[] = [];
    const summaries: Summary[] = [];
    const targets: Target[] = [];
    const runtime = await startRuntime(await chatWorkers(modelOrigin));
    try {
      for (const { isStreamed, legs } of await passThroughGroups(kivuko, runtime, modelOrigin)) {
        const helpers = { load, plugin: model };
        for (const leg of legs) {
          await warmUp(helpers, leg);
        }
        const series = await runRounds(helpers, legs, rounds);
        const summary = summarize(series);
        turns.push(...series);
        summaries.push(...summary);
        targets.push(...judgePassThrough(summary, isStreamed));
      }
    } finally {
      await runtime.stop();
    }
    const turn = turnLeg(kivuko);
    await warmUp(bench, turn);
    const series = await runRounds(bench, [turn], rounds);
    turns.push(...series);
    summaries.push(...summarize(series));
    console.error("chats at once");
    const rush = await measureChatRush(kivuko);
    console.error("a long chat");
    const longChat = await lookIntoLongChat(bench, modelOrigin, isQuick);
    return { series: summaries, targets, rush, longChat, turns };
  } finally {
    model.stop();
  }
}

/** On a platform of its own: the inspector costs time. */
async function lookIntoLongChat(bench: Bench, modelOrigin: string, isQuick: boolean): Promise<LongChat> {
  const kivuko = await startKivuko(bench.pluginOrigin, { inspect: true });
  try {
    await addModel(kivuko, modelOrigin);
    return await measureLongChat(kivuko, isQuick ? LONG_CHAT.quick : LONG_CHAT.whole);
  } finally {
    await kivuko.stop();
  }
}

import type { OrgCtx } from "../../access/context.ts";
import type { CallChat } from "../../contract/approvals.ts";
import type { EffectLedger } from "../../contract/effect-ledger.ts";
import type { InstanceCatalog } from "../../plugins/catalog/index.ts";
import { type Dispatched, dispatchTool, startStageTimes } from "../../plugins/dispatch/index.ts";
import { offeredTools } from "../gateway/index.ts";
import {
  type Asked,
  type Command,
  type CommandTool,
  describeCommands,
  describeUsage,
  listCommands,
  readCommand,
} from "./slash-commands.ts";

type CommandInput = {
  /** As the chat sees it. */
  readonly catalog: InstanceCatalog;
  readonly enabledPluginIds: readonly string[] | null;
  /** What the customer wrote, by line. */
  readonly texts: readonly { readonly seq: number; readonly text: string }[];
  readonly phone: string;
  readonly chat: CallChat;
  /** Of the turn: a command is carried out once, also when the turn is repeated. */
  readonly effects: EffectLedger;
};

export type CommandAnswers = {
  /** In the order of the commands. */
  readonly replies: readonly string[];
  /** Whether something else was written as well, which the agent has to answer. */
  readonly hasMore: boolean;
};

/** Carries out the commands among a turn's messages, each through the gates like any call of the agent. No model is asked. */
export async function answerCommands(ctx: OrgCtx, input: CommandInput): Promise<CommandAnswers> {
  const commands = listCommands(toCommandTools(input));
  const replies: string[] = [];
  for (const { seq, text } of input.texts) {
    const asked = readCommand(text, commands);
    if (asked !== null) {
      replies.push(await answer(ctx, input, { seq, asked, commands }));
    }
  }
  return { replies, hasMore: replies.length < input.texts.length };
}

function toCommandTools({ catalog, enabledPluginIds }: CommandInput): CommandTool[] {
  return offeredTools(catalog, enabledPluginIds).flatMap(({ modelName, toolName, installation }) => {
    const definition = installation.version.tool(toolName)?.definition;
    return definition === undefined ? [] : [{ modelName, definition }];
  });
}

async function answer(
  ctx: OrgCtx,
  { catalog, phone, chat, effects }: CommandInput,
  { seq, asked, commands }: { seq: number; asked: Asked; commands: ReadonlyMap<string, Command> },
): Promise<string> {
  switch (asked.kind) {
    case "help":
      return describeCommands(commands);
    case "usage":
      return describeUsage(asked.command);
    case "call": {
      const begun = effects.begin(`/${seq}`);
      if (begun.status === "answered") {
        return begun.answer;
      }
      const { outcome } = await dispatchTool({
        ctx,
        input: {
          catalog,
          toolName: asked.command.toolName,
          input: asked.input,
          customerPhone: phone,
          chat,
          traceparent: null,
          times: startStageTimes(),
          callId: begun.callId,
        },
      });
      const text = toReply(outcome, asked.command);
      effects.finish({ callId: begun.callId, answer: text });
      return text;
    }
  }
}

const FALLBACK_LINE = /^Fallback suggestions:.*$/gm;

/** A call's end in words for the customer, without what is meant for a model. */
function toReply(outcome: Dispatched["outcome"], command: Command): string {
  switch (outcome.status) {
    case "ok":
      return toText(outcome.result).replace(FALLBACK_LINE, "").trim() || "Done.";
    case "error":
      return outcome.error.code === "invalid_input"
        ? describeUsage(command)
        : outcome.error.message.replace(FALLBACK_LINE, "").trim();
    case "refused":
      return `/${command.word} cannot be used just now.`;
    case "pending_approval":
      return "This has to be approved first. You will hear as soon as it has been decided.";
  }
}

/** A plugin's server answers with an object: its `message` is what is meant for people. */
function toText(result: unknown): string {
  if (typeof result === "string") {
    return result;
  }
  const message = (result as { message?: unknown } | null)?.message;
  return typeof message === "string" ? message : JSON.stringify(result);
}

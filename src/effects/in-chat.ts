import { AppError } from "../kernel/errors.ts";
import { platformContextOf } from "../plugins/capabilities/index.ts";
import type { FirstPartyPlugin } from "../plugins/in-process/index.ts";
import { recipientOfChat } from "./recipient-of-chat.ts";
import type { ResolvedRecipient } from "./recipients.ts";

type PluginContext = Parameters<FirstPartyPlugin["executeTool"]>[2];
type PlatformContext = ReturnType<typeof platformContextOf>;

const NO_CHAT =
  "This call comes from no chat, so there is no customer to act for.\nFallback suggestions: tell whoever asked that this works in a customer's chat only.";
const TRY_ELSE = "correct what is named, or tell the customer plainly and offer another way or a person.";

/** Does something for the customer of the chat that the tool was called in. What is refused becomes text for the model. */
export async function inChat(
  plugin: PluginContext,
  act: (ctx: PlatformContext, customer: ResolvedRecipient) => Promise<unknown>,
): Promise<string> {
  const { roomId: chatId, callId, tenant } = plugin;
  if (chatId === null) {
    return NO_CHAT;
  }
  const ctx = platformContextOf(plugin);
  try {
    return JSON.stringify(await act(ctx, await recipientOfChat(ctx, { ...tenant, chatId, callId })));
  } catch (error) {
    if (!(error instanceof AppError)) {
      throw error;
    }
    const reasons = [...new Set([error.message, ...error.issues.map(({ message }) => message)])];
    return `${reasons.join("\n")}\nFallback suggestions: ${error.hint ?? TRY_ELSE}`;
  }
}

import { DurableObject } from "cloudflare:workers";
import type { CtxBase } from "../../access/context.ts";
import type { ChatRpc } from "../../contract/chat.ts";
import type { Conversation } from "./conversation.ts";
import type { Think } from "./run-turn.ts";

type Input<Method extends keyof ChatRpc> = Parameters<ChatRpc[Method]>;

/**
 * The door of a conversation. The class has to be there when the Worker starts; what happens behind it is in
 * `conversation.ts`, which is loaded with an isolate's first object.
 */
export abstract class ConversationObject extends DurableObject<Env> implements ChatRpc {
  /** A test that is not about models puts its own here. */
  think: Think | null = null;
  /** A field and no getter, since those can be reached from outside. */
  protected readonly conversation: Promise<Conversation>;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    // What comes in waits meanwhile; should it fail, the object starts anew with the next call.
    this.conversation = ctx.blockConcurrencyWhile(async () => {
      const { Conversation } = await import("./conversation.ts");
      return new Conversation(ctx, {
        createBase: () => this.createBase(),
        findThink: () => this.think,
      });
    });
  }

  /** Everything of a context but its actor; the wiring knows how to build it. */
  protected abstract createBase(): CtxBase;

  async receive(...input: Input<"receive">) {
    return (await this.conversation).receive(...input);
  }

  async applyStatuses(...input: Input<"applyStatuses">) {
    return (await this.conversation).applyStatuses(...input);
  }

  async findMedia(...input: Input<"findMedia">) {
    return (await this.conversation).findMedia(...input);
  }

  async admitPhone(...input: Input<"admitPhone">) {
    return (await this.conversation).admitPhone(...input);
  }

  async readHistory(...input: Input<"readHistory">) {
    return (await this.conversation).readHistory(...input);
  }

  async readOutbound(...input: Input<"readOutbound">) {
    return (await this.conversation).readOutbound(...input);
  }

  async readDeliveries(...input: Input<"readDeliveries">) {
    return (await this.conversation).readDeliveries(...input);
  }

  async pause(...input: Input<"pause">) {
    return (await this.conversation).pause(...input);
  }

  async take(...input: Input<"take">) {
    return (await this.conversation).take(...input);
  }

  async release(...input: Input<"release">) {
    return (await this.conversation).release(...input);
  }

  async setPlugin(...input: Input<"setPlugin">) {
    return (await this.conversation).setPlugin(...input);
  }

  async readSwitchedOff(...input: Input<"readSwitchedOff">) {
    return (await this.conversation).readSwitchedOff(...input);
  }

  async write(...input: Input<"write">) {
    return (await this.conversation).write(...input);
  }

  async send(...input: Input<"send">) {
    return (await this.conversation).send(...input);
  }

  async withdraw(...input: Input<"withdraw">) {
    return (await this.conversation).withdraw(...input);
  }

  async readSent(...input: Input<"readSent">) {
    return (await this.conversation).readSent(...input);
  }

  async readCustomer(...input: Input<"readCustomer">) {
    return (await this.conversation).readCustomer(...input);
  }

  async setTimeZone(...input: Input<"setTimeZone">) {
    return (await this.conversation).setTimeZone(...input);
  }

  async reseal(...input: Input<"reseal">) {
    return (await this.conversation).reseal(...input);
  }

  async simulate(...input: Input<"simulate">) {
    return (await this.conversation).simulate(...input);
  }

  async mintToken(...input: Input<"mintToken">) {
    return (await this.conversation).mintToken(...input);
  }

  async resolveRecipient(...input: Input<"resolveRecipient">) {
    return (await this.conversation).resolveRecipient(...input);
  }

  async note(...input: Input<"note">) {
    return (await this.conversation).note(...input);
  }

  override async alarm(): Promise<void> {
    await (await this.conversation).alarm();
  }

  /** Opens a simulated phone's socket. */
  override async fetch(request: Request): Promise<Response> {
    return (await this.conversation).fetch(request);
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    await (await this.conversation).webSocketMessage(socket, data);
  }

  /** Answers the page's goodbye, without which it would wait for it. */
  override webSocketClose(socket: WebSocket): void {
    socket.close();
  }
}

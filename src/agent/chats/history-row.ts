/** One row of the history. `body` is the model's own form of what the agent said or a tool answered. `event` is what happened besides words. */
export type HistoryRow = {
  readonly seq: number;
  readonly role: "customer" | "agent" | "tool" | "person" | "event";
  readonly text: string;
  readonly parts: string | null;
  readonly body: string | null;
  readonly tool: string | null;
  readonly writtenBy: string | null;
  readonly at: number;
};

/** One row of the history. `body` is the model's own form of what the agent said or a tool answered. */
export type HistoryRow = {
  readonly seq: number;
  readonly role: "customer" | "agent" | "tool" | "person";
  readonly text: string;
  readonly parts: string | null;
  readonly body: string | null;
  readonly tool: string | null;
  readonly writtenBy: string | null;
  readonly at: number;
};

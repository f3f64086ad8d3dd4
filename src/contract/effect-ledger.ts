/** What a turn remembers of its calls with side effects, so that repeating the turn repeats none of them. */

export type EffectBegun =
  /** Make the call, under this id: a plugin that has seen the id before answers as it did then. */
  | { readonly status: "run"; readonly callId: string }
  /** It was made before, or may not be made any more; this is what to tell the model. */
  | { readonly status: "answered"; readonly answer: string };

/** Synchronous, so that two equal calls side by side cannot both begin. */
export type EffectLedger = {
  /** To be asked right before a call; `callKey` names the tool and its canonical arguments. */
  begin(callKey: string): EffectBegun;
  /** To be told when the call has been made. One that never left is not told, and may be made again. */
  finish(ended: { readonly callId: string; readonly answer: string }): void;
};

/** What people, plugins and customers do while messages go out, in the midst of kills. */
import { setTimeout as pause } from "node:timers/promises";
import { type Customer, type Planned, type Random, textOf } from "./schedule-plan.ts";
import { askUntilTaken, type ScheduleStage } from "./schedule-stage.ts";

/** When in a round it is done. */
const WITHIN_MS = 300;
const CHANGES_A_ROUND = 2;
/** By how many rounds a message is put off. */
const PUT_OFF_MAX = 8;
const MINUTE_MS = 60_000;

/** What was asked for, and whether the platform said that it is done. */
export type Change = {
  readonly planned: Planned;
  readonly kind: "cancel" | "reword" | "move";
  isDone: boolean;
};

type Scene = {
  readonly stage: ScheduleStage;
  readonly plan: readonly Planned[];
  readonly customers: readonly Customer[];
  readonly ids: ReadonlyMap<Planned, string>;
  readonly random: Random;
  readonly revokedInRound: number;
  /** When a round begins that is still to come, as the stored clock has it, epoch ms. */
  readonly startsAt: (round: number) => number;
  /** Which of its lives the platform has; counts from 1. */
  readonly currentLife: () => number;
};

export function createDeeds(scene: Scene) {
  const { stage, plan, customers, ids, startsAt, currentLife } = scene;
  const { oneOf, upTo } = scene.random;
  const changes: Change[] = [];
  const stoppedIn = new Map<string, number>();
  let revokedIn: number | undefined;

  const soon = async (doIt: () => Promise<void>) => {
    await pause(upTo(WITHIN_MS));
    await doIt();
  };

  /** Changes or cancels a message that is about to go out; the platform may be dead by then. */
  const change = (planned: Planned, round: number) => {
    const { author, terms } = planned;
    const kinds: Change["kind"][] = ["cancel"];
    if (terms.template === undefined) {
      kinds.push("reword");
    }
    if (terms.recurrence === undefined) {
      kinds.push("move");
    }
    const done: Change = { planned, kind: oneOf(kinds), isDone: false };
    changes.push(done);
    const sendAt = new Date(Math.max(startsAt(round + 1 + upTo(PUT_OFF_MAX)), Date.now() + MINUTE_MS));
    const wish =
      done.kind === "reword" ? { text: textOf(planned.rewordedMark) } : { sendAt: sendAt.toISOString() };
    const id = ids.get(planned) ?? "";
    const path = `/v1/scheduled-messages/${id}`;
    return soon(async () => {
      try {
        if (author === "plugin") {
          const { scheduledMessages } = stage.plugins.plugin.bridge;
          await (done.kind === "cancel" ? scheduledMessages.cancel(id) : scheduledMessages.update(id, wish));
        } else if (done.kind === "cancel") {
          await stage.api.send("POST", `${path}/cancel`);
        } else {
          await stage.api.send("PATCH", path, wish);
        }
        done.isDone = true;
      } catch {
        // Too late, or cut off: then the row says what holds.
      }
    });
  };

  const writeInRound = (customer: Customer): Promise<void>[] => {
    switch (customer.sort) {
      case "stopping":
        return [
          soon(async () => {
            await stage.write(customer, "STOP");
            stoppedIn.set(customer.phone, currentLife());
          }),
        ];
      case "awaited":
        return [soon(() => stage.write(customer, "Good morning"))];
      default:
        return [];
    }
  };

  const revoke = async () => {
    const path = `/v1/instances/${stage.twilioId}/grants/${stage.plugins.leaving.installationId}`;
    await askUntilTaken(() => stage.api.ask("DELETE", path));
    revokedIn = currentLife();
  };

  return {
    changes: changes as readonly Change[],
    /** The phones of those who wrote STOP, each with the life in which the platform took it. */
    stoppedIn: stoppedIn as ReadonlyMap<string, number>,
    /** The life in which the leaving plugin lost its grant. */
    revokedIn: () => revokedIn,
    /** Begins what is done in a round. */
    begin: (round: number): Promise<void>[] => {
      const known = new Set(changes.map(({ planned }) => planned));
      const near = plan.filter(
        (planned) => planned.round >= round && planned.round < round + 2 && !known.has(planned),
      );
      const chosen = Array.from({ length: Math.min(CHANGES_A_ROUND, near.length) }, () =>
        near.splice(upTo(near.length - 1), 1),
      );
      return [
        ...chosen.flat().map((planned) => change(planned, round)),
        ...customers.filter(({ writesInRound }) => writesInRound === round).flatMap(writeInRound),
        ...(round === scene.revokedInRound ? [soon(revoke)] : []),
      ];
    },
  };
}

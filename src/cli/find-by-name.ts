/** People say names; the API wants ids. */
import type { Api, Installation, Instance } from "./api.ts";
import { type CliError, failure, usageError } from "./cli-error.ts";

/**
 * The instance's id: the text itself if it looks like one, else that of the one instance of this name (in any case).
 * Throws when there is none, or more than one. An id needs no request, so a gateway key can use it.
 */
export async function findInstanceId(api: Api, text: string): Promise<string> {
  return text.startsWith("inst_") ? text : (await findInstance(api, text)).id;
}

/** The instance of this name or id; without one, the only simulator that there is. */
export async function findSimulatorId(api: Api, text: string | undefined): Promise<string> {
  if (text !== undefined) {
    return findInstanceId(api, text);
  }
  const simulators = (await api.listInstances()).filter(({ channel }) => channel === "simulator");
  const [first, second] = simulators;
  if (first === undefined) {
    throw failure("no_simulator", "There is no number on the simulator here yet.", {
      hint: "Make one with `kivuko instances create <name>`.",
    });
  }
  if (second !== undefined) {
    const known = simulators.map(({ name, id }) => `"${name}" (${id})`).join(", ");
    throw usageError(
      "There is more than one number on the simulator.",
      `Say which with --instance: ${known}.`,
    );
  }
  return first.id;
}

async function findInstance(api: Api, name: string): Promise<Instance> {
  const instances = await api.listInstances();
  return pickOne({
    what: "instance",
    wanted: name,
    matches: instances.filter((instance) => isSameName(instance.name, name)),
    known: instances.map((instance) => `"${instance.name}" (${instance.id})`),
    whenEmpty: "Make one with `kivuko instances create <name>`.",
  });
}

/** The installation with this id, or the one whose slug or name this is (in any case). */
export async function findInstallation(api: Api, text: string): Promise<Installation> {
  if (text.startsWith("ins_")) {
    return api.getInstallation(text);
  }
  const installations = (await api.listInstallations()).filter(({ status }) => status !== "uninstalled");
  return pickOne({
    what: "plugin",
    wanted: text,
    matches: installations.filter(({ slug, name }) => isSameName(slug, text) || isSameName(name, text)),
    known: installations.map(({ slug, id }) => `${slug} (${id})`),
    whenEmpty: "Install one with `kivuko install <manifest URL>`.",
  });
}

function isSameName(a: string, b: string): boolean {
  return a.localeCompare(b, "en", { sensitivity: "accent" }) === 0;
}

function pickOne<T extends { readonly id: string }>(search: {
  what: string;
  wanted: string;
  matches: readonly T[];
  known: readonly string[];
  whenEmpty: string;
}): T {
  const { what, wanted, matches, known, whenEmpty } = search;
  const [first, second] = matches;
  if (first === undefined) {
    throw notFound(what, wanted, known.length > 0 ? `There is: ${known.join(", ")}.` : whenEmpty);
  }
  if (second !== undefined) {
    throw usageError(
      `More than one ${what} is called "${wanted}".`,
      `Say which by its id: ${matches.map(({ id }) => id).join(" or ")}.`,
    );
  }
  return first;
}

function notFound(what: string, wanted: string, hint: string): CliError {
  return failure(`${what}_not_found`, `There is no ${what} called "${wanted}" here.`, { hint });
}

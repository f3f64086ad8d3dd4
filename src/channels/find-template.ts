import type { OutgoingTemplate } from "../contract/channel.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { InstanceRow } from "../tenancy/instances/index.ts";
import type { ReadyMessage } from "./channel.ts";
import { channels } from "./channels.ts";
import { TEMPLATE_VARIABLE_SPACES } from "./limits.ts";

/** A template as the number's provider takes it, or `template_unknown` or `template_without_content_sid`. */
export function findTemplate(
  instance: Pick<InstanceRow, "channel" | "templates">,
  template: OutgoingTemplate,
): Result<ReadyMessage, string> {
  const { name, language } = template;
  const known = instance.templates.find((other) => other.name === name && other.language === language);
  if (known === undefined) {
    return err("template_unknown");
  }
  const { contentSid } = known;
  if (contentSid === undefined && channels[instance.channel].capabilities.needsContentSid) {
    return err("template_without_content_sid");
  }
  const variables = Object.fromEntries(
    Object.entries(template.variables).map(([variable, value]) => [variable, toVariable(value)]),
  );
  return ok({
    type: "template",
    template: { name, language, variables, ...(contentSid !== undefined && { contentSid }) },
  });
}

/** Providers refuse line breaks, tabs and long runs of spaces in a variable. */
function toVariable(text: string): string {
  return text
    .trim()
    .replaceAll(/[\r\n\t]+/g, " ")
    .replaceAll(/ {2,}/g, (spaces) => spaces.slice(0, TEMPLATE_VARIABLE_SPACES));
}

import type { InstanceTemplate, OutgoingTemplate } from "../contract/channel.ts";
import type { Issue } from "../kernel/errors.ts";

/** What is wrong with a template that somebody names for later: the number does not have it. Null when it does. */
export function findTemplateIssue(
  approved: readonly InstanceTemplate[],
  { name, language }: Pick<OutgoingTemplate, "name" | "language">,
): Issue | null {
  return approved.some((known) => known.name === name && known.language === language)
    ? null
    : {
        pointer: "/template",
        code: "template_unknown",
        message: `is not among the number's approved templates: ${name} (${language})`,
      };
}

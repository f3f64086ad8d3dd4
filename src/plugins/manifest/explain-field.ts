import type { Issue } from "../../kernel/errors.ts";

/** Plainer words where the schema can only show an expression. */
const SENTENCES: readonly (readonly [place: RegExp, codes: readonly string[], message: string])[] = [
  [
    /^\/slug$/,
    ["pattern"],
    'must be 2 to 64 capital letters, digits and "_", starting with a letter, such as ACME_CRM',
  ],
  [/^\/version$/, ["pattern"], "must be a semantic version such as 1.0.0"],
  [
    /^\/tools\/\d+\/name$/,
    ["pattern"],
    'must be 1 to 64 letters, digits, "_", "." or "-", such as create_ticket',
  ],
  [/^\/tools\/\d+\/endpoint\/path$/, ["pattern"], 'must start with "/", as in /execute'],
  [
    /^\/tools\/\d+\/inputSchema\/type$/,
    ["required", "const"],
    'must be "object"; for a tool without input write {"type": "object", "properties": {}}',
  ],
  [
    /^\/permissions\/\d+\/key$/,
    ["pattern"],
    'must be words of letters, digits, "_", "." and "-", joined by ":", such as support:tickets:create',
  ],
  [/^\/(?:homepage|author\/url)$/, ["pattern"], "must start with https:// or http://"],
  [/^\/tools$/, ["min_items"], "must hold at least one tool"],
];

/** The problem in words for authors of manifests, where there are better ones than the schema's. */
export function explainField(issue: Issue): Issue {
  const better = SENTENCES.find(([place, codes]) => place.test(issue.pointer) && codes.includes(issue.code));
  return better ? { ...issue, message: better[2] } : issue;
}

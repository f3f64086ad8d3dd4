/** No code can go round the delivery policy: it is written in one place, and so is what it lets through. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");
const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/.*$/gm;

/** The code of each file of the Worker, without its comments. */
const sources = globSync("src/**/*.{ts,tsx}", { cwd: ROOT }).map((path) => ({
  path,
  code: readFileSync(join(ROOT, path), "utf8").replace(COMMENTS, ""),
}));

const filesWith = (pattern: RegExp) =>
  sources.filter(({ code }) => pattern.test(code)).map(({ path }) => path);

test("[POLICY-19] of the files that know the channels, deliver.ts alone sends, and once", () => {
  const knowing = sources.filter(({ code }) => /from "(\.{1,2}\/)+(channels\/)?channels\.ts"/.test(code));
  expect(knowing.length).toBeGreaterThan(1);
  const sending = knowing.flatMap(({ path, code }) => (code.match(/\bsend\b(?!")/g) ?? []).map(() => path));
  expect(sending).toEqual(["src/channels/deliver.ts"]);
});

test("[POLICY-19] right before it sends, the policy is asked", () => {
  const code = sources.find(({ path }) => path === "src/channels/deliver.ts")?.code ?? "";
  const [before = ""] = code.split("].send(");
  const asked = before.lastIndexOf("= decide()");
  expect(asked).toBeGreaterThan(0);
  // Whoever waits in between may send what was allowed a moment ago.
  expect(before.slice(asked)).not.toMatch(/=\s*await\b/);
});

test("[POLICY-19] what sends is called by the conversation's loop, and what it sends is put there by few", () => {
  expect(filesWith(/import \{[^}]*\bdeliver\b[^}]*\} from "[^"]*\/deliver\.ts"/)).toEqual([
    "src/agent/chats/send-waiting.ts",
  ]);
  expect(filesWith(/\bsendWaiting\(/).toSorted()).toEqual([
    "src/agent/chats/conversation.ts",
    "src/agent/chats/send-waiting.ts",
  ]);
  expect(filesWith(/INSERT INTO outbox\b/)).toEqual(["src/agent/chats/outbox.ts"]);
});

test("[POLICY-19] whoever sends by a conversation says what kind of message it is", () => {
  const senders = sources.filter(
    ({ code }) => /\bdedupeKey:/.test(code) && /\.send\(\{\s*address/.test(code),
  );
  expect(senders.map(({ path }) => path).length).toBeGreaterThan(5);
  for (const { path, code } of senders) {
    for (const call of code.split(/\.send\(\{\s*address/).slice(1)) {
      expect(call.slice(0, call.indexOf("});")), path).toMatch(/\bpolicy:/);
    }
  }
});

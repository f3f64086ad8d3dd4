import assert from "node:assert/strict";

/** One way to reach the plugin (or not), measured in turn with the others. */
export type Leg = {
  readonly id: string;
  readonly title: string;
  readonly url: URL;
  /** Headers beyond the ones every request carries. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whether each request must reach the plugin; the plugin counts them. */
  readonly isCallingPlugin: boolean;
  /** The workerd that serves it, when one does and the system tells. Its processor time is the leg's cost. */
  readonly runtimeProcessId: number | undefined;
  /** Throws unless this is the right answer. Called with the first, untimed answer. */
  readonly checkAnswer: (body: string) => void;
};

/** The leg's request as the bytes that go over the socket. */
export function rawRequest(leg: Leg): Buffer {
  const headers = {
    Host: leg.url.host,
    Accept: "application/json",
    "Content-Type": "application/json",
    "Content-Length": String(Buffer.byteLength(leg.body)),
    ...leg.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${leg.url.pathname} HTTP/1.1\r\n${lines.join("")}\r\n${leg.body}`);
}

/** Sends the leg's request once, outside the measurement, and throws unless status and body are right. */
export async function checkLeg(leg: Leg): Promise<void> {
  const response = await fetch(leg.url, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...leg.headers },
    body: leg.body,
  });
  const body = await response.text();
  assert.equal(response.status, 200, `${leg.title} answered ${response.status}: ${body.slice(0, 500)}`);
  leg.checkAnswer(body);
}

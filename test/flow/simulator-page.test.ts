/** The simulator's page and its socket, over the wire as a browser has them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGrantedInstance, type Stage, setStage } from "./support/stage.ts";

const PHONE = "+254711223344";

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.clear());

test("the page comes with its script and style, and with nothing from elsewhere", async () => {
  const page = await fetch(`${stage.platform.url}/simulator`);
  expect(page.headers.get("content-type")).toContain("text/html");
  expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
  const html = await page.text();
  const paths = [...html.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, path = ""]) => path);
  expect(paths.sort()).toEqual(["/assets/simulator.css", "/assets/simulator.js"]);
  const types = await Promise.all(
    paths.map(async (path) => (await fetch(stage.platform.url + path)).headers.get("content-type")),
  );
  expect(types).toEqual([expect.stringContaining("text/css"), expect.stringContaining("text/javascript")]);
});

test("[CHANNEL-05] a message over the socket is answered over the socket", async () => {
  const id = await createGrantedInstance(stage.api, []);
  const ticket = await stage.api.send<{ url: string; protocols: string[] }>(
    "POST",
    `/v1/instances/${id}/simulator/tickets`,
    { phone: PHONE },
  );
  const socket = new WebSocket(ticket.url, ticket.protocols);
  const types: string[] = [];
  const reply = new Promise<string>((resolve, reject) => {
    socket.addEventListener("error", () => reject(new Error("The socket failed.")));
    socket.addEventListener("message", ({ data }) => {
      const frame = JSON.parse(String(data)) as { type: string; text: string };
      types.push(frame.type);
      if (frame.type === "history") {
        socket.send(JSON.stringify({ type: "message", text: "Hello" }));
      }
      if (frame.type === "message") {
        resolve(frame.text);
      }
    });
  });
  expect(await reply).toContain("demo model");
  expect(types).toEqual(["history", "stored", "typing", "message"]);
  expect(socket.protocol).toBe("kivuko.simulator");
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
  socket.close(1000);
  await closed;
});

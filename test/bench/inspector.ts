import { once } from "node:events";

/** A Worker looked into by the protocol of Chrome's tools. */
export type Inspector = {
  readonly call: (method: string, params?: object) => Promise<unknown>;
  readonly close: () => void;
};

export async function openInspector(url: URL): Promise<Inspector> {
  const socket = new WebSocket(url);
  await once(socket, "open");
  const waiting = new Map<number, (result: unknown) => void>();
  socket.addEventListener("message", (event) => {
    const { id, result } = JSON.parse(String(event.data));
    waiting.get(id)?.(result);
  });
  let lastId = 0;
  return {
    call: (method, params = {}) =>
      new Promise((resolve) => {
        lastId += 1;
        waiting.set(lastId, resolve);
        socket.send(JSON.stringify({ id: lastId, method, params }));
      }),
    close: () => socket.close(),
  };
}

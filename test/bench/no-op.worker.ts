/** The floor: what the runtime itself costs per request, and the proof that nothing stands in front of it. */
export default {
  fetch: () => new Response("ok"),
};

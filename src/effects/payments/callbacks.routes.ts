import { createRouter } from "../../http/router.ts";
import { AppError } from "../../kernel/errors.ts";
import { CALLBACKS_PATH } from "./callback-address.ts";
import { CALLBACK_MAX_BYTES } from "./limits.ts";
import { receiveCallback } from "./receive-callback.ts";

/** The providers' door: an unguessable address, and a signature where the provider has one. */
export const paymentCallbackRoutes = createRouter();

/** What Daraja wants to read; the others look at the status only. */
const ACKNOWLEDGED = { ResultCode: 0, ResultDesc: "Accepted" };

paymentCallbackRoutes.post(`${CALLBACKS_PATH}/:provider/:id/:secret`, async (c) => {
  const body = new Uint8Array(await c.req.arrayBuffer());
  if (body.length > CALLBACK_MAX_BYTES) {
    throw new AppError("too_large", "body_too_large", `The body is larger than ${CALLBACK_MAX_BYTES} bytes.`);
  }
  const input = { ...c.req.param(), headers: c.req.raw.headers, body };
  await receiveCallback({ ctx: c.get("base"), input });
  return c.json(ACKNOWLEDGED, 200);
});

import { EventType } from "../../contract/events.ts";
import {
  type FollowUp,
  findPaymentFor,
  type PaymentRow,
  presentPayment,
  presentRefund,
  type RefundRow,
} from "../payments/index.ts";
import { emitEvent } from "./emit-event.ts";

/** Tells whom it concerns how a payment ended. */
export const paymentEvent: FollowUp<PaymentRow> = {
  name: "event",
  run: async ({ ctx, subject }) => {
    const type = EventType.parse(`payment.${subject.state}`);
    const { organizationId, instanceId, installationId, id } = subject;
    await emitEvent({
      ctx,
      input: {
        organizationId,
        instanceId,
        installationId,
        type,
        subjectId: id,
        data: presentPayment(subject),
        dedupeKey: `${type}:${id}`,
      },
    });
  },
};

/** Tells whom it concerns how a refund ended; in order with what is told of its payment. */
export const refundEvent: FollowUp<RefundRow> = {
  name: "event",
  run: async ({ ctx, subject }) => {
    const type = EventType.parse(`refund.${subject.state}`);
    const { organizationId, paymentId, id } = subject;
    const { instanceId, installationId, orderReference } = await findPaymentFor(
      ctx,
      organizationId,
      paymentId,
    );
    await emitEvent({
      ctx,
      input: {
        organizationId,
        instanceId,
        installationId,
        type,
        subjectId: paymentId,
        data: { ...presentRefund(subject), orderReference },
        dedupeKey: `${type}:${id}`,
      },
    });
  },
};

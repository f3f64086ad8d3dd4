/** What the depot remembers, in memory. A real one keeps it in its database: it is all by order number. */

export type GasOrder = {
  readonly id: string;
  readonly number: string;
  /** The customer as this plugin knows them: a hash. */
  readonly userId: string | undefined;
  /** As the platform told it last. */
  readonly state: string;
};

export type DeliveryJob = {
  readonly id: string;
  readonly orderNumber: string;
  readonly paymentId: string;
  /** As the customer wrote it. */
  readonly address: string;
  isCalledOff: boolean;
};

export function createDeliveryBook() {
  const orders = new Map<string, GasOrder>();
  const jobs = new Map<string, DeliveryJob>();
  return {
    orders: orders as ReadonlyMap<string, GasOrder>,
    jobs: jobs as ReadonlyMap<string, DeliveryJob>,
    /** The order of a customer. What the platform has told of it by then stays. */
    place: ({ id, number, userId }: Omit<GasOrder, "state">) => {
      orders.set(number, { id, number, userId, state: orders.get(number)?.state ?? "awaiting_payment" });
    },
    /** What the platform tells of an order, perhaps before the call that placed it has ended. */
    follow: ({ id, number, state }: Omit<GasOrder, "userId">) => {
      orders.set(number, { id, number, state, userId: orders.get(number)?.userId });
    },
    /** One job for an order, however often its payment is told. */
    openJob: (job: Omit<DeliveryJob, "id" | "isCalledOff">) => {
      const { orderNumber } = job;
      const opened = { ...job, id: `DEL-${1_001 + jobs.size}`, isCalledOff: false };
      jobs.set(orderNumber, jobs.get(orderNumber) ?? opened);
    },
    callOff: (orderNumber: string) => {
      const job = jobs.get(orderNumber);
      if (job !== undefined) {
        job.isCalledOff = true;
      }
    },
  };
}
export type DeliveryBook = ReturnType<typeof createDeliveryBook>;

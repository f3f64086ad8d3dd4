/** What a test anywhere may know of the payment providers' stand-ins; they themselves run in Node. */

declare module "vitest" {
  interface ProvidedContext {
    /** Origins of the payment providers' stand-ins. */
    darajaUrl: string;
    paystackUrl: string;
  }
}

/** What the stand-ins accept. It protects nothing; `apiBaseUrl` is the stand-in's own. */
export const PAYMENT_CREDENTIALS = {
  paybill: {
    consumerKey: "daraja-consumer-key-for-tests",
    consumerSecret: "daraja-consumer-secret-for-tests",
    shortCode: "600998",
    passKey: "daraja-pass-key-for-tests-only-0123456789",
    type: "paybill",
    initiator: "kivuko-tests",
    securityCredential: "c2VjdXJpdHktY3JlZGVudGlhbC1mb3ItdGVzdHM=",
  },
  buyGoods: {
    consumerKey: "daraja-consumer-key-for-tests",
    consumerSecret: "daraja-consumer-secret-for-tests",
    shortCode: "600997",
    passKey: "daraja-pass-key-for-tests-only-9876543210",
    type: "buy_goods",
    till: "5204312",
  },
  paystack: {
    secretKey: "sk_test_0123456789abcdef0123456789abcdef01234567",
    emailDomain: "pay.kivuko.test",
  },
} as const;

/** What the payer does; `nothing` leaves the prompt or link open until a test settles it. */
export type PayerOutcome =
  | "succeed"
  | "cancel"
  | "wrong_pin"
  | "insufficient"
  | "unreachable"
  | "time_out"
  | "nothing";

/** How a stand-in treats one payer. */
export type ProviderBehaviour = {
  /** Default `succeed` at Daraja, `nothing` at Paystack. */
  readonly outcome?: PayerOutcome;
  /** Of a reversal or refund. Default `succeed`. */
  readonly refund?: "succeed" | "fail" | "nothing";
  /**
   * How the outcome is told: after the answer (default), twice, before the answer, when a test says so (`late`, by
   * `POST /-/deliver`), or not at all.
   */
  readonly callback?: "once" | "twice" | "early" | "late" | "never";
  /**
   * How asking is answered. `lost`, `error` and `html` come after it was done: the worst case. `busy` and `lost_before`
   * come before.
   */
  readonly answer?: "well" | "lost" | "lost_before" | "error" | "html" | "busy";
  /** How asking for the state is answered. */
  readonly query?: "well" | "lost" | "error" | "html";
};

/** A prompt or checkout page that a stand-in put before a payer. */
export type StandInCharge = {
  /** CheckoutRequestID, or the merchant's reference at Paystack. */
  readonly id: string;
  /** The payer's number, digits only. */
  readonly payer: string;
  /** As it was asked for: shillings at Daraja, hundredths at Paystack. */
  readonly amount: number;
  readonly reference: string;
  readonly state: "open" | "succeeded" | "failed";
  readonly receiptNumber: string | null;
};

/** What a stand-in tells the merchant, and whether anybody took it. */
export type StandInCallback = {
  readonly url: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** HTTP status of each delivery so far; 0 where nobody answered. */
  readonly deliveries: readonly number[];
};

/** A request that a stand-in got, with what it answered; 0 where it dropped the connection. */
export type StandInRequest = {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** The payer's number, digits only, where one could be read. */
  readonly payer: string | null;
};

/**
 * Paystack on loopback, as far as we use it: initialize, verify, refunds, and webhooks signed with HMAC-SHA512. It
 * refuses what Paystack refuses, with Paystack's sentences and codes. The page behind `authorization_url` is paid by
 * `POST /-/settle` (provider-books.ts); `POST /-/webhook-url {url}` is the dashboard's field for it.
 */
import { createHmac, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { answerJson, type LoopbackServer, readRequestBody, startLoopbackServer } from "./loopback-server.ts";
import { PAYMENT_CREDENTIALS, type PayerOutcome } from "./payment-stand-in.ts";
import {
  checkTransaction,
  dataOf,
  type Refund,
  type Refusal,
  refundData,
  type Transaction,
} from "./paystack-messages.ts";
import { answerBadly, type JsonBody, ProviderBooks, parseBody, type Settlement } from "./provider-books.ts";

const { secretKey } = PAYMENT_CREDENTIALS.paystack;

const SENTENCES: Readonly<Record<Exclude<PayerOutcome, "nothing">, string>> = {
  succeed: "Successful",
  cancel: "The transaction was cancelled by the customer",
  wrong_pin: "Incorrect PIN",
  insufficient: "Insufficient Funds",
  unreachable: "Declined",
  time_out: "Oooops, your payment has exceeded the time to pay.",
};

export type PaystackStandIn = LoopbackServer & { readonly books: ProviderBooks };

export async function startPaystackStandIn(): Promise<PaystackStandIn> {
  const books = new ProviderBooks();
  const transactions: Transaction[] = [];
  const refunds: Refund[] = [];
  let webhookUrl: string | null = null;

  const send = (payer: string, event: string, data: unknown) => {
    const body = JSON.stringify({ event, data });
    const signature = createHmac("sha512", secretKey).update(body).digest("hex");
    return books.tell(payer, webhookUrl, body, { "x-paystack-signature": signature });
  };
  const settle = (transaction: Transaction, outcome: Exclude<PayerOutcome, "nothing">) => {
    const isPaid = outcome === "succeed";
    transaction.status = isPaid ? "success" : "failed";
    transaction.state = isPaid ? "succeeded" : "failed";
    transaction.sentence = SENTENCES[outcome];
    transaction.receiptNumber = isPaid ? `R${randomBytes(5).toString("hex").toUpperCase()}` : null;
    return send(transaction.payer, isPaid ? "charge.success" : "charge.failed", dataOf(transaction));
  };
  const settleRefund = (refund: Refund, isDone: boolean) => {
    refund.status = isDone ? "processed" : "failed";
    const { transaction, amount } = refund;
    // Paystack's event does not name the refund, and writes its amount as a text.
    return send(transaction.payer, `refund.${refund.status}`, {
      status: refund.status,
      transaction_reference: transaction.id,
      refund_reference: null,
      amount: String(amount),
      currency: transaction.currency,
      processor: "mpgs_zen",
      customer: { email: `${transaction.payer}@example.com` },
      integration: 412_829,
      domain: "test",
    });
  };

  async function settleByTest({ payer, outcome, refund }: Settlement): Promise<void> {
    const mode = books.behaviourOf(payer).callback ?? "once";
    const told = [
      ...(outcome === undefined || outcome === "nothing"
        ? []
        : transactions
            .filter((t) => t.payer === payer && t.status !== "success")
            .map((t) => settle(t, outcome))),
      ...(refund === undefined
        ? []
        : refunds
            .filter((r) => r.transaction.payer === payer && r.status === "pending")
            .map((r) => settleRefund(r, refund === "succeed"))),
    ];
    for (const callback of mode === "late" || mode === "never" ? [] : told) {
      for (let time = mode === "twice" ? 2 : 1; time > 0; time--) {
        await books.deliver(callback);
      }
    }
  }

  function initialize(origin: string, response: ServerResponse, body: JsonBody) {
    const checked = checkTransaction(body);
    if ("refusal" in checked) {
      return refuse(response, checked.refusal);
    }
    const { payer, amount, currency, reference } = checked;
    const { answer, outcome = "nothing" } = books.behaviourOf(payer);
    if (answer === "busy") {
      return refuse(response, [429, "Please wait a few minutes and try again.", "rate_limited"]);
    }
    if (answer === "lost_before") {
      return answerBadly(response, "lost") ?? 0;
    }
    if (transactions.some(({ id }) => id === reference)) {
      return refuse(response, [400, "Duplicate Transaction Reference", "duplicate_reference"]);
    }
    const transaction: Transaction = {
      id: reference,
      number: 1_000_000 + transactions.length,
      payer,
      amount,
      currency,
      reference,
      state: "open",
      receiptNumber: null,
      status: "abandoned",
      sentence: "The transaction was not completed",
    };
    transactions.push(transaction);
    books.charges.push(transaction);
    const told = outcome === "nothing" ? null : settle(transaction, outcome);
    const accessCode = randomBytes(8).toString("hex");
    return books.answer(response, payer, told, () =>
      succeed(response, "Authorization URL created", {
        authorization_url: `${origin}/checkout/${accessCode}`,
        access_code: accessCode,
        reference,
      }),
    );
  }

  function refund(response: ServerResponse, body: JsonBody) {
    const transaction = transactions.find(
      ({ id, number }) => id === body["transaction"] || String(number) === String(body["transaction"]),
    );
    if (transaction?.status !== "success") {
      return refuse(response, [404, "Transaction not found", "transaction_not_found"]);
    }
    const amount = body["amount"] === undefined ? transaction.amount : Number(body["amount"]);
    const left =
      transaction.amount -
      refunds
        .filter((known) => known.transaction === transaction && known.status !== "failed")
        .reduce((sum, known) => sum + known.amount, 0);
    if (left === 0) {
      return refuse(response, [400, "Transaction has been fully reversed", "transaction_reversed"]);
    }
    if (!Number.isInteger(amount) || amount <= 0 || amount > left) {
      return refuse(response, [
        400,
        "Refund amount cannot be greater than transaction amount",
        "invalid_amount",
      ]);
    }
    const { payer } = transaction;
    const { answer, refund: outcome = "succeed" } = books.behaviourOf(payer);
    if (answer === "busy") {
      return refuse(response, [429, "Please wait a few minutes and try again.", "rate_limited"]);
    }
    if (answer === "lost_before") {
      return answerBadly(response, "lost") ?? 0;
    }
    const made: Refund = {
      id: 3_000_000 + refunds.length,
      transaction,
      amount,
      customerNote: String(body["customer_note"] ?? ""),
      merchantNote: String(body["merchant_note"] ?? ""),
      status: "pending",
    };
    refunds.push(made);
    const pending = refundData(made);
    const told = outcome === "nothing" ? null : settleRefund(made, outcome === "succeed");
    return books.answer(response, payer, told, () =>
      succeed(response, "Refund has been queued for processing", pending),
    );
  }

  async function handle(request: IncomingMessage, response: ServerResponse, text: string): Promise<number> {
    const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
    const { authorization } = request.headers;
    if (!/^Bearer \S+$/.test(authorization ?? "")) {
      return refuse(response, [401, "No Authorization Header was found", "missing_key"]);
    }
    if (authorization !== `Bearer ${secretKey}`) {
      return refuse(response, [401, "Invalid key", "invalid_Key"]);
    }
    const [, resource = "", action = "", id = ""] = url.pathname.split("/");
    const route = `${request.method} /${resource}${resource === "transaction" ? `/${action}` : ""}`;
    switch (route) {
      case "POST /transaction/initialize":
      case "POST /refund": {
        const body = parseBody(text);
        if (body === null || request.headers["content-type"] !== "application/json") {
          return refuse(response, [400, "Invalid request body", "invalid_params"]);
        }
        return resource === "refund" ? refund(response, body) : initialize(url.origin, response, body);
      }
      case "GET /transaction/verify": {
        const transaction = transactions.find((known) => known.id === decodeURIComponent(id));
        if (transaction === undefined) {
          return refuse(response, [400, "Transaction reference not found.", "transaction_not_found"]);
        }
        const badly = answerBadly(response, books.behaviourOf(transaction.payer).query ?? "well");
        return badly ?? succeed(response, "Verification successful", dataOf(transaction));
      }
      case "GET /refund": {
        const number = url.searchParams.get("transaction");
        if (action === "") {
          const listed = refunds.filter(({ transaction }) => String(transaction.number) === number);
          return succeed(response, "Refunds retrieved", listed.map(refundData));
        }
        const known = refunds.find((made) => String(made.id) === action);
        if (known === undefined) {
          return refuse(response, [404, "Refund not found", "refund_not_found"]);
        }
        const badly = answerBadly(response, books.behaviourOf(known.transaction.payer).query ?? "well");
        return badly ?? succeed(response, "Refund retrieved", refundData(known));
      }
      default:
        return refuse(response, [404, "Route not found", "not_found"]);
    }
  }

  const server = await startLoopbackServer(async (request, response) => {
    const text = await readRequestBody(request);
    if (request.url === "/-/webhook-url") {
      webhookUrl = (JSON.parse(text) as { url: string | null }).url;
      return answerJson(response, 200, {});
    }
    if (await books.control(request, response, text, settleByTest)) {
      return;
    }
    const path = new URL(request.url ?? "/", "http://stand-in").pathname;
    const payer = /"email":"(\d+)@/.exec(text)?.[1] ?? null;
    const status = await handle(request, response, text);
    books.log({ method: request.method ?? "", path, status, payer });
  });
  return { ...server, books };
}

function succeed(response: ServerResponse, message: string, data: unknown): number {
  answerJson(response, 200, { status: true, message, data });
  return 200;
}

function refuse(response: ServerResponse, [status, message, code]: Refusal): number {
  answerJson(response, status, {
    status: false,
    message,
    meta: { nextStep: "See the documentation" },
    type: "validation_error",
    code,
  });
  return status;
}

/**
 * Safaricom's Daraja on loopback, as far as we use it: tokens, STK push and query, reversal, transaction status. It
 * refuses what Daraja refuses, with Daraja's codes and sentences, and has one open prompt for each payer. What a payer
 * does is set by number (provider-books.ts). `POST /-/expire-tokens` ends every token at once.
 */
import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type AskedPrompt,
  checkPrompt,
  checkQuery,
  checkReversal,
  checkStatusQuery,
  type Refusal,
} from "./daraja-checks.ts";
import {
  type Prompt,
  RESULTS,
  type Reversal,
  reversalResult,
  statusResult,
  stkCallback,
  unknownReceiptResult,
} from "./daraja-messages.ts";
import { answerJson, type LoopbackServer, readRequestBody, startLoopbackServer } from "./loopback-server.ts";
import { PAYMENT_CREDENTIALS, type PayerOutcome } from "./payment-stand-in.ts";
import { answerBadly, type JsonBody, ProviderBooks, parseBody, type Settlement } from "./provider-books.ts";

const TOKEN_SECONDS = 3_599;
const PROMPT_LIFE_MS = 90_000;

const NOT_PERMITTED = [2028, "The request is not permitted according to product assignment."] as const;
const LOCKED: Refusal = [
  500,
  "500.001.1001",
  "Unable to lock subscriber, a transaction is already in process for the current subscriber",
];
const BUSY: Refusal = [500, "500.003.02", "Error Occurred: Spike Arrest Violation"];

export type DarajaStandIn = LoopbackServer & { readonly books: ProviderBooks };

/** `now`: the stand-in's own clock, epoch ms. Callbacks go to https, and to plain http on this machine. */
export async function startDarajaStandIn({
  now = Date.now,
}: {
  now?: () => number;
} = {}): Promise<DarajaStandIn> {
  const books = new ProviderBooks();
  const prompts: Prompt[] = [];
  const reversals: Reversal[] = [];
  const tokens = new Map<string, number>();

  const promptOf = (id: unknown) => prompts.find((prompt) => prompt.id === id);
  const settle = (prompt: Prompt, outcome: Exclude<PayerOutcome, "nothing">) => {
    prompt.result = prompt.isPermitted ? RESULTS[outcome] : NOT_PERMITTED;
    prompt.state = prompt.result[0] === 0 ? "succeeded" : "failed";
    prompt.receiptNumber = prompt.state === "succeeded" ? newReceipt() : null;
    return books.tell(prompt.payer, prompt.callbackUrl, JSON.stringify(stkCallback(prompt)), {});
  };
  const settleReversal = (reversal: Reversal, isDone: boolean) => {
    const { prompt, amount } = reversal;
    if (prompt.reversed + amount > prompt.amount) {
      reversal.result = ["R000001", "The transaction has already been reversed."];
    } else if (isDone) {
      reversal.result = RESULTS.succeed;
      prompt.reversed += amount;
    } else {
      reversal.result = RESULTS.insufficient;
    }
    return books.tell(prompt.payer, reversal.resultUrl, JSON.stringify(reversalResult(reversal)), {});
  };
  const endOldPrompts = () => {
    for (const prompt of prompts) {
      if (prompt.state === "open" && now() - prompt.openedAt >= PROMPT_LIFE_MS) {
        settle(prompt, "unreachable");
      }
    }
  };

  async function settleByTest({ payer, outcome, refund }: Settlement): Promise<void> {
    const mode = books.behaviourOf(payer).callback ?? "once";
    const told = [
      ...(outcome === undefined || outcome === "nothing"
        ? []
        : prompts.filter((p) => p.payer === payer && p.state === "open").map((p) => settle(p, outcome))),
      ...(refund === undefined
        ? []
        : reversals
            .filter((r) => r.prompt.payer === payer && r.result === null)
            .map((r) => settleReversal(r, refund === "succeed"))),
    ];
    for (const callback of mode === "late" || mode === "never" ? [] : told) {
      await books.deliver(callback);
    }
  }

  async function push(response: ServerResponse, asked: AskedPrompt): Promise<number> {
    const { payer, amount, reference, callbackUrl, shortCode, isPermitted } = asked;
    const behaviour = books.behaviourOf(payer);
    endOldPrompts();
    if (behaviour.answer === "busy") {
      return refuse(response, BUSY);
    }
    if (behaviour.answer === "lost_before") {
      return answerBadly(response, "lost") ?? 0;
    }
    if (prompts.some((prompt) => prompt.payer === payer && prompt.state === "open")) {
      return refuse(response, LOCKED);
    }
    const prompt: Prompt = {
      id: `ws_CO_${now()}${payer.slice(3)}${randomBytes(3).toString("hex")}`,
      payer,
      amount,
      reference,
      callbackUrl,
      shortCode,
      isPermitted,
      state: "open",
      receiptNumber: null,
      merchantRequestId: `${randomBytes(2).toString("hex")}-4b64-97ff-${randomBytes(8).toString("hex")}`,
      openedAt: now(),
      result: null,
      reversed: 0,
    };
    prompts.push(prompt);
    books.charges.push(prompt);
    const outcome = behaviour.outcome ?? "succeed";
    const callback = outcome === "nothing" ? null : settle(prompt, outcome);
    return books.answer(response, payer, callback, () =>
      answerJson(response, 200, {
        MerchantRequestID: prompt.merchantRequestId,
        CheckoutRequestID: prompt.id,
        ResponseCode: "0",
        ResponseDescription: "Success. Request accepted for processing",
        CustomerMessage: "Success. Request accepted for processing",
      }),
    );
  }

  function query(response: ServerResponse, prompt: Prompt): number {
    endOldPrompts();
    const badly = answerBadly(response, books.behaviourOf(prompt.payer).query ?? "well");
    if (badly !== null) {
      return badly;
    }
    if (prompt.result === null) {
      return refuse(response, [500, "500.001.1001", "The transaction is being processed"]);
    }
    return answer(response, {
      ResponseCode: "0",
      ResponseDescription: "The service request has been accepted successsfully",
      MerchantRequestID: prompt.merchantRequestId,
      CheckoutRequestID: prompt.id,
      ResultCode: String(prompt.result[0]),
      ResultDesc: prompt.result[1],
    });
  }

  async function reverse(response: ServerResponse, body: JsonBody): Promise<number> {
    const prompt = prompts.find((known) => known.receiptNumber === body["TransactionID"]);
    const conversation = newConversation();
    if (prompt === undefined) {
      const told = books.tell(
        "unknown",
        String(body["ResultURL"]),
        JSON.stringify(unknownReceiptResult(conversation)),
        {},
      );
      return books.answer(response, "unknown", told, () => accept(response, conversation));
    }
    const { answer: mode, refund = "succeed" } = books.behaviourOf(prompt.payer);
    if (mode === "busy") {
      return refuse(response, BUSY);
    }
    if (mode === "lost_before") {
      return answerBadly(response, "lost") ?? 0;
    }
    const reversal: Reversal = {
      conversation,
      prompt,
      amount: Number(body["Amount"]),
      resultUrl: String(body["ResultURL"]),
      result: null,
      receipt: newReceipt(),
    };
    reversals.push(reversal);
    const told = refund === "nothing" ? null : settleReversal(reversal, refund === "succeed");
    return books.answer(response, prompt.payer, told, () => accept(response, conversation));
  }

  async function queryStatus(response: ServerResponse, body: JsonBody): Promise<number> {
    const reversal = reversals.find(({ conversation }) => conversation[0] === body["OriginalConversationID"]);
    const payer = reversal?.prompt.payer ?? "unknown";
    const badly = answerBadly(response, books.behaviourOf(payer).query ?? "well");
    if (badly !== null) {
      return badly;
    }
    const conversation = newConversation();
    const result = statusResult(conversation, reversal, String(body["Occasion"] ?? ""));
    const told = books.tell(payer, String(body["ResultURL"]), JSON.stringify(result), {});
    return books.answer(response, payer, told, () => accept(response, conversation));
  }

  function giveToken(request: IncomingMessage, response: ServerResponse, grant: string | null): number {
    const { consumerKey, consumerSecret } = PAYMENT_CREDENTIALS.paybill;
    const basic = `Basic ${Buffer.from(`${consumerKey}:${consumerSecret}`).toString("base64")}`;
    if (request.method !== "GET" || request.headers.authorization !== basic) {
      return refuse(response, [400, "400.008.01", "Invalid Authentication passed"]);
    }
    if (grant !== "client_credentials") {
      return refuse(response, [400, "400.008.02", "Invalid grant type passed"]);
    }
    const token = randomBytes(21).toString("base64url");
    tokens.set(token, now() + TOKEN_SECONDS * 1_000);
    return answer(response, { access_token: token, expires_in: String(TOKEN_SECONDS) });
  }

  async function handle(request: IncomingMessage, response: ServerResponse, text: string) {
    const url = new URL(request.url ?? "/", "http://stand-in");
    if (url.pathname === "/oauth/v1/generate") {
      return { status: giveToken(request, response, url.searchParams.get("grant_type")), payer: null };
    }
    const refused = (refusal: Refusal, payer: string | null = null) => ({
      status: refuse(response, refusal),
      payer,
    });
    if (request.method !== "POST") {
      return refused([405, "405.001", `${request.method} Method Not Allowed`]);
    }
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    if ((tokens.get(token) ?? 0) <= now()) {
      return refused([404, "404.001.03", "Invalid Access Token"]);
    }
    const body = parseBody(text);
    if (body === null || request.headers["content-type"] !== "application/json") {
      return refused([400, "400.002.05", "Invalid Request Payload"]);
    }
    switch (url.pathname) {
      case "/mpesa/stkpush/v1/processrequest": {
        const checked = checkPrompt(body, now());
        return "refusal" in checked
          ? refused(checked.refusal, checked.payer)
          : { status: await push(response, checked), payer: checked.payer };
      }
      case "/mpesa/stkpushquery/v1/query": {
        const prompt = promptOf(body["CheckoutRequestID"]);
        const refusal = checkQuery(body, now(), prompt?.shortCode);
        return refusal || prompt === undefined
          ? refused(refusal ?? LOCKED, prompt?.payer)
          : { status: query(response, prompt), payer: prompt.payer };
      }
      case "/mpesa/reversal/v1/request": {
        const refusal = checkReversal(body);
        return refusal ? refused(refusal) : { status: await reverse(response, body), payer: null };
      }
      case "/mpesa/transactionstatus/v1/query": {
        const refusal = checkStatusQuery(body);
        return refusal ? refused(refusal) : { status: await queryStatus(response, body), payer: null };
      }
      default:
        return refused([404, "404.001.01", "Resource not found"]);
    }
  }

  const server = await startLoopbackServer(async (request, response) => {
    const text = await readRequestBody(request);
    if (request.url === "/-/expire-tokens") {
      tokens.clear();
      return answerJson(response, 200, {});
    }
    if (await books.control(request, response, text, settleByTest)) {
      return;
    }
    const path = new URL(request.url ?? "/", "http://stand-in").pathname;
    const { status, payer } = await handle(request, response, text);
    books.log({ method: request.method ?? "", path, status, payer });
  });
  return { ...server, books };
}

function answer(response: ServerResponse, body: unknown): number {
  answerJson(response, 200, body);
  return 200;
}

function refuse(response: ServerResponse, [status, errorCode, errorMessage]: Refusal): number {
  answerJson(response, status, {
    requestId: `${randomBytes(2).toString("hex")}-4ba8-815c-${randomBytes(8).toString("hex")}`,
    errorCode,
    errorMessage,
  });
  return status;
}

function accept(response: ServerResponse, [originator, own]: readonly [string, string]) {
  answerJson(response, 200, {
    OriginatorConversationID: originator,
    ConversationID: own,
    ResponseCode: "0",
    ResponseDescription: "Accept the service request successfully.",
  });
}

function newReceipt(): string {
  return `T${randomBytes(6).toString("hex").toUpperCase().slice(0, 9)}`;
}

function newConversation(): readonly [string, string] {
  return [
    `${randomBytes(2).toString("hex")}-4b95-a71d-${randomBytes(8).toString("hex")}`,
    `AG_20261121_${randomBytes(10).toString("hex")}`,
  ];
}

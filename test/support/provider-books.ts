/**
 * What both payment providers' stand-ins keep: how each payer is treated, what was asked, put before payers and told
 * to the merchant. Tests reach it under `/-/`, from inside workerd too:
 *
 * `POST /-/behaviours {payer, …ProviderBehaviour}` · `GET /-/charges`, `/-/requests`, `/-/callbacks` (`?payer=`) ·
 * `POST /-/deliver {payer}` tells, again if need be, all that there is to tell · `POST /-/settle {payer, outcome?,
 * refund?}` ends what is open · `POST /-/sink` takes any callback.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { answerJson } from "./loopback-server.ts";
import type {
  PayerOutcome,
  ProviderBehaviour,
  StandInCallback,
  StandInCharge,
  StandInRequest,
} from "./payment-stand-in.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type Charge = Mutable<StandInCharge>;
type Callback = Omit<StandInCallback, "deliveries"> & {
  readonly payer: string;
  readonly deliveries: number[];
};

export type Settlement = {
  readonly payer: string;
  readonly outcome?: PayerOutcome;
  readonly refund?: "succeed" | "fail";
};

export class ProviderBooks {
  readonly charges: Charge[] = [];
  readonly #behaviours = new Map<string, ProviderBehaviour>();
  readonly #requests: StandInRequest[] = [];
  readonly #callbacks: Callback[] = [];

  behave(payer: string, behaviour: ProviderBehaviour): void {
    this.#behaviours.set(payer, behaviour);
  }

  behaviourOf(payer: string): ProviderBehaviour {
    return this.#behaviours.get(payer) ?? {};
  }

  log(request: StandInRequest): void {
    this.#requests.push(request);
  }

  /** Writes down what the merchant is to be told. */
  tell(payer: string, url: string | null, body: string, headers: Record<string, string>): Callback {
    const callback: Callback = {
      payer,
      url,
      headers: { "content-type": "application/json", ...headers },
      body,
      deliveries: [],
    };
    this.#callbacks.push(callback);
    return callback;
  }

  /** Tells the merchant now, if the address is one of this machine: tests take the others from `/-/callbacks`. */
  async deliver({ url, headers, body, deliveries }: Callback): Promise<void> {
    if (url === null || !isLoopback(url)) {
      return;
    }
    const status = await fetch(url, { method: "POST", headers, body }).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.status;
      },
      () => 0,
    );
    deliveries.push(status);
  }

  /** Answers an asking as the payer's behaviour says, and tells what there is to tell at its time. */
  async answer(
    response: ServerResponse,
    payer: string,
    callback: Callback | null,
    well: () => void,
  ): Promise<number> {
    const { callback: mode = "once", answer = "well" } = this.behaviourOf(payer);
    if (callback !== null && mode === "early") {
      await this.deliver(callback);
    }
    const closed = new Promise<void>((resolve) => {
      response.once("close", resolve);
    });
    const status = answerBadly(response, answer);
    if (status === null) {
      well();
    }
    if (callback !== null && (mode === "once" || mode === "twice")) {
      const times = mode === "twice" ? 2 : 1;
      void closed.then(async () => {
        for (let time = 0; time < times; time++) {
          await this.deliver(callback);
        }
      });
    }
    return status ?? response.statusCode;
  }

  /** Answers the paths that tests use. False: it is none of them. */
  async control(
    request: IncomingMessage,
    response: ServerResponse,
    body: string,
    settle: (settlement: Settlement) => Promise<void>,
  ): Promise<boolean> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://stand-in");
    if (!pathname.startsWith("/-/")) {
      return false;
    }
    const payer = searchParams.get("payer");
    const isWanted = (row: { readonly payer: string | null }) => payer === null || row.payer === payer;
    switch (pathname) {
      case "/-/behaviours": {
        const { payer: whose, ...behaviour } = JSON.parse(body) as ProviderBehaviour & { payer: string };
        this.behave(whose, behaviour);
        answerJson(response, 200, {});
        return true;
      }
      case "/-/charges":
        answerJson(response, 200, this.charges.filter(isWanted));
        return true;
      case "/-/requests":
        answerJson(response, 200, this.#requests.filter(isWanted));
        return true;
      case "/-/callbacks":
        answerJson(response, 200, this.#callbacks.filter(isWanted));
        return true;
      case "/-/deliver": {
        const { payer: whose } = JSON.parse(body) as { payer: string };
        for (const callback of this.#callbacks.filter((row) => row.payer === whose)) {
          await this.deliver(callback);
        }
        answerJson(response, 200, {});
        return true;
      }
      case "/-/settle":
        await settle(JSON.parse(body) as Settlement);
        answerJson(response, 200, {});
        return true;
      case "/-/sink":
        answerJson(response, 200, {});
        return true;
      default:
        return false;
    }
  }
}

/** Whether the address is plain http to this machine, where everything that tests start lives. */
export function isLoopback(url: string): boolean {
  return /^http:\/\/(?:127\.0\.0\.1|localhost)(?::|\/|$)/.test(url);
}

/** Answers as a broken gateway does; null when the answer is to be a good one. */
export function answerBadly(
  response: ServerResponse,
  answer: ProviderBehaviour["answer"] | ProviderBehaviour["query"],
): number | null {
  switch (answer) {
    case "lost":
    case "lost_before":
      response.destroy();
      return 0;
    case "error":
      answerJson(response, 500, {
        requestId: "4a9e-4c1b-9a3e-000000000000",
        errorCode: "500.003.1001",
        errorMessage: "Internal Server Error",
      });
      return 500;
    case "html":
      response.writeHead(502, { "content-type": "text/html" });
      response.end("<html><body><h1>502 Bad Gateway</h1></body></html>");
      return 502;
    default:
      return null;
  }
}

export type JsonBody = Readonly<Record<string, unknown>>;

export function parseBody(text: string): JsonBody | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as JsonBody) : null;
  } catch {
    return null;
  }
}

import type { Ctx } from "../../access/context.ts";
import type { PaymentProviderName } from "../../contract/payments.ts";
import type { PaymentProvider } from "./provider.ts";

/** The provider by its name, loaded when it is first needed. Its credentials come from an account of the same name. */
export async function providerOf(
  ctx: Pick<Ctx, "db" | "keyRing" | "work" | "log">,
  organizationId: string,
  name: PaymentProviderName,
): Promise<PaymentProvider> {
  switch (name) {
    case "sandbox": {
      const { createSandbox } = await import("./sandbox/sandbox.ts");
      return createSandbox(ctx, organizationId);
    }
    case "mpesa": {
      const { mpesa } = await import("./mpesa/mpesa.ts");
      return mpesa as PaymentProvider;
    }
    case "paystack": {
      const { paystack } = await import("./paystack/paystack.ts");
      return paystack as PaymentProvider;
    }
  }
}

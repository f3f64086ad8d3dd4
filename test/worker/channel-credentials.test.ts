/** What an instance's provider needs: sealed, masked, and sent nowhere new. */
import { beforeAll, describe, expect, it } from "vitest";
import { instance as instanceTable } from "../../src/db/schema/index.ts";
import { CHANNEL_CREDENTIALS } from "../support/stand-in.ts";
import { signMeta } from "../support/webhook.ts";
import { createProviderInstance, newPhone, post } from "./support/chats.ts";
import { createDesk, type Desk } from "./support/desk.ts";
import { testDb } from "./support/organization.ts";

let desk: Desk;
let twilioId: string;
let cloudId: string;
beforeAll(async () => {
  desk = await createDesk();
  twilioId = await createProviderInstance(desk, "twilio");
  cloudId = await createProviderInstance(desk, "whatsapp-cloud");
});

describe("credentials", () => {
  type Shown = { credentials: Record<string, string>; code: string; issues: { pointer: string }[] };

  it("[CHAT-13] are sealed, shown masked, and kept when sent back masked", async () => {
    const id = cloudId;
    const shown = await desk.control<Shown>("GET", `/v1/instances/${id}`);
    const { appSecret, accessToken, verifyToken, phoneNumberId } = CHANNEL_CREDENTIALS["whatsapp-cloud"];
    const rows = JSON.stringify(await testDb().select().from(instanceTable));
    for (const secret of [appSecret, accessToken, verifyToken]) {
      expect(JSON.stringify(shown.body)).not.toContain(secret);
      expect(rows).not.toContain(secret);
    }
    expect(shown.body.credentials).toMatchObject({ phoneNumberId, appSecret: "••••", accessToken: "••••" });
    const { credentials } = shown.body;
    const same = await desk.control<Shown>("PATCH", `/v1/instances/${id}`, { credentials });
    expect(same).toMatchObject({ status: 200, body: { credentials } });
    const webhook = await signMeta(`/webhooks/whatsapp-cloud/${cloudId}`, {});
    expect((await post(webhook)).status).toBe(200);
  });

  it("[CHAT-13] go to a new address only when they are given once more", async () => {
    const id = twilioId;
    const change = (credentials: object) =>
      desk.control<Shown>("PATCH", `/v1/instances/${id}`, { credentials });
    expect(await change({ apiBaseUrl: "https://collector.example.com" })).toMatchObject({
      status: 422,
      body: { code: "secrets_needed", issues: [{ pointer: "/credentials/authToken" }] },
    });
  });

  it("are checked: every problem at once, none for a simulator", async () => {
    const created = await desk.control<Shown>("POST", "/v1/instances", {
      channel: "twilio",
      name: "Support",
      phoneNumber: "+254712999999",
      credentials: { accountSid: "AC1", unknown: "x" },
    });
    expect(created.status).toBe(422);
    expect(created.body.issues.map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining(["/credentials/accountSid", "/credentials/authToken"]),
    );
    const twilio = `/v1/instances/${twilioId}`;
    expect(await desk.control("PATCH", twilio, { credentials: { authToken: "short" } })).toMatchObject({
      status: 422,
      body: { code: "credentials_invalid" },
    });
    expect(await desk.control("PATCH", twilio, { phoneNumber: null })).toMatchObject({
      status: 422,
      body: { code: "phone_number_needed" },
    });
    const simulator = `/v1/instances/${desk.supportId}`;
    expect(await desk.control("PATCH", simulator, { credentials: { authToken: "x" } })).toMatchObject({
      status: 422,
      body: { code: "credentials_not_used" },
    });
    expect(
      await desk.control("POST", `/v1/instances/${twilioId}/simulator/messages`, {
        from: newPhone(),
        text: "Hello",
      }),
    ).toMatchObject({ status: 409, body: { code: "not_a_simulator" } });
  });
});

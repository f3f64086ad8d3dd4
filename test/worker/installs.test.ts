import { env } from "cloudflare:workers";
import { describe, expect, inject, it } from "vitest";
import { withActor } from "../../src/access/context.ts";
import { expireSecrets } from "../../src/plugins/installs/expire-secrets.ts";
import { removeReviews } from "../../src/plugins/installs/remove-reviews.ts";
import { clockAt, testBase } from "./support/base.ts";
import type { ProblemBody } from "./support/call.ts";
import { call } from "./support/call.ts";
import { createDesk, type Desk, installStandIn, manifestUrl } from "./support/desk.ts";
import { addApiToken, createOrganization } from "./support/organization.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

type ReviewBody = { id: string; contentHash: string; permissions: { key: string }[]; installed: unknown };

async function newOwner() {
  const organization = await createOrganization();
  const control: Desk["control"] = (method, path, body) =>
    call(method, path, { token: organization.apiToken, ...(body !== undefined && { body }) });
  return { organization, control };
}

async function review(control: Desk["control"], url = manifestUrl("well")): Promise<ReviewBody> {
  const { status, body } = await control<ReviewBody>("POST", "/v1/plugin-reviews", { manifestUrl: url });
  expect(status).toBe(201);
  return body;
}

function platformContext(now: number) {
  return withActor(testBase({ clock: clockAt(now) }), {
    kind: "platform" as const,
    id: "test",
    organizationId: null,
  });
}

describe("the review", () => {
  it("[INSTALL-01] shows what the plugin is and asks for, before anything is installed", async () => {
    const { control } = await newOwner();
    const shown = await review(control);
    expect(shown).toMatchObject({
      contentHash: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      plugin: { slug: "SUPPORT_DESK", version: "1.0.0", auth: "secret" },
      tools: [{ name: "create_support_ticket", sensitive: false, capability: null }],
      permissions: [
        { key: "support:tickets:create", default: true, family: "plugin" },
        { key: "support:tickets:read", default: false, family: "plugin" },
      ],
      installed: null,
    });
    expect((await control("GET", `/v1/plugin-reviews/${shown.id}`)).status).toBe(200);
  });

  it("[INSTALL-01] ends after an hour, and the tick removes it", async () => {
    const { control } = await newOwner();
    const { id } = await review(control);
    const later = Date.now() + 61 * 60 * 1000;
    await removeReviews({ ctx: platformContext(later) });
    expect(await control("GET", `/v1/plugin-reviews/${id}`)).toMatchObject({ status: 404 });
  });

  it.each([
    ["a private address", "https://169.254.169.254/manifest.json", 422, "manifest_url_refused"],
    ["an address in disguise", "https://0x0a000001/manifest.json", 422, "manifest_url_refused"],
    ["plain http outside loopback", "http://plugins.example.com/manifest.json", 422, "manifest_url_refused"],
    ["no address", "manifest.json", 422, "manifest_url_refused"],
  ])("[OUTBOUND-01] refuses %s", async (_case, url, status, code) => {
    const { control } = await newOwner();
    expect(await control("POST", "/v1/plugin-reviews", { manifestUrl: url })).toMatchObject({
      status,
      body: { code },
    });
  });

  it("says so when nothing answers", async () => {
    const { control } = await newOwner();
    const url = `${inject("standInUrl")}/nothing/here.json`;
    const { status, body } = await control("POST", "/v1/plugin-reviews", { manifestUrl: url });
    expect({ status, code: body.code }).toEqual({ status: 502, code: "manifest_unreachable" });
    expect(body.hint).toContain("200");
  });
});

describe("the confirmation", () => {
  it("[SECRET-01] shows the secret once and keeps it sealed", async () => {
    const { control } = await newOwner();
    const installation = await installStandIn(control, "well");
    expect(installation).toMatchObject({
      slug: "SUPPORT_DESK",
      mode: "sandbox",
      status: "active",
      secret: {
        kid: `${installation.id}.v1`,
        version: 1,
        value: expect.stringMatching(/^kps_[A-Za-z0-9_-]{43}$/),
      },
    });
    const again = await control("GET", `/v1/installations/${installation.id}`);
    expect(JSON.stringify(again.body)).not.toContain(installation.secret.value);
    const { results } = await env.DB.prepare("select * from plugin_secret, installation").all();
    expect(results.length).toBeGreaterThan(0);
    expect(JSON.stringify(results)).not.toContain(installation.secret.value);
    expect(JSON.stringify(results)).not.toContain("customer-care");
  });

  it("[INSTALL-02] wants every permission of the manifest, and no other", async () => {
    const { control } = await newOwner();
    const { id } = await review(control);
    const { status, body } = await control("POST", "/v1/installations", {
      reviewId: id,
      configuration: { defaultQueue: "q" },
      permissionKeys: ["support:tickets:create", "support:everything"],
    });
    expect({ status, code: body.code }).toEqual({ status: 422, code: "permissions_not_reviewed" });
    expect(body.issues?.map((issue) => issue.code)).toEqual(["permission_not_seen", "permission_unknown"]);
  });

  it("[INSTALL-03] checks the configuration against the plugin's schema, naming every field", async () => {
    const { control } = await newOwner();
    const { id, permissions } = await review(control);
    const { status, body } = await control("POST", "/v1/installations", {
      reviewId: id,
      configuration: { defaultQueue: 7 },
      permissionKeys: permissions.map(({ key }) => key),
    });
    expect({ status, code: body.code }).toEqual({ status: 422, code: "configuration_invalid" });
    expect(body.issues?.[0]?.pointer).toBe("/configuration/defaultQueue");
  });

  it("[INSTALL-04] refuses the same slug twice, also when both are confirmed at once", async () => {
    const { control } = await newOwner();
    const reviews = [await review(control), await review(control)];
    const answers = await Promise.all(
      reviews.map(({ id, permissions }) =>
        control<ProblemBody>("POST", "/v1/installations", {
          reviewId: id,
          configuration: { defaultQueue: "q" },
          permissionKeys: permissions.map(({ key }) => key),
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe("plugin_installed_already");
  });

  it("[INSTALL-05] lets two organisations have a plugin of the same slug, apart from one another", async () => {
    const [first, second] = [await newOwner(), await newOwner()];
    const installed = await installStandIn(first.control, "well");
    await installStandIn(second.control, "well");
    expect(await second.control("GET", `/v1/installations/${installed.id}`)).toMatchObject({ status: 404 });
  });

  it("needs the permission", async () => {
    const { organization } = await newOwner();
    const token = await addApiToken(organization.id, organization.userId, { scopes: ["plugins:read"] });
    expect(
      await call("POST", "/v1/plugin-reviews", { token, body: { manifestUrl: manifestUrl("well") } }),
    ).toMatchObject({
      status: 403,
      body: { code: "permission_missing" },
    });
  });
});

describe("an installation's life", () => {
  it("[SECRET-02] rotates with an overlap, which the tick ends by destroying the old secret", async () => {
    const desk = await createDesk();
    const path = `/v1/installations/${desk.installation.id}/secrets`;
    expect(await desk.control("POST", path, { overlapSeconds: 3600 })).toMatchObject({
      status: 201,
      body: { version: 2 },
    });
    expect(await desk.control("GET", path)).toMatchObject({
      body: {
        data: [
          { version: 2, status: "current" },
          { version: 1, status: "retiring", expiresAt: expect.any(String) },
        ],
      },
    });
    await expireSecrets({ ctx: platformContext(Date.now() + DAY_MS) });
    expect(await desk.control("GET", path)).toMatchObject({
      body: { data: [{ status: "current" }, { version: 1, status: "revoked" }] },
    });
    const kept = await env.DB.prepare(
      "select secret_sealed from plugin_secret where installation_id = ? and version = 1",
    )
      .bind(desk.installation.id)
      .first();
    expect(kept).toEqual({ secret_sealed: null });
  });

  it("[SECRET-03] refuses calls after the only secret was revoked, and says what to do", async () => {
    const desk = await createDesk();
    expect((await desk.control("DELETE", `/v1/installations/${desk.installation.id}/secrets/1`)).status).toBe(
      204,
    );
    expect((await desk.callTool()).body).toMatchObject({
      status: "error",
      error: { code: "plugin_secret_missing" },
    });
    expect(await desk.control("DELETE", `/v1/installations/${desk.installation.id}/secrets/1`)).toMatchObject(
      { status: 404 },
    );
  });

  it("[INSTALL-09] edits the configuration and uses it in the next call", async () => {
    const desk = await createDesk("echo");
    const path = `/v1/installations/${desk.installation.id}/configuration`;
    expect(await desk.control("PUT", path, { configuration: {} })).toMatchObject({
      status: 422,
      body: { code: "configuration_invalid" },
    });
    expect(await desk.control("PUT", path, { configuration: { defaultQueue: "returns" } })).toMatchObject({
      status: 200,
    });
    expect(await desk.control("GET", path)).toMatchObject({
      body: { configuration: { defaultQueue: "returns" } },
    });
    const { body } = await desk.callTool();
    expect(JSON.parse((body.result as { body: string }).body).context.config).toEqual({
      defaultQueue: "returns",
    });
  });

  it("[INSTALL-06] is switched off and on again with its grants", async () => {
    const desk = await createDesk();
    expect(await desk.control("POST", `/v1/installations/${desk.installation.id}/disable`)).toMatchObject({
      body: { status: "disabled" },
    });
    expect(await desk.control("POST", `/v1/installations/${desk.installation.id}/enable`)).toMatchObject({
      body: { status: "active" },
    });
    expect((await desk.callTool()).body.status).toBe("ok");
  });

  it("[INSTALL-07] ends: secret and configuration destroyed, grants revoked, history kept, the slug free again", async () => {
    const desk = await createDesk();
    expect((await desk.control("DELETE", `/v1/installations/${desk.installation.id}`)).status).toBe(204);
    expect(await desk.control("GET", `/v1/installations/${desk.installation.id}`)).toMatchObject({
      body: { status: "uninstalled" },
    });
    const row = await env.DB.prepare(
      "select config_sealed, user_hash_key_sealed, secret_sealed from installation join plugin_secret on installation_id = installation.id where installation.id = ?",
    )
      .bind(desk.installation.id)
      .first();
    expect(row).toEqual({ config_sealed: null, user_hash_key_sealed: null, secret_sealed: null });
    expect((await desk.callTool()).body).toMatchObject({ status: "refused", gate: "installation" });
    expect(await desk.control("GET", `/v1/instances/${desk.supportId}/grants`)).toMatchObject({
      body: { data: [{ status: "revoked" }] },
    });
    expect(await desk.control("POST", `/v1/installations/${desk.installation.id}/enable`)).toMatchObject({
      status: 409,
      body: { code: "installation_uninstalled" },
    });
    expect((await installStandIn(desk.control, "well")).id).not.toBe(desk.installation.id);
  });

  it("[INSTALL-08] moves to another manifest of the same slug and keeps grants, secret and configuration", async () => {
    const desk = await createDesk();
    const next = await review(desk.control, manifestUrl("echo"));
    expect(next.installed).toEqual({ installationId: desk.installation.id, version: "1.0.0" });
    const upgraded = await desk.control<{ contentHash: string }>(
      "POST",
      `/v1/installations/${desk.installation.id}/versions`,
      {
        reviewId: next.id,
        permissionKeys: next.permissions.map(({ key }) => key),
      },
    );
    expect(upgraded).toMatchObject({ status: 200, body: { contentHash: next.contentHash } });
    expect((await desk.callTool()).body.result).toMatchObject({
      method: "POST",
      body: expect.stringContaining("customer-care"),
    });
  });

  it("[RECORD-06] writes an audit entry for each change, in the same breath", async () => {
    const desk = await createDesk();
    await desk.control("POST", `/v1/installations/${desk.installation.id}/disable`);
    await desk.control("POST", `/v1/installations/${desk.installation.id}/disable`);
    await desk.control("DELETE", `/v1/installations/${desk.installation.id}`);
    const { body } = await desk.control<{ data: { action: string }[] }>(
      "GET",
      `/v1/audit-entries?subjectId=${desk.installation.id}`,
    );
    // Switching off what is off changes nothing, so it leaves no entry.
    expect(body.data.map(({ action }) => action)).toEqual([
      "installation.uninstalled",
      "installation.disabled",
      "installation.created",
    ]);
  });
});

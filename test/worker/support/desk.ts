/** An organisation with the stand-in's Support Desk installed on one of two numbers, by way of the public API. */
import { inject } from "vitest";
import type { PluginBehaviour } from "../../support/stand-in.ts";
import { type Answer, call, type ProblemBody } from "./call.ts";
import { createOrganization, type TestOrganization } from "./organization.ts";

export type InstallationBody = {
  id: string;
  slug: string;
  version: string;
  status: string;
  secret: { kid: string; version: number; value: string };
};
export type OutcomeBody = {
  callId: string;
  status: string;
  gate?: string;
  result?: unknown;
  error?: {
    code: string;
    message: string;
    hint?: string;
    issues?: { pointer: string; code: string; message: string }[];
  };
};

export type Desk = {
  readonly organization: TestOrganization;
  readonly installation: InstallationBody;
  /** The number that the plugin is granted to. */
  readonly supportId: string;
  /** The number that it is not granted to. */
  readonly salesId: string;
  /** Calls the control plane as the owner's API token. */
  readonly control: <Body = ProblemBody>(
    method: string,
    path: string,
    body?: unknown,
  ) => Promise<Answer<Body>>;
  /** Calls a tool with the gateway key. */
  readonly callTool: (options?: {
    instanceId?: string;
    tool?: string;
    body?: unknown;
    headers?: Record<string, string>;
  }) => Promise<Answer<OutcomeBody>>;
};

export const TICKET_TOOL = "SUPPORT_DESK__create_support_ticket";
export const DAMAGED = { summary: "Customer says their delivered item arrived damaged.", priority: "normal" };

/** Where the stand-in's manifest is; `tool` changes what it says of its tool, `permissions` are declared as well. */
export function manifestUrl(
  behaviour: PluginBehaviour,
  tool?: object,
  permissions?: readonly string[],
): string {
  const query = new URLSearchParams({
    ...(tool !== undefined && { tool: JSON.stringify(tool) }),
    ...(permissions !== undefined && { permissions: JSON.stringify(permissions) }),
  });
  return `${inject("standInUrl")}/${behaviour}/manifest.json${query.size > 0 ? `?${query}` : ""}`;
}

/** Reviews and installs the stand-in; the permissions seen are those of the review. */
export async function installStandIn(
  control: Desk["control"],
  behaviour: PluginBehaviour,
  tool?: object,
  permissions?: readonly string[],
): Promise<InstallationBody> {
  const review = await control<{ id: string; permissions: { key: string }[] }>("POST", "/v1/plugin-reviews", {
    manifestUrl: manifestUrl(behaviour, tool, permissions),
  });
  if (review.status !== 201) {
    throw new Error(`The review failed: ${JSON.stringify(review.body)}`);
  }
  const installed = await control<InstallationBody>("POST", "/v1/installations", {
    reviewId: review.body.id,
    configuration: { defaultQueue: "customer-care" },
    permissionKeys: review.body.permissions.map(({ key }) => key),
  });
  if (installed.status !== 201) {
    throw new Error(`The installation failed: ${JSON.stringify(installed.body)}`);
  }
  return installed.body;
}

export async function createDesk(
  behaviour: PluginBehaviour = "well",
  grant: object = {},
  tool?: object,
  permissions?: readonly string[],
): Promise<Desk> {
  const organization = await createOrganization();
  const control: Desk["control"] = (method, path, body) =>
    call(method, path, { token: organization.apiToken, ...(body !== undefined && { body }) });
  const installation = await installStandIn(control, behaviour, tool, permissions);
  const instances: string[] = [];
  for (const name of ["Support WhatsApp", "Sales WhatsApp"]) {
    const { body } = await control<{ id: string }>("POST", "/v1/instances", { name, channel: "simulator" });
    instances.push(body.id);
  }
  const [supportId = "", salesId = ""] = instances;
  const granted = await control("PUT", `/v1/instances/${supportId}/grants/${installation.id}`, grant);
  if (granted.status !== 200) {
    throw new Error(`The grant failed: ${JSON.stringify(granted.body)}`);
  }
  return {
    organization,
    installation,
    supportId,
    salesId,
    control,
    callTool: ({
      instanceId = supportId,
      tool = TICKET_TOOL,
      body = { input: DAMAGED },
      headers = {},
    } = {}) =>
      call<OutcomeBody>("POST", `/v1/instances/${instanceId}/tools/${tool}/calls`, {
        token: organization.gatewayKey,
        body,
        headers,
      }),
  };
}

/** Instances: WhatsApp numbers and their agents' settings. */
import { expect, test } from "vitest";
import { DELIVERY_DEFAULTS } from "../../src/contract/policy.ts";
import { findInstance } from "../../src/tenancy/instances/index.ts";
import { testBase } from "./support/base.ts";
import { call } from "./support/call.ts";
import { addMember, createOrganization } from "./support/organization.ts";

type Instance = {
  id: string;
  name: string;
  channel: string;
  phoneNumber: string | null;
  systemPrompt: string;
  createdAt: string;
  updatedAt: string;
};
type Page<T> = { data: T[]; nextCursor: string | null };

const create = (token: string, fields: object = {}) =>
  call<Instance>("POST", "/v1/instances", {
    token,
    body: { channel: "simulator", name: "Support", ...fields },
  });

const update = (token: string, id: string, body: object) =>
  call<Instance>("PATCH", `/v1/instances/${id}`, { token, body });

test("creates an instance and reads it back", async () => {
  const { apiToken } = await createOrganization();
  const created = await create(apiToken, {
    name: " Support WhatsApp ",
    phoneNumber: "+254 712-345 678",
    systemPrompt: "You help.",
  });
  expect(created.status).toBe(201);
  expect(created.body).toEqual({
    id: expect.stringMatching(/^inst_[0-9a-z]{26}$/),
    name: "Support WhatsApp",
    channel: "simulator",
    phoneNumber: "+254712345678",
    systemPrompt: "You help.",
    templates: [],
    delivery: DELIVERY_DEFAULTS,
    slashCommands: false,
    enabledPluginIds: null,
    escalationWaitMinutes: 10,
    approvers: [],
    approvalMinutes: 15,
    createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
    updatedAt: created.body.createdAt,
  });
  expect((await call("GET", `/v1/instances/${created.body.id}`, { token: apiToken })).body).toEqual(
    created.body,
  );
  expect((await call<Page<Instance>>("GET", "/v1/instances", { token: apiToken })).body).toEqual({
    data: [created.body],
    nextCursor: null,
  });
});

test("a simulator needs neither a number nor a prompt, and its number need not be in use anywhere", async () => {
  const { apiToken } = await createOrganization();
  const bare = { phoneNumber: null, systemPrompt: "" };
  expect(await create(apiToken)).toMatchObject({ status: 201, body: bare });
  expect(await create(apiToken)).toMatchObject({ status: 201, body: bare });
  expect(await create(apiToken, { phoneNumber: "+1 555 0100 000" })).toMatchObject({
    body: { phoneNumber: "+15550100000" },
  });
});

test.for([
  ["254712345678", "+254712345678"],
  ["00254712345678", "+254712345678"],
  ["0712345678", undefined],
  ["+254", undefined],
  ["+999 123", undefined],
  ["call +254712345678 now", undefined],
  ["+254712345678 ext. 5", undefined],
  ["", undefined],
] as const)("the phone number %j is refused with what to write", async ([phoneNumber, suggestion]) => {
  const { apiToken } = await createOrganization();
  const created = await create(apiToken, { phoneNumber });
  expect(created).toMatchObject({
    status: 422,
    body: {
      code: "phone_number_invalid",
      issues: [{ pointer: "/phoneNumber", message: expect.stringContaining(suggestion ?? "country code") }],
    },
  });
});

test("one number is one instance, within an organisation", async () => {
  const [ours, theirs] = await Promise.all([createOrganization(), createOrganization()]);
  const phoneNumber = "+254712345678";
  const first = await create(ours.apiToken, { phoneNumber });
  expect((await create(theirs.apiToken, { phoneNumber })).status).toBe(201);
  const taken = { status: 409, body: { code: "phone_number_taken" } };
  expect(await create(ours.apiToken, { phoneNumber: "+254 (712) 345678" })).toMatchObject(taken);

  const other = await create(ours.apiToken, { phoneNumber: "+254712345679" });
  expect(await update(ours.apiToken, other.body.id, { phoneNumber })).toMatchObject(taken);
  expect(await update(ours.apiToken, first.body.id, { phoneNumber })).toMatchObject({ status: 200 });
  expect(await update(ours.apiToken, first.body.id, { phoneNumber: null })).toMatchObject({
    body: { phoneNumber: null },
  });
  expect(await update(ours.apiToken, other.body.id, { phoneNumber })).toMatchObject({
    body: { phoneNumber },
  });
});

test("changes what is named and nothing else", async () => {
  const { apiToken } = await createOrganization();
  const { body: before } = await create(apiToken, {
    phoneNumber: "+254712345678",
    systemPrompt: "You help.",
  });
  const renamed = await update(apiToken, before.id, { name: "Sales" });
  expect(renamed.body).toEqual({ ...before, name: "Sales", updatedAt: renamed.body.updatedAt });
  const emptied = await update(apiToken, before.id, { systemPrompt: "" });
  expect(emptied.body).toMatchObject({ name: "Sales", systemPrompt: "", phoneNumber: "+254712345678" });

  const audit = await call<Page<{ action: string; detail: object }>>(
    "GET",
    `/v1/audit-entries?subjectId=${before.id}`,
    {
      token: apiToken,
    },
  );
  expect(audit.body.data.map(({ action, detail }) => ({ action, detail }))).toEqual([
    { action: "instance.updated", detail: { fields: ["systemPrompt"] } },
    { action: "instance.updated", detail: { fields: ["name"] } },
    { action: "instance.created", detail: { name: "Support", channel: "simulator" } },
  ]);
  expect(JSON.stringify(audit.body)).not.toContain("712345678");
});

test.for([
  [{ name: "" }, "/name"],
  [{ name: "x".repeat(81) }, "/name"],
  [{ systemPrompt: "x".repeat(20_001) }, "/systemPrompt"],
  [{ channel: "twilio", phoneNumber: "+254712345678" }, "/credentials"],
  [{ channel: "pigeon" }, "/channel"],
  [{ phone: "+254712345678" }, "/"],
] as const)("refuses %j and says where", async ([fields, pointer]) => {
  const { apiToken } = await createOrganization();
  const { status, body } = await create(apiToken, fields);
  expect(status).toBe(422);
  const { issues } = body as unknown as { issues: { pointer: string }[] };
  expect(issues.map((issue) => issue.pointer)).toEqual([pointer]);
});

test("takes a prompt of exactly 20,000 characters", async () => {
  const { apiToken } = await createOrganization();
  expect((await create(apiToken, { systemPrompt: "x".repeat(20_000) })).status).toBe(201);
});

test.for([{}, { channel: "simulator" }, { name: null }, { id: "inst_x", name: "Mine" }])(
  "does not change %j",
  async (fields) => {
    const { apiToken } = await createOrganization();
    const { body } = await create(apiToken);
    expect((await update(apiToken, body.id, fields)).status).toBe(422);
  },
);

test("another organisation's instance is not there", async () => {
  const [ours, theirs] = await Promise.all([createOrganization(), createOrganization()]);
  const { body } = await create(ours.apiToken);
  const refused = { status: 404, body: { code: "instance_not_found" } };
  for (const id of [body.id, "unknown"]) {
    expect(await call("GET", `/v1/instances/${id}`, { token: theirs.apiToken })).toMatchObject(refused);
    expect(await update(theirs.apiToken, id, { name: "Mine" })).toMatchObject(refused);
  }
  expect((await call<Page<Instance>>("GET", "/v1/instances", { token: theirs.apiToken })).body.data).toEqual(
    [],
  );
  const audit = await call<Page<object>>("GET", `/v1/audit-entries?subjectId=${body.id}`, {
    token: theirs.apiToken,
  });
  expect(audit.body.data).toEqual([]);
  expect((await call("GET", `/v1/instances/${body.id}`, { token: ours.apiToken })).body).toEqual(body);
});

test.for(["finance", "agent", "viewer", "developer"] as const)(
  "the role %s reads instances only",
  async (role) => {
    const organization = await createOrganization();
    const { body } = await create(organization.apiToken);
    const { apiToken } = await addMember(organization.id, role);
    expect((await call("GET", `/v1/instances/${body.id}`, { token: apiToken })).status).toBe(200);
    expect((await call("GET", "/v1/instances", { token: apiToken })).status).toBe(200);
    const refused = { status: 403, body: { code: "permission_missing" } };
    expect(await create(apiToken)).toMatchObject(refused);
    expect(await update(apiToken, body.id, { name: "Mine" })).toMatchObject(refused);
  },
);

test("a gateway key of one instance finds no other", async () => {
  const organization = await createOrganization();
  const [bound, other] = await Promise.all([create(organization.apiToken), create(organization.apiToken)]);
  const { db } = testBase();
  const actor = {
    kind: "gateway_key",
    id: "key_test",
    organizationId: organization.id,
    instanceId: bound.body.id,
  } as const;
  expect(await findInstance({ ctx: { db, actor }, id: bound.body.id })).toMatchObject({ id: bound.body.id });
  await expect(findInstance({ ctx: { db, actor }, id: other.body.id })).rejects.toMatchObject({
    code: "instance_not_found",
  });
  const forAll = { ...actor, instanceId: null };
  expect(await findInstance({ ctx: { db, actor: forAll }, id: other.body.id })).toMatchObject({
    id: other.body.id,
  });
});

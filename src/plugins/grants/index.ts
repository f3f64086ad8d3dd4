export { decideGates, type GateDecision } from "./decide-gates.ts";
export { type ApprovalNeed, askedByTool, describeNeed, needsApproval } from "./needs-approval.ts";

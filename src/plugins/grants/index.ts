export { decideGates, type GateDecision } from "./decide-gates.ts";

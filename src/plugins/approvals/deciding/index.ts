export { answerApproval, findAnswered } from "./answer-approval.ts";

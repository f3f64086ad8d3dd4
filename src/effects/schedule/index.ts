export { readSendings } from "./calendar-parts.ts";
export { cancelSchedule, changeSchedule, planCancel, planChange } from "./change-schedule.ts";
export { describeSending } from "./describe-sending.ts";
export { listOwnSchedules } from "./list-schedules.ts";
export { planSchedule } from "./plan-schedule.ts";
export { presentSchedule } from "./present.ts";
export { cancelInChat, listInChat, scheduleInChat } from "./schedule-in-chat.ts";
export { scheduleMessage } from "./schedule-message.ts";
export { SCHEDULE_PERMISSIONS } from "./schedule-row.ts";

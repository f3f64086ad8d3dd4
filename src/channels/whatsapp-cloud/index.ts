export { whatsAppCloud } from "./whatsapp-cloud.ts";

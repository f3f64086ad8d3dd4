/** Under which the scheduled messages of this toolkit are kept. */
export const ID = "kivuko.scheduling";

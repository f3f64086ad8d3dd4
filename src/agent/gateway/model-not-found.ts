import { AppError } from "../../kernel/errors.ts";

/** OpenAI's own words, which clients know. */
export function modelNotFound(name: string): AppError {
  return new AppError(
    "not_found",
    "model_not_found",
    `The model \`${name}\` does not exist or you do not have access to it.`,
  );
}

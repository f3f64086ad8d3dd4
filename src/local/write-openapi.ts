/** Writes the API description that the built Worker serves to the file named on the command line. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createApi } from "./api.ts";
import { startPlatform } from "./platform.ts";

const [, , file] = process.argv;
if (file === undefined) {
  throw new Error("Say where to write it: node src/local/write-openapi.ts <file>");
}
const platform = await startPlatform();
try {
  const description = await createApi(platform.url).get("/openapi.json");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(description, null, 2));
} finally {
  await platform.stop();
}

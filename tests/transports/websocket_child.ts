// Connects without being allowed to, and prints what is said of it.
import { connectWeb } from "../../src/web.ts";

try {
  await connectWeb("ws://127.0.0.1:9/t");
} catch (error) {
  // deno-lint-ignore no-console
  console.log((error as Error).message);
}

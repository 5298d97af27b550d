import { SourceError } from "../../gen/tool/lexer.ts";
import { assertInstanceOf, fail } from "@std/assert";

/** The message of the fault that `read` has to find. */
export function faultOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    assertInstanceOf(error, SourceError);
    return error.message;
  }
  fail("No fault was found");
}

import { assertEquals } from "@std/assert";
import { qemuDispatch } from "../../gen/qemu/dispatch.ts";
import { remoteDispatch } from "../../gen/remote/dispatch.ts";
import { cFunctionName } from "../../src/server/c_names.ts";
import { test } from "../harness.ts";

const { process } = globalThis as unknown as {
  process: { getBuiltinModule(name: string): typeof import("node:fs") };
};
const fs = process.getBuiltinModule("node:fs");

// Functions that libvirt keeps to itself, between its own two halves.
const INTERNAL =
  /^virDomainMigrate(Prepare|Perform|Finish|Begin|Confirm)|^virAuth|^virConnect(Open|SupportsFeature|SetIdentity)$/;

// Procedures whose name is not that of the function which libvirt names in errors.
const OTHER = new Set([
  "connectDomainEventCallbackRegisterAny",
  "connectDomainEventCallbackDeregisterAny",
]);

test("c names: every procedure has the name of a public function", () => {
  const api = fs.readFileSync(new URL("../../gen/schema/api.json", import.meta.url), "utf8");
  const known = new Set(api.match(/\bvir[A-Z]\w+/g));
  const names = [remoteDispatch, qemuDispatch].flatMap((table) =>
    Object.values(table.procedures).map(({ name }) => name)
  );
  const unknown = names.filter((name) => !OTHER.has(name)).map(cFunctionName).filter((name) =>
    !known.has(name) && !INTERNAL.test(name)
  );
  assertEquals(unknown, []);
});

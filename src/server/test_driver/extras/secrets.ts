/**
 * Secrets, as libvirt's secret driver keeps them.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../../gen/enums/errors.ts";
import {
  SecretEventId,
  SecretEventLifecycleType,
  SecretListFlags,
  SecretUsageType,
} from "../../../../gen/enums/secret.ts";
import type { NonnullSecret } from "../../../../gen/remote/common.ts";
import type { RemoteHandlers } from "../../../../gen/remote/dispatch.ts";
import type { LibvirtError } from "../../../errors.ts";
import { Uuid } from "../../../xdr/uuid.ts";
import { element, type XmlElement } from "../../../xml/element.ts";
import { parseShape, type Shape } from "../../../xml/shape.ts";
import { printXml } from "../../../xml/print.ts";
import type { CallContext } from "../../driver.ts";
import { badFlags, failure } from "../../failure.ts";
import { cFunctionName } from "../../c_names.ts";
import { type Identities, parseRoot } from "../domain_definition.ts";
import { fillUuid } from "../network_definition.ts";
import type { TestState } from "../state.ts";
import { checkSchema } from "../schema_check.ts";
import { badValue, missingAttribute, xmlFailure } from "../values.ts";

interface HeldSecret {
  readonly handle: NonnullSecret;
  readonly key: string;
  definition: XmlElement;
  value: Uint8Array | undefined;
}

/** The secrets of one hypervisor by UUID. */
export class Secrets extends Map<string, HeldSecret> {}

const VALIDATE = 1;

// What each kind of use is called in XML, the element with its name, and how an error speaks of it.
const USAGES: readonly (readonly [type: string, id: string, missing: string] | undefined)[] = [
  undefined,
  ["volume", "volume", "volume usage specified, but volume path is missing"],
  ["ceph", "name", "Ceph usage specified, but name is missing"],
  ["iscsi", "target", "iSCSI usage specified, but target is missing"],
  ["tls", "name", "TLS usage specified, but name is missing"],
  ["vtpm", "name", "vTPM usage specified, but name is missing"],
];

/** Handlers of secrets. */
export function secretHandlers(state: TestState, secrets: Secrets): RemoteHandlers<CallContext> {
  const all = (): HeldSecret[] => [...secrets.values()];

  function find({ uuid }: { uuid: Uuid }): HeldSecret {
    const key = uuid.toString();
    const found = secrets.get(key);
    if (found !== undefined) return found;
    throw refusal(ErrorNumber.NO_SECRET, `no secret with matching uuid '${key}'`);
  }

  function emit(secret: HeldSecret, id: number, fields: Readonly<Record<string, unknown>>): void {
    const { key, handle } = secret;
    state.events.emit({ kind: "secret", id, key, fields: { secret: handle, ...fields } });
  }

  return {
    connectNumOfSecrets: () => ({ num: secrets.size }),
    connectListSecrets: ({ maxuuids }) => ({ uuids: [...secrets.keys()].slice(0, maxuuids) }),
    connectListAllSecrets({ needResults, flags }, context) {
      checkFlags(context, flags, 15);
      const { EPHEMERAL, PRIVATE } = SecretListFlags;
      const chosen = all().filter(({ definition }) =>
        isChosen(flags, EPHEMERAL, definition.get("ephemeral") === "yes") &&
        isChosen(flags, PRIVATE, definition.get("private") === "yes")
      );
      return {
        secrets: needResults ? chosen.map(({ handle }) => handle) : [],
        ret: chosen.length,
      };
    },
    secretLookupByUuid: (args) => ({ secret: find(args).handle }),
    secretLookupByUsage({ usageType, usageId }) {
      const found = all().find(({ handle }) =>
        handle.usageType === usageType && handle.usageId === usageId
      );
      if (found !== undefined) return { secret: found.handle };
      throw refusal(ErrorNumber.NO_SECRET, `no secret with matching usage '${usageId}'`);
    },
    secretDefineXml({ xml, flags }, context) {
      checkFlags(context, flags, VALIDATE);
      const { definition, handle } = parseSecret(
        xml,
        state.identities,
        (flags & VALIDATE) !== 0,
      );
      const key = handle.uuid.toString();
      const known = secrets.get(key);
      let secret: HeldSecret;
      if (known !== undefined) {
        checkRedefinition(known, definition, handle);
        known.definition = definition;
        secret = known;
      } else {
        const { usageType, usageId } = handle;
        const other = usageType === SecretUsageType.NONE
          ? undefined
          : all().find((one) =>
            one.handle.usageType === usageType && one.handle.usageId === usageId
          );
        if (other !== undefined) {
          throw refusal(
            ErrorNumber.INTERNAL_ERROR,
            `a secret with UUID ${other.key} already defined for use with ${usageId}`,
          );
        }
        secret = { handle, key, definition, value: undefined };
        secrets.set(key, secret);
      }
      emit(secret, SecretEventId.LIFECYCLE, {
        event: SecretEventLifecycleType.DEFINED,
        detail: 0,
      });
      return { secret: secret.handle };
    },
    secretGetXmlDesc({ secret, flags }, context) {
      checkFlags(context, flags);
      return { xml: printXml(find(secret).definition) };
    },
    secretSetValue({ secret, value, flags }, context) {
      checkFlags(context, flags);
      const found = find(secret);
      found.value = value.slice();
      emit(found, SecretEventId.VALUE_CHANGED, {});
    },
    secretGetValue({ secret, flags }, context) {
      checkFlags(context, flags);
      const { key, definition, value } = find(secret);
      if (definition.get("private") === "yes") {
        throw refusal(ErrorNumber.INVALID_SECRET, "secret is private");
      }
      if (value === undefined) {
        throw refusal(ErrorNumber.NO_SECRET, `secret '${key}' does not have a value`);
      }
      return { value };
    },
    secretUndefine({ secret }) {
      const found = find(secret);
      secrets.delete(found.key);
      emit(found, SecretEventId.LIFECYCLE, {
        event: SecretEventLifecycleType.UNDEFINED,
        detail: 0,
      });
    },
  };
}

// What the schema has, for validation alone.
const OUTLINE = `
secret @ephemeral=yes|no @private=yes|no
  description #
  uuid #
  usage @type!=none|volume|ceph|iscsi|tls|vtpm
    volume #
    name #
    target #
`;

let shape: Shape | undefined;

function parseSecret(
  xml: string,
  identities: Identities,
  validate: boolean,
): { definition: XmlElement; handle: NonnullSecret } {
  const source = parseRoot(xml, "secret", ErrorDomain.SECRET);
  if (validate) checkSchema(source, shape ??= parseShape(OUTLINE));
  const definition = element("secret", {
    ephemeral: yesOrNo(source, "ephemeral"),
    private: yesOrNo(source, "private"),
  });
  fillUuid(definition, source, identities, [ErrorDomain.SECRET, ErrorNumber.INTERNAL_ERROR]);
  const description = source.textOf("description");
  if (description !== undefined) {
    definition.children.push(element("description", {}, description));
  }
  const usage = source.child("usage");
  const uuid = Uuid.parse(definition.textOf("uuid")!);
  if (usage === undefined) return { definition, handle: { uuid, usageType: 0, usageId: "" } };
  const type = usage.get("type");
  if (type === undefined) {
    missingAttribute("type", usage);
  }
  if (type === "none") return { definition, handle: { uuid, usageType: 0, usageId: "" } };
  const usageType = USAGES.findIndex((known) => known?.[0] === type);
  if (usageType < 0) badValue("type", usage, type);
  const [, name, missing] = USAGES[usageType]!;
  const usageId = usage.textOf(name);
  if (usageId === undefined) throw refusal(ErrorNumber.INTERNAL_ERROR, missing);
  definition.children.push(element("usage", { type }, element(name, {}, usageId)));
  return { definition, handle: { uuid, usageType, usageId } };
}

function checkRedefinition(known: HeldSecret, next: XmlElement, handle: NonnullSecret): void {
  const { usageType, usageId } = known.handle;
  if (usageType !== handle.usageType || usageId !== handle.usageId) {
    throw refusal(
      ErrorNumber.INTERNAL_ERROR,
      `a secret with UUID ${known.key} is already defined for use with ${usageId}`,
    );
  }
  if (known.definition.get("private") === "yes" && next.get("private") !== "yes") {
    throw refusal(
      ErrorNumber.INTERNAL_ERROR,
      "cannot change private flag on existing secret",
    );
  }
}

function yesOrNo(source: XmlElement, name: string): string {
  const value = source.get(name) ?? "no";
  if (value !== "yes" && value !== "no") {
    xmlFailure(`invalid value of '${name}'`, ErrorDomain.SECRET);
  }
  return value;
}

// Two flags beside each other: chosen by the first where it holds, by the second where it does not.
function isChosen(flags: number, yes: number, holds: boolean): boolean {
  const no = yes << 1;
  return (flags & (yes | no)) === 0 || (flags & (holds ? yes : no)) !== 0;
}

function checkFlags({ procedure }: CallContext, flags: number, known = 0): void {
  if ((flags & ~known) !== 0) {
    throw badFlags(ErrorDomain.SECRET, driverFunction(procedure), flags & ~known);
  }
}

// `secretDefineXML` behind `virSecretDefineXML`, and `secretConnectListAllSecrets`.
function driverFunction(procedure: string): string {
  const name = cFunctionName(procedure).replace(/^vir/, "");
  return name.startsWith("Secret") ? name.replace("Secret", "secret") : `secret${name}`;
}

function refusal(code: number, detail: string): LibvirtError {
  return failure(ErrorDomain.SECRET, code, detail);
}

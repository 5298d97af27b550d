/**
 * The text that libvirt puts before an error's details, by error number.
 *
 * @module
 */

import { ErrorNumber } from "../../gen/enums/errors.ts";

/** The text alone, and the template that takes the details; one text where the template is `text: details`. */
type ErrorText = string | readonly [alone: string, template: string];

const TEXTS: Readonly<Record<number, ErrorText>> = {
  [ErrorNumber.INTERNAL_ERROR]: "internal error",
  [ErrorNumber.NO_MEMORY]: "out of memory",
  [ErrorNumber.NO_SUPPORT]: "this function is not supported by the connection driver",
  [ErrorNumber.UNKNOWN_HOST]: ["unknown host", "unknown host %1$s"],
  [ErrorNumber.NO_CONNECT]: [
    "no connection driver available",
    "no connection driver available for %1$s",
  ],
  [ErrorNumber.INVALID_CONN]: [
    "invalid connection pointer in",
    "invalid connection pointer in %1$s",
  ],
  [ErrorNumber.INVALID_DOMAIN]: ["invalid domain pointer in", "invalid domain pointer in %1$s"],
  [ErrorNumber.INVALID_ARG]: "invalid argument",
  [ErrorNumber.OPERATION_FAILED]: "operation failed",
  [ErrorNumber.GET_FAILED]: "GET operation failed",
  [ErrorNumber.POST_FAILED]: "POST operation failed",
  [ErrorNumber.HTTP_ERROR]: ["got unknown HTTP error code", "got unknown HTTP error code %1$s"],
  [ErrorNumber.SEXPR_SERIAL]: "failed to serialize S-Expr",
  [ErrorNumber.NO_XEN]: [
    "could not use Xen hypervisor entry",
    "could not use Xen hypervisor entry %1$s",
  ],
  [ErrorNumber.XEN_CALL]: ["failed Xen syscall", "failed Xen syscall %1$s"],
  [ErrorNumber.OS_TYPE]: ["unknown OS type", "unknown OS type %1$s"],
  [ErrorNumber.NO_KERNEL]: "missing kernel information",
  [ErrorNumber.NO_ROOT]: [
    "missing root device information",
    "missing root device information in %1$s",
  ],
  [ErrorNumber.NO_SOURCE]: [
    "missing source information for device",
    "missing source information for device %1$s",
  ],
  [ErrorNumber.NO_TARGET]: [
    "missing target information for device",
    "missing target information for device %1$s",
  ],
  [ErrorNumber.NO_NAME]: ["missing name information", "missing name information in %1$s"],
  [ErrorNumber.NO_OS]: [
    "missing operating system information",
    "missing operating system information for %1$s",
  ],
  [ErrorNumber.NO_DEVICE]: ["missing devices information", "missing devices information for %1$s"],
  [ErrorNumber.NO_XENSTORE]: [
    "could not connect to Xen Store",
    "could not connect to Xen Store %1$s",
  ],
  [ErrorNumber.DRIVER_FULL]: ["too many drivers registered", "too many drivers registered in %1$s"],
  [ErrorNumber.CALL_FAILED]: "library call failed",
  [ErrorNumber.XML_ERROR]: ["XML description is invalid or not well formed", "XML error: %1$s"],
  [ErrorNumber.DOM_EXIST]: ["this domain exists already", "domain %1$s exists already"],
  [ErrorNumber.OPERATION_DENIED]: [
    "operation forbidden for read only access",
    "operation forbidden: %1$s",
  ],
  [ErrorNumber.OPEN_FAILED]: [
    "failed to open configuration file",
    "failed to open configuration file %1$s",
  ],
  [ErrorNumber.READ_FAILED]: [
    "failed to read configuration file",
    "failed to read configuration file %1$s",
  ],
  [ErrorNumber.PARSE_FAILED]: [
    "failed to parse configuration file",
    "failed to parse configuration file %1$s",
  ],
  [ErrorNumber.CONF_SYNTAX]: "configuration file syntax error",
  [ErrorNumber.WRITE_FAILED]: "failed to write configuration file",
  [ErrorNumber.XML_DETAIL]: ["parser error", "%s"],
  [ErrorNumber.INVALID_NETWORK]: ["invalid network pointer in", "invalid network pointer in %1$s"],
  [ErrorNumber.NETWORK_EXIST]: ["this network exists already", "network %1$s exists already"],
  [ErrorNumber.SYSTEM_ERROR]: ["system call error", "%s"],
  [ErrorNumber.RPC]: ["RPC error", "%s"],
  [ErrorNumber.GNUTLS_ERROR]: ["GNUTLS call error", "%s"],
  [ErrorNumber.NO_DOMAIN]: "Domain not found",
  [ErrorNumber.NO_NETWORK]: "Network not found",
  [ErrorNumber.INVALID_MAC]: "invalid MAC address",
  [ErrorNumber.AUTH_FAILED]: "authentication failed",
  [ErrorNumber.INVALID_STORAGE_POOL]: [
    "invalid storage pool pointer in",
    "invalid storage pool pointer in %1$s",
  ],
  [ErrorNumber.INVALID_STORAGE_VOL]: [
    "invalid storage volume pointer in",
    "invalid storage volume pointer in %1$s",
  ],
  [ErrorNumber.NO_STORAGE_POOL]: "Storage pool not found",
  [ErrorNumber.NO_STORAGE_VOL]: "Storage volume not found",
  [ErrorNumber.INVALID_NODE_DEVICE]: [
    "invalid node device pointer",
    "invalid node device pointer in %1$s",
  ],
  [ErrorNumber.NO_NODE_DEVICE]: "Node device not found",
  [ErrorNumber.NO_SECURITY_MODEL]: "Security model not found",
  [ErrorNumber.OPERATION_INVALID]: "Requested operation is not valid",
  [ErrorNumber.NO_INTERFACE]: "Interface not found",
  [ErrorNumber.INVALID_INTERFACE]: [
    "invalid interface pointer in",
    "invalid interface pointer in %1$s",
  ],
  [ErrorNumber.MULTIPLE_INTERFACES]: "multiple matching interfaces found",
  [ErrorNumber.INVALID_NWFILTER]: "Invalid network filter",
  [ErrorNumber.NO_NWFILTER]: "Network filter not found",
  [ErrorNumber.BUILD_FIREWALL]: "Error while building firewall",
  [ErrorNumber.INVALID_SECRET]: "Invalid secret",
  [ErrorNumber.NO_SECRET]: "Secret not found",
  [ErrorNumber.CONFIG_UNSUPPORTED]: "unsupported configuration",
  [ErrorNumber.OPERATION_TIMEOUT]: "Timed out during operation",
  [ErrorNumber.MIGRATE_PERSIST_FAILED]: "Failed to make domain persistent after migration",
  [ErrorNumber.HOOK_SCRIPT_FAILED]: "Hook script execution failed",
  [ErrorNumber.INVALID_DOMAIN_SNAPSHOT]: "Invalid domain snapshot",
  [ErrorNumber.NO_DOMAIN_SNAPSHOT]: "Domain snapshot not found",
  [ErrorNumber.INVALID_STREAM]: ["invalid stream pointer", "invalid stream pointer in %1$s"],
  [ErrorNumber.ARGUMENT_UNSUPPORTED]: "argument unsupported",
  [ErrorNumber.STORAGE_PROBE_FAILED]: "Storage pool probe failed",
  [ErrorNumber.STORAGE_POOL_BUILT]: "Storage pool already built",
  [ErrorNumber.SNAPSHOT_REVERT_RISKY]: "revert requires force",
  [ErrorNumber.OPERATION_ABORTED]: "operation aborted",
  [ErrorNumber.AUTH_CANCELLED]: "authentication cancelled",
  [ErrorNumber.NO_DOMAIN_METADATA]: "metadata not found",
  [ErrorNumber.NO_NETWORK_METADATA]: "metadata not found",
  [ErrorNumber.MIGRATE_UNSAFE]: "Unsafe migration",
  [ErrorNumber.OVERFLOW]: "numerical overflow",
  [ErrorNumber.BLOCK_COPY_ACTIVE]: "block copy still active",
  [ErrorNumber.OPERATION_UNSUPPORTED]: "Operation not supported",
  [ErrorNumber.SSH]: "SSH transport error",
  [ErrorNumber.AGENT_UNRESPONSIVE]: "Guest agent is not responding",
  [ErrorNumber.RESOURCE_BUSY]: "resource busy",
  [ErrorNumber.ACCESS_DENIED]: "access denied",
  [ErrorNumber.DBUS_SERVICE]: "error from service",
  [ErrorNumber.STORAGE_VOL_EXIST]: [
    "this storage volume exists already",
    "storage volume %1$s exists already",
  ],
  [ErrorNumber.CPU_INCOMPATIBLE]: "the CPU is incompatible with host CPU",
  [ErrorNumber.XML_INVALID_SCHEMA]: "XML document failed to validate against schema",
  [ErrorNumber.MIGRATE_FINISH_OK]: "migration successfully aborted",
  [ErrorNumber.AUTH_UNAVAILABLE]: "authentication unavailable",
  [ErrorNumber.NO_SERVER]: "Server not found",
  [ErrorNumber.NO_CLIENT]: "Client not found",
  [ErrorNumber.AGENT_UNSYNCED]: "guest agent replied with wrong id to guest-sync command",
  [ErrorNumber.LIBSSH]: "libssh transport error",
  [ErrorNumber.DEVICE_MISSING]: "device not found",
  [ErrorNumber.INVALID_NWFILTER_BINDING]: "Invalid network filter binding",
  [ErrorNumber.NO_NWFILTER_BINDING]: "Network filter binding not found",
  [ErrorNumber.INVALID_DOMAIN_CHECKPOINT]: "Invalid domain checkpoint",
  [ErrorNumber.NO_DOMAIN_CHECKPOINT]: "Domain checkpoint not found",
  [ErrorNumber.NO_DOMAIN_BACKUP]: "Domain backup job id not found",
  [ErrorNumber.INVALID_NETWORK_PORT]: "Invalid network port pointer",
  [ErrorNumber.NETWORK_PORT_EXIST]: [
    "this network port exists already",
    "network port %1$s exists already",
  ],
  [ErrorNumber.NO_NETWORK_PORT]: "network port not found",
  [ErrorNumber.NO_HOSTNAME]: "no hostname found",
  [ErrorNumber.CHECKPOINT_INCONSISTENT]: "checkpoint inconsistent",
  [ErrorNumber.MULTIPLE_DOMAINS]: "multiple matching domains found",
};

/** The template of an error with details, as libvirt's `str1` has it; the text alone without any. */
export function errorTemplate(code: number, detailed: boolean): string {
  const text = TEXTS[code] ?? "unknown error";
  if (typeof text === "string") return detailed ? `${text}: %1$s` : text;
  return text[detailed ? 1 : 0];
}

/** The whole message of an error, as libvirt's clients print it. */
export function errorMessage(code: number, detail: string | undefined): string {
  return errorTemplate(code, detail !== undefined).replace(/%(1\$)?s/, () => detail ?? "");
}

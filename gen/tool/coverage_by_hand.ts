/**
 * What covers a C function whose counterpart no rule finds.
 *
 * @module
 */

/** A counterpart that has another name or shape. */
export interface Counterpart {
  /** `Class.member`, or the name of a function that a module exports. */
  readonly ours: readonly string[];
  /** How it differs, where the names do not tell. */
  readonly note?: string;
  /** The procedures where none is named after the function. */
  readonly procedures?: readonly string[];
}

function by(ours: string, note?: string, ...procedures: readonly string[]): Counterpart {
  return {
    ours: ours.split(" "),
    ...(note === undefined ? {} : { note }),
    ...(procedures.length === 0 ? {} : { procedures }),
  };
}

const EVENTS = "Connection.events";
const REGISTER = "a loop over the events registers";
const DEREGISTER = "leaving the loop deregisters";
const READ = "StorageVol.download Domain.openChannel Domain.openConsole Domain.screenshot";
const WRITE = "StorageVol.upload Domain.openChannel Domain.openConsole";
const STRING = "a UUID is a string here";
const READABLE = "a read of the `ReadableStream`";
const WRITABLE = "a write to the `WritableStream`";
const KEY = "a key of the plain object";
const TO_URI_PROCEDURES = [
  "domainMigratePerform3Params",
  "domainMigratePerform3",
  "domainMigratePerform",
];
const MIGRATE_PROCEDURES = [
  "domainMigrateBegin3Params",
  "domainMigratePrepare3Params",
  "domainMigratePerform3Params",
  "domainMigrateFinish3Params",
  "domainMigrateConfirm3Params",
  "domainMigrateBegin3",
  "domainMigratePrepare3",
  "domainMigratePerform3",
  "domainMigrateFinish3",
  "domainMigrateConfirm3",
  "domainMigratePrepare2",
  "domainMigratePerform",
  "domainMigrateFinish2",
  "domainMigratePrepare",
  "domainMigrateFinish",
];
const CHOSEN = "said where a field's type is not known";

function registered(kind: string, qualifier = ""): Readonly<Record<string, Counterpart>> {
  const start = `connect${kind}Event${qualifier}`;
  return {
    [`virConnect${kind}EventRegisterAny`]: by(EVENTS, REGISTER, `${start}RegisterAny`),
    [`virConnect${kind}EventDeregisterAny`]: by(EVENTS, DEREGISTER, `${start}DeregisterAny`),
    [`virConnect${kind}EventGenericCallback`]: by(EVENTS, "the type is `EventKind`"),
  };
}

/** The types of callbacks that get events, by the rest of their name: the kinds. */
function callbacks(
  start: string,
  kinds: Readonly<Record<string, string>>,
): Readonly<Record<string, Counterpart>> {
  return Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [
      `virConnect${start}${name}Callback`,
      by(kind.split(" ").map((k) => `${start}.${k}`).join(" "), "what it gets is the loop's event"),
    ]),
  );
}

function all(names: readonly string[], counterpart: Counterpart): Record<string, Counterpart> {
  return Object.fromEntries(names.map((name) => [name, counterpart]));
}

/** The counterparts by C function. */
export const COUNTERPARTS: Readonly<Record<string, Counterpart>> = {
  virConnectOpen: by("connect"),
  virConnectOpenAuth: by("connect", "option `credentials`", "connectOpen"),
  virConnectAuthCallbackPtr: by("connect", "option `credentials`"),
  virConnectOpenReadOnly: by("connect", "with `readOnly`", "connectOpen"),
  virConnectIsAlive: by("Connection.isAlive"),
  virConnectIsEncrypted: by("Connection.isEncrypted", undefined, "connectIsSecure"),
  virConnectSetKeepAlive: by("connect Connection.setKeepAlive", "option `keepalive` of the first"),
  virConnectCloseFunc: by("Connection.closed ConnectionEvent.CLOSED"),
  virConnectRegisterCloseCallback: by(
    "Connection.closed ConnectionEvent.CLOSED",
    undefined,
    "connectRegisterCloseCallback",
  ),
  virConnectUnregisterCloseCallback: by(EVENTS, DEREGISTER, "connectUnregisterCloseCallback"),
  virDomainMigrate: by("Domain.migrate", undefined, ...MIGRATE_PROCEDURES),
  virDomainMigrate2: by("Domain.migrate", "with `params`", ...MIGRATE_PROCEDURES),
  virDomainMigrate3: by("Domain.migrate", "with `params`", ...MIGRATE_PROCEDURES),
  virDomainMigrateToURI: by("Domain.migrateToUri", undefined, ...TO_URI_PROCEDURES),
  virDomainMigrateToURI2: by("Domain.migrateToUri", "with `params`", ...TO_URI_PROCEDURES),
  virDomainMigrateToURI3: by("Domain.migrateToUri", "with `params`", ...TO_URI_PROCEDURES),
  virConnectDomainEventRegister: by(
    EVENTS,
    "`DomainEvent.LIFECYCLE`; the newer registrations serve",
  ),
  virConnectDomainEventDeregister: by(EVENTS, DEREGISTER),
  ...registered("Domain"),
  ...registered("Domain", "Callback"),
  virConnectDomainEventRegisterAny: by(
    EVENTS,
    REGISTER,
    "connectDomainEventCallbackRegisterAny",
    "connectDomainEventRegisterAny",
  ),
  virConnectDomainEventDeregisterAny: by(
    EVENTS,
    DEREGISTER,
    "connectDomainEventCallbackDeregisterAny",
    "connectDomainEventDeregisterAny",
  ),
  ...registered("Network"),
  ...registered("NodeDevice"),
  ...registered("Secret"),
  ...registered("StoragePool"),
  ...callbacks("DomainEvent", {
    "": "LIFECYCLE",
    AgentLifecycle: "AGENT_LIFECYCLE",
    BalloonChange: "BALLOON_CHANGE",
    BlockJob: "BLOCK_JOB BLOCK_JOB_2",
    BlockThreshold: "BLOCK_THRESHOLD",
    ChannelLifecycle: "CHANNEL_LIFECYCLE",
    DeviceAdded: "DEVICE_ADDED",
    DeviceRemovalFailed: "DEVICE_REMOVAL_FAILED",
    DeviceRemoved: "DEVICE_REMOVED",
    DiskChange: "DISK_CHANGE",
    Graphics: "GRAPHICS",
    IOError: "IO_ERROR",
    IOErrorReason: "IO_ERROR_REASON",
    JobCompleted: "JOB_COMPLETED",
    MemoryDeviceSizeChange: "MEMORY_DEVICE_SIZE_CHANGE",
    MemoryFailure: "MEMORY_FAILURE",
    MetadataChange: "METADATA_CHANGE",
    MigrationIteration: "MIGRATION_ITERATION",
    NICMACChange: "NIC_MAC_CHANGE",
    PMSuspend: "PMSUSPEND",
    PMSuspendDisk: "PMSUSPEND_DISK",
    PMWakeup: "PMWAKEUP",
    RTCChange: "RTC_CHANGE",
    TrayChange: "TRAY_CHANGE",
    Tunable: "TUNABLE",
    VcpuRemoved: "VCPU_REMOVED",
    Watchdog: "WATCHDOG",
  }),
  virConnectDomainEventGenericCallback: by(
    "DomainEvent.REBOOT DomainEvent.CONTROL_ERROR",
    "what it gets is the loop's event",
  ),
  ...callbacks("NetworkEvent", { Lifecycle: "LIFECYCLE", MetadataChange: "METADATA_CHANGE" }),
  ...callbacks("NodeDeviceEvent", { Lifecycle: "LIFECYCLE", Generic: "UPDATE" }),
  ...callbacks("SecretEvent", { Lifecycle: "LIFECYCLE", Generic: "VALUE_CHANGED" }),
  ...callbacks("StoragePoolEvent", { Lifecycle: "LIFECYCLE", Generic: "REFRESH" }),

  // objects
  virDomainCreateLinux: by("Connection.createDomainXml", "an old name", "domainCreateXml"),
  virDomainListGetStats: by(
    "Connection.getAllDomainStats",
    "with `domains`",
    "connectGetAllDomainStats",
  ),
  virDomainCreateWithFlags: by("Domain.create"),
  virDomainGetSchedulerParametersFlags: by("Domain.getSchedulerParameters"),
  virDomainSnapshotGetDomain: by("DomainSnapshot.domain"),
  virDomainCheckpointGetDomain: by("DomainCheckpoint.domain"),
  virNetworkPortGetNetwork: by("NetworkPort.network"),
  ...Object.fromEntries(
    [
      ["Domain", "Domain"],
      ["DomainCheckpoint", "DomainCheckpoint"],
      ["DomainSnapshot", "DomainSnapshot"],
      ["Interface", "Interface"],
      ["Network", "Network"],
      ["Secret", "Secret"],
      ["StoragePool", "StoragePool"],
      ["StorageVol", "StorageVol"],
    ].map(([noun, name]) => [`vir${noun}GetConnect`, by(`${name}.caller`, "what makes its calls")]),
  ),
  ...Object.fromEntries(
    [
      ["Domain", "Domain"],
      ["Network", "Network"],
      ["NetworkPort", "NetworkPort"],
      ["NWFilter", "NwFilter"],
      ["Secret", "Secret"],
      ["StoragePool", "StoragePool"],
    ].map(([noun, name]) => [`vir${noun}GetUUID`, by(`${name}.uuid`, STRING)]),
  ),
  virDomainLookupByUUIDString: by("Connection.lookupDomainByUuid", STRING, "domainLookupByUuid"),
  virNetworkLookupByUUIDString: by("Connection.lookupNetworkByUuid", STRING, "networkLookupByUuid"),
  virNetworkPortLookupByUUIDString: by(
    "Network.lookupPortByUuid",
    STRING,
    "networkPortLookupByUuid",
  ),
  virNWFilterLookupByUUIDString: by(
    "Connection.lookupNwFilterByUuid",
    STRING,
    "nwfilterLookupByUuid",
  ),
  virSecretLookupByUUIDString: by("Connection.lookupSecretByUuid", STRING, "secretLookupByUuid"),
  virStoragePoolLookupByUUIDString: by(
    "Connection.lookupStoragePoolByUuid",
    STRING,
    "storagePoolLookupByUuid",
  ),

  // streams
  virStreamNew: by(
    `StorageVol.upload StorageVol.download Domain.openConsole`,
    "what begins a stream makes it",
  ),
  ...all(["virStreamRecv", "virStreamRecvFlags"], by(READ, READABLE)),
  virStreamRecvAll: by("StorageVol.downloadTo downloadFile"),
  virStreamRecvHole: by("StorageVol.download isHole", "with `sparse`, a chunk `{ hole }`"),
  virStreamSparseRecvAll: by("downloadFile", "pipe `download({ sparse: true })` elsewhere"),
  virStreamSend: by(WRITE, WRITABLE),
  virStreamSendAll: by("StorageVol.uploadFrom uploadFile"),
  virStreamSendHole: by("StorageVol.upload", "with `sparse`, write `{ hole }`"),
  virStreamSparseSendAll: by("uploadFile", "pipe into `upload({ sparse: true })` elsewhere"),
  virStreamFinish: by(WRITE, "`close()` of the writer"),
  virStreamAbort: by("StorageVol.upload StorageVol.download", "`abort()`, `cancel()` or `signal`"),

  // typed parameters
  virTypedParamsAddBoolean: by("fromObject", KEY),
  virTypedParamsAddDouble: by("double", CHOSEN),
  virTypedParamsAddFromString: by("fromObject", "by the field's documented type"),
  virTypedParamsAddInt: by("int", CHOSEN),
  virTypedParamsAddLLong: by("llong", CHOSEN),
  virTypedParamsAddString: by("fromObject", KEY),
  virTypedParamsAddStringList: by("fromObject", "an array for the key"),
  virTypedParamsAddUInt: by("uint", CHOSEN),
  virTypedParamsAddULLong: by("ullong", CHOSEN),

  // errors, where a property says what a function asked for
  virGetLastErrorCode: by("LibvirtError.code"),
  virGetLastErrorDomain: by("LibvirtError.domain"),
  virGetLastErrorMessage: by("LibvirtError.message"),

  // programs of one hypervisor
  virConnectDomainQemuMonitorEventRegister: by(
    "QemuEvent.MONITOR",
    REGISTER,
    "qemuConnectDomainMonitorEventRegister",
  ),
  virConnectDomainQemuMonitorEventDeregister: by(
    "QemuEvent.MONITOR",
    DEREGISTER,
    "qemuConnectDomainMonitorEventDeregister",
  ),
  virConnectDomainQemuMonitorEventCallback: by(
    "QemuEvent.MONITOR",
    "what it gets is the loop's event",
  ),
  virDomainQemuAgentCommand: by("qemuAgentCommand", undefined, "qemuDomainAgentCommand"),
  virDomainQemuAttach: by("qemuAttach", undefined, "qemuDomainAttach"),
  virDomainQemuMonitorCommand: by("qemuMonitorCommand", undefined, "qemuDomainMonitorCommand"),

  // administration
  virAdmConnectOpen: by("connectAdmin"),
  virAdmConnectClose: by("AdminConnection.close"),
  virAdmConnectIsAlive: by("AdminConnection.isAlive"),
  virAdmConnectGetURI: by("AdminConnection.uri"),
  ...all(
    [
      "virAdmConnectRegisterCloseCallback",
      "virAdmConnectUnregisterCloseCallback",
      "virAdmConnectCloseFunc",
    ],
    by("AdminConnection.closed", "a promise"),
  ),
};

const AUTH = "authentication, which `connect()` does by itself";

/** Procedures that stand for no C function by themselves. */
export const PROCEDURES_APART: Readonly<Record<string, string>> = {
  authList: AUTH,
  authPolkit: AUTH,
  authSaslInit: AUTH,
  authSaslStart: AUTH,
  authSaslStep: AUTH,
  lxcDomainOpenNamespace: "passes file descriptors, for which the transports have no way yet",
  connectSupportsFeature: "behind `Connection.features`, and asked wherever an answer matters",
};

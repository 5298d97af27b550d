/**
 * That the driver has every operation of libvirt's test driver, by name.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { TestDriver } from "../../src/server/test_driver/hypervisor.ts";
import { builtinHandlers, type BuiltinSession } from "../../src/server/builtin.ts";
import { test } from "../harness.ts";

// What fills the tables of libvirt 12.8.0's test driver.
const OPERATIONS: readonly string[] = `
  connectOpen connectClose connectGetVersion connectGetHostname connectGetMaxVcpus nodeGetInfo
  nodeGetCPUStats nodeGetFreeMemory nodeGetFreePages connectGetAllDomainStats
  connectGetCapabilities connectGetSysinfo connectGetType connectSupportsFeature
  connectListDomains connectNumOfDomains connectListAllDomains domainAttachDevice
  domainAttachDeviceFlags domainDetachDeviceAlias domainUpdateDeviceFlags domainCreateXML
  domainCreateXMLWithFiles domainLookupByID domainLookupByUUID domainLookupByName domainSuspend
  domainResume domainShutdown domainShutdownFlags domainReboot domainReset domainDestroy
  domainDestroyFlags domainGetOSType domainGetLaunchSecurityInfo domainGetMaxMemory
  domainSetMaxMemory domainSetMemory domainSetMemoryStatsPeriod domainSetMemoryFlags
  domainGetHostname domainGetInfo domainGetState domainGetControlInfo domainGetTime
  domainSetTime domainSave domainSaveFlags domainRestore domainRestoreFlags
  domainSaveImageDefineXML domainSaveImageGetXMLDesc domainCoreDump domainCoreDumpWithFormat
  domainSetUserPassword domainPinEmulator domainGetEmulatorPinInfo domainSetVcpus
  domainSetVcpusFlags domainGetVcpusFlags domainPinVcpu domainPinVcpuFlags domainGetVcpus
  domainGetVcpuPinInfo domainGetMaxVcpus domainGetIOThreadInfo domainAddIOThread
  domainDelIOThread domainPinIOThread domainSetIOThreadParams domainGetSecurityLabel
  nodeGetSecurityModel domainGetXMLDesc domainSetMemoryParameters domainGetMemoryParameters
  domainSetNumaParameters domainGetNumaParameters domainSetInterfaceParameters
  domainGetInterfaceParameters domainSetBlockIoTune domainGetBlockIoTune
  domainSetBlkioParameters domainGetBlkioParameters connectListDefinedDomains
  connectNumOfDefinedDomains domainCreate domainCreateWithFlags domainCreateWithFiles
  domainDefineXML domainDefineXMLFlags domainUndefine domainUndefineFlags domainFSFreeze
  domainFSThaw domainFSTrim domainGetAutostart domainSetAutostart domainGetDiskErrors
  domainGetFSInfo domainSetPerfEvents domainGetPerfEvents domainGetSchedulerType
  domainGetSchedulerParameters domainGetSchedulerParametersFlags domainSetSchedulerParameters
  domainSetSchedulerParametersFlags domainBlockStats domainInterfaceAddresses
  domainInterfaceStats nodeGetCellsFreeMemory connectDomainEventRegister
  connectDomainEventDeregister connectIsEncrypted connectIsSecure domainIsActive
  domainIsPersistent domainIsUpdated connectDomainEventRegisterAny
  connectDomainEventDeregisterAny connectIsAlive nodeGetCPUMap domainRename domainScreenshot
  domainInjectNMI domainSendKey domainGetMetadata domainSetMetadata domainGetCPUStats
  domainSendProcessSignal connectGetCPUModelNames domainManagedSave domainHasManagedSaveImage
  domainManagedSaveRemove domainMemoryStats domainMemoryPeek domainGetBlockInfo
  domainSetLifecycleAction domainSnapshotNum domainSnapshotListNames domainListAllSnapshots
  domainSnapshotGetXMLDesc domainSnapshotNumChildren domainSnapshotListChildrenNames
  domainSnapshotListAllChildren domainSnapshotLookupByName domainHasCurrentSnapshot
  domainSnapshotGetParent domainSnapshotCurrent domainSnapshotIsCurrent
  domainSnapshotHasMetadata domainSnapshotCreateXML domainRevertToSnapshot domainSnapshotDelete
  connectBaselineCPU domainCheckpointCreateXML domainCheckpointGetXMLDesc
  domainListAllCheckpoints domainCheckpointListAllChildren domainCheckpointLookupByName
  domainCheckpointGetParent domainCheckpointDelete domainGetMessages
  connectGetDomainCapabilities connectNumOfNetworks connectListNetworks
  connectNumOfDefinedNetworks connectListDefinedNetworks connectListAllNetworks
  connectNetworkEventRegisterAny connectNetworkEventDeregisterAny networkLookupByUUID
  networkLookupByName networkCreateXML networkCreateXMLFlags networkDefineXML
  networkDefineXMLFlags networkUndefine networkUpdate networkCreate networkDestroy
  networkGetXMLDesc networkGetBridgeName networkGetAutostart networkSetAutostart networkIsActive
  networkIsPersistent networkSetMetadata networkGetMetadata connectNumOfInterfaces
  connectListInterfaces connectNumOfDefinedInterfaces connectListDefinedInterfaces
  connectListAllInterfaces interfaceLookupByName interfaceLookupByMACString interfaceGetXMLDesc
  interfaceDefineXML interfaceUndefine interfaceCreate interfaceDestroy interfaceIsActive
  interfaceChangeBegin interfaceChangeCommit interfaceChangeRollback connectNumOfStoragePools
  connectListStoragePools connectNumOfDefinedStoragePools connectListDefinedStoragePools
  connectListAllStoragePools connectFindStoragePoolSources connectStoragePoolEventRegisterAny
  connectStoragePoolEventDeregisterAny storagePoolLookupByName storagePoolLookupByUUID
  storagePoolLookupByVolume storagePoolCreateXML storagePoolDefineXML storagePoolBuild
  storagePoolUndefine storagePoolCreate storagePoolDestroy storagePoolDelete storagePoolRefresh
  storagePoolGetInfo storagePoolGetXMLDesc storagePoolGetAutostart storagePoolSetAutostart
  storagePoolNumOfVolumes storagePoolListVolumes storagePoolListAllVolumes
  storageVolLookupByName storageVolLookupByKey storageVolLookupByPath storageVolCreateXML
  storageVolCreateXMLFrom storageVolDelete storageVolGetInfo storageVolGetXMLDesc
  storageVolGetPath storagePoolIsActive storagePoolIsPersistent connectListAllNodeDevices
  connectNodeDeviceEventRegisterAny connectNodeDeviceEventDeregisterAny nodeNumOfDevices
  nodeListDevices nodeDeviceLookupByName nodeDeviceGetXMLDesc nodeDeviceGetParent
  nodeDeviceNumOfCaps nodeDeviceListCaps nodeDeviceCreateXML nodeDeviceDestroy
  nodeDeviceIsActive nodeDeviceIsPersistent
`.trim().split(/\s+/);

// Answered by the client's own library, which sends nothing for it.
const OF_THE_CLIENT: ReadonlySet<string> = new Set(["connectisalive", "connectisencrypted"]);

test("operations: each of libvirt's test driver is there", async () => {
  const connection = await new TestDriver().open("test:///default");
  const builtin = builtinHandlers({} as BuiltinSession);
  const known = new Set(
    [...Object.keys(connection.remote), ...Object.keys(builtin)].map((name) => name.toLowerCase()),
  );
  const missing = OPERATIONS.filter((name) => {
    const lower = name.toLowerCase();
    return !known.has(lower) && !OF_THE_CLIENT.has(lower);
  });
  await connection.close();
  assertEquals(missing, []);
});

test("operations: nothing else is there that libvirt's test driver refuses", async () => {
  const connection = await new TestDriver().open("test:///default");
  const listed = new Set(OPERATIONS.map((name) => name.toLowerCase()));
  const own = Object.keys(connection.remote).filter((name) => !listed.has(name.toLowerCase()));
  await connection.close();
  assertEquals(own.sort(), OF_THE_DAEMON);
});

// The URI is told by libvirt's public function; a volume's new size is looked at there and then refused.
const OF_THE_DAEMON: readonly string[] = ["connectGetUri", "storageVolResize"];

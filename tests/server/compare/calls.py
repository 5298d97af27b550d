"""Calls through libvirt's Python binding; prints each result, or the error's code, domain and text.

Run with a connection URI; the same lines must come from every server that behaves the same.
"""
import sys
import libvirt

libvirt.registerErrorHandler(lambda *_: None, None)

OS = "<os><type>hvm</type></os>"


def domain_xml(name, body="", uuid="11111111-1111-1111-1111-111111111111"):
    return (
        f"<domain type='test'><name>{name}</name><uuid>{uuid}</uuid>"
        f"<memory>1024</memory>{OS}{body}</domain>"
    )


def show(what, call):
    try:
        result = call()
    except libvirt.libvirtError as error:
        result = ("error", error.get_error_code(), error.get_error_domain(),
                  error.get_error_message(), error.get_error_level(), error.get_str1(),
                  error.get_str2(), error.get_str3(), error.get_int1(), error.get_int2())
    if isinstance(result, (libvirt.virDomain, libvirt.virNetwork, libvirt.virStoragePool)):
        result = (type(result).__name__, result.name(), result.UUIDString())
    print(what, repr(result), flush=True)


DEVICES = (
    "<interface/>",
    "<interface type='bridge'><source/></interface>",
    "<interface type='network'><source/></interface>",
    "<interface type='direct'/>",
    "<interface type='direct'><source/></interface>",
    "<interface type='user'><mac/></interface>",
    "<interface type='user'><mac address='01:00:00:00:00:00'/></interface>",
    "<interface type='user'><model type='a b'/></interface>",
    "<disk/>",
    "<disk type='file'/>",
    "<disk><target dev='bogus'/></disk>",
    "<disk><target dev='vda' bus='bogus'/></disk>",
    "<disk type='network'><source protocol='bogus' name='x'/><target dev='vda'/></disk>",
    "<disk><driver type='bogus'/><target dev='vda'/></disk>",
    "<disk><driver cache='bogus'/><target dev='vda'/></disk>",
    "<disk><target dev='vda'/><address type='bogus'/></disk>",
    "<disk><target dev='vda'/><address type='pci' slot='0x05'/></disk><disk><target dev='vdb'/><address type='pci' slot='0x05'/></disk>",
    "<controller/>",
    "<controller type='bogus'/>",
    "<controller type='usb' index='x'/>",
    "<video><model type='bogus'/></video>",
    "<input type='bogus'/>",
    "<input/>",
    "<sound model='bogus'/>",
    "<sound/>",
    "<watchdog/>",
    "<watchdog model='i6300esb' action='bogus'/>",
    "<memballoon/>",
    "<memballoon model='bogus'/>",
    "<rng/>",
    "<serial/>",
    "<serial type='bogus'/>",
    "<channel type='pty'/>",
    "<hostdev/>",
    "<filesystem/>",
    "<graphics type='vnc' port='x'/>",
    "<graphics type='vnc' passwdValidTo='x'/>",
    "<emulator>/bin/x</emulator>",
    "<bogus/>",
    "<smartcard/>",
    "<hub type='bogus'/>",
    "<redirdev/>",
    "<tpm/>",
    "<shmem/>",
    "<memory/>",
    "<iommu/>",
    "<vsock/>",
    "<panic/>",
    "<lease/>",
    "<input type='mouse' bus='bogus'/>",
    "<disk device='cdrom'><target dev='hda'/></disk>",
    "<disk device='floppy'><target dev='fda'/></disk>",
)

PARTS = (
    "<clock offset='bogus'/>",
    "<on_poweroff>bogus</on_poweroff>",
    "<features><acpi/><bogus/></features>",
    "<cpu mode='bogus'/>",
    "<vcpu placement='bogus'>1</vcpu>",
    "<vcpu cpuset='x'>1</vcpu>",
    "<currentMemory>x</currentMemory>",
    "<title>a\nb</title>",
    "<metadata/>",
)

conn = libvirt.open(sys.argv[1])
test = conn.lookupByName("test")

for what in ("getType", "getVersion", "getLibVersion", "getInfo", "getFreeMemory", "isSecure",
             "isEncrypted", "isAlive", "numOfDomains", "listDomainsID", "listDefinedDomains",
             "numOfNetworks", "listNetworks", "listDefinedNetworks", "listStoragePools",
             "listInterfaces", "numOfDefinedInterfaces", "getSecurityModel", "numOfSecrets",
             "listNWFilters"):
    show(what, getattr(conn, what))
show("getMaxVcpus", lambda: conn.getMaxVcpus(None))
show("getCellsFreeMemory", lambda: conn.getCellsFreeMemory(0, 9))
show("getCellsFreeMemory 5", lambda: conn.getCellsFreeMemory(5, 1))
show("getCPUMap", conn.getCPUMap)
show("getCPUStats", lambda: conn.getCPUStats(0))
show("listDevices", lambda: sorted(conn.listDevices(None)))
show("listDevices fc_host", lambda: sorted(conn.listDevices("fc_host")))
show("getCPUModelNames", lambda: conn.getCPUModelNames("x86_64"))



def cpu(model, features="", arch="x86_64", vendor=""):
    listed = "".join(f"<feature name='{feature}'/>" for feature in features.split())
    return f"<cpu><arch>{arch}</arch><model>{model}</model>{vendor}{listed}</cpu>"


INTEL = "<vendor>Intel</vendor>"
AMD = "<vendor>AMD</vendor>"
for cpus in ([cpu("Nehalem")], [cpu("Penryn"), cpu("Nehalem")],
             [cpu("Penryn", "", "x86_64", INTEL), cpu("Nehalem", "", "x86_64", INTEL)],
             [cpu("Penryn", "vmx"), cpu("Nehalem", "vmx ssse3")],
             [cpu("Haswell", "", "x86_64", INTEL), cpu("EPYC", "", "x86_64", AMD)],
             [cpu("Haswell"), cpu("EPYC")], [cpu("qemu64"), cpu("Opteron_G1")],
             [cpu("Cascadelake-Server"), cpu("Icelake-Server")], [cpu("486"), cpu("EPYC-Rome")],
             [cpu("nosuch")], [cpu("Nehalem", "nosuch")], [cpu("Nehalem", "", "nosuch")],
             [cpu("POWER8", "", "ppc64")], [cpu("POWER8", "", "ppc64"), cpu("POWER9", "", "ppc64")],
             [cpu("cortex-a53", "", "aarch64")], [cpu("z13", "", "s390x")], ["<cpu/>"], ["<cpu>"],
             ["<bogus/>"], ["<cpu><arch>x86_64</arch></cpu>"],
             ["<cpu mode='custom'><model>Nehalem</model></cpu>"]):
    for flags in range(3):
        show(f"baselineCPU {cpus} {flags}", lambda: conn.baselineCPU(cpus, flags))

show("lookup", lambda: conn.lookupByName("nosuch"))
show("lookup id", lambda: conn.lookupByID(77))
show("lookup uuid", lambda: conn.lookupByUUIDString("00000000-0000-0000-0000-000000000001"))
show("network", lambda: conn.networkLookupByName("nosuch"))
show("pool", lambda: conn.storagePoolLookupByName("nosuch"))
show("volume", lambda: conn.storageVolLookupByPath("/nosuch"))
show("interface", lambda: conn.interfaceLookupByName("nosuch"))
show("device", lambda: conn.nodeDeviceLookupByName("nosuch"))
show("secret", lambda: conn.secretLookupByUUIDString("00000000-0000-0000-0000-000000000001"))

for flags in (1 << 20, 1 << 31):
    show(f"listAllDomains {flags}", lambda: conn.listAllDomains(flags))
    show(f"listAllNetworks {flags}", lambda: conn.listAllNetworks(flags))
    show(f"destroyFlags {flags}", lambda: test.destroyFlags(flags))
    show(f"XMLDesc {flags}", lambda: test.XMLDesc(flags))
    show(f"undefineFlags {flags}", lambda: test.undefineFlags(flags))
    show(f"defineXMLFlags {flags}", lambda: conn.defineXMLFlags(domain_xml("x"), flags))
    show(f"createXML {flags}", lambda: conn.createXML(domain_xml("x"), flags))

for xml in ("", "<domain", "<domain>", "<domain/>", "<network/>", "<domain type='test'/>",
            "<domain type='bogus'/>", domain_xml("a/b"), domain_xml("a", uuid="bogus"),
            domain_xml(""), domain_xml("test"),
            domain_xml("other", uuid="6695eb01-f6a4-8304-79aa-97f2502e193f"),
            domain_xml("a").replace("hvm", "bogus"), domain_xml("a").replace(OS, ""),
            domain_xml("a").replace("1024", "0"), domain_xml("a").replace("1024", "many"),
            domain_xml("a").replace("<memory>", "<memory unit='bogus'>"),
            domain_xml("a", "<vcpu>0</vcpu>"), domain_xml("a", "<vcpu>x</vcpu>"),
            domain_xml("a", "<vcpu current='4'>2</vcpu>"),
            domain_xml("a", "<devices><disk type='bogus'/></devices>"),
            domain_xml("a", "<devices><disk device='bogus'/></devices>"),
            domain_xml("a", "<devices><disk><source file='/a'/></disk></devices>"),
            domain_xml("a", "<devices><interface type='bogus'/></devices>"),
            domain_xml("a", "<devices><interface type='bridge'/></devices>"),
            domain_xml("a", "<devices><interface type='network'/></devices>"),
            domain_xml("a", "<devices><interface type='user'><mac address='x'/></interface></devices>"),
            domain_xml("a", "<devices><graphics type='bogus'/></devices>"),
            domain_xml("a", "<devices><graphics/></devices>")):
    show(f"define {xml!r}", lambda: conn.defineXML(xml))
for xml in DEVICES:
    show(f"device {xml!r}", lambda: conn.defineXML(domain_xml("a", f"<devices>{xml}</devices>")))
for xml in PARTS:
    show(f"part {xml!r}", lambda: conn.defineXML(domain_xml("a", xml)))
for xml in ("", "<network/>", "<network><name>a/b</name></network>",
            "<network><name>default</name></network>",
            "<network><name>a</name><forward mode='bogus'/></network>"):
    show(f"network {xml!r}", lambda: conn.networkDefineXML(xml))
for xml in ("", "<pool/>", "<pool type='bogus'/>", "<pool type='dir'/>",
            "<pool type='dir'><name>p</name></pool>",
            "<pool type='dir'><name>a/b</name><target><path>/x</path></target></pool>"):
    show(f"pool {xml!r}", lambda: conn.storagePoolDefineXML(xml))
pool = conn.storagePoolLookupByName("default-pool")
for xml in ("", "<volume/>", "<volume><name>v</name></volume>",
            "<volume><name>v</name><capacity unit='bogus'>1</capacity></volume>"):
    show(f"volume {xml!r}", lambda: pool.createXML(xml))

show("info", lambda: test.info()[:4])
show("state", test.state)
show("OSType", test.OSType)
show("maxMemory", test.maxMemory)
show("maxVcpus", test.maxVcpus)
show("vcpus", lambda: [(a, b, d) for a, b, _, d in test.vcpus()[0]])
show("memoryStats", test.memoryStats)
show("memoryParameters", test.memoryParameters)
show("numaParameters", test.numaParameters)
show("blkioParameters", test.blkioParameters)
show("schedulerType", test.schedulerType)
show("schedulerParameters", test.schedulerParameters)
show("setSchedulerParameters", lambda: test.setSchedulerParameters({"weight": 3}))
show("interfaceParameters", lambda: test.interfaceParameters("testnet0"))
show("interfaceParameters x", lambda: test.interfaceParameters("nosuch"))
show("blockIoTune", lambda: test.blockIoTune("vda"))
show("blockInfo", lambda: test.blockInfo("vda"))
show("blockStats", lambda: test.blockStats("nosuch"))
show("getCPUStats", lambda: test.getCPUStats(True))
show("fsInfo", test.fsInfo)
show("interfaceAddresses", lambda: test.interfaceAddresses(0))
show("diskErrors", test.diskErrors)
show("perfEvents", test.perfEvents)
show("securityLabel", test.securityLabel)
show("hostname", test.hostname)
show("getTime", test.getTime)
show("controlInfo", test.controlInfo)
show("hasManagedSaveImage", test.hasManagedSaveImage)
show("hasCurrentSnapshot", test.hasCurrentSnapshot)
show("isUpdated", test.isUpdated)
show("jobInfo", test.jobInfo)
show("memoryPeek", lambda: test.memoryPeek(3, 4, 1))
show("blockPeek", lambda: test.blockPeek("vda", 0, 4))
show("sendKey", lambda: test.sendKey(0, 0, [30], 1))
show("metadata", lambda: test.metadata(2, "http://nosuch/"))
show("metadata 7", lambda: test.metadata(7, "http://nosuch/"))
show("setMemory", lambda: test.setMemoryFlags(99999999, 0))
show("both", lambda: test.setMemoryFlags(1000, 3))
show("resume", test.resume)
show("suspend", test.suspend)
show("suspend again", test.suspend)
show("state", test.state)
show("create", test.create)
# in no order of its own: libvirt keeps its domains in a hash table
show("getAllDomainStats", lambda: sorted(str(one[1]) for one in conn.getAllDomainStats(0, 0)))
show("snapshot", lambda: test.snapshotCreateXML("<domainsnapshot><name>s</name></domainsnapshot>").getName())
for xml in ("", "<bogus/>", "<domainsnapshot><name>a/b</name></domainsnapshot>",
            "<domainsnapshot><name>.x</name></domainsnapshot>",
            "<domainsnapshot><name>s</name></domainsnapshot>",
            "<domainsnapshot><name>t</name><memory snapshot='external'/></domainsnapshot>",
            "<domainsnapshot><name>t</name><memory snapshot='bogus'/></domainsnapshot>",
            "<domainsnapshot><name>t</name><disks><disk name='nosuch'/></disks></domainsnapshot>",
            "<domainsnapshot><name>t</name><disks><disk name='vda' snapshot='external'/></disks></domainsnapshot>"):
    show(f"snapshot {xml!r}", lambda: test.snapshotCreateXML(xml).getName())
show("snapshotLookup", lambda: test.snapshotLookupByName("nosuch"))
show("snapshot flags", lambda: test.listAllSnapshots(1 << 30))
show("checkpoint", lambda: test.checkpointCreateXML("<domaincheckpoint/>"))
show("undefine", lambda: test.undefine())
show("destroy", lambda: test.destroy())
show("lookup", lambda: conn.lookupByName("test"))
conn.close()

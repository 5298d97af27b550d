"""Events through libvirt's Python binding, of everything that a script of changes causes."""
import sys
import libvirt

libvirt.registerErrorHandler(lambda *_: None, None)
libvirt.virEventRegisterDefaultImpl()
conn = libvirt.open(sys.argv[1])
pending = []


def note(*what):
    pending.append(what)


def domain(_conn, dom, event, detail, _opaque):
    note("domain", dom.name(), dom.ID(), event, detail)


def metadata(_conn, dom, kind, uri, _opaque):
    note("metadata", dom.name(), kind, uri)


def network(_conn, net, event, detail, _opaque):
    note("network", net.name(), event, detail)


def pool(_conn, one, event, detail, _opaque):
    note("pool", one.name(), event, detail)


def refresh(_conn, one, _opaque):
    note("refresh", one.name())


def device(_conn, one, event, detail, _opaque):
    note("device", one.name(), event, detail)


conn.domainEventRegister(lambda _c, dom, event, detail, _o: note("old", dom.name(), event, detail), None)
conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, domain, None)
conn.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, metadata, None)
conn.networkEventRegisterAny(None, 0, network, None)
conn.storagePoolEventRegisterAny(None, 0, pool, None)
conn.storagePoolEventRegisterAny(None, 1, refresh, None)
conn.nodeDeviceEventRegisterAny(None, 0, device, None)


def step(what, events, call):
    """Runs a call and waits until it has caused so many events."""
    try:
        call()
    except libvirt.libvirtError as error:
        note("error", error.get_error_message())
    # a timer wakes the loop, so that an event that never comes does not hang it
    timer = libvirt.virEventAddTimeout(2000, lambda *_: pending.append(("timeout",)), None)
    while len(pending) < events:
        libvirt.virEventRunDefaultImpl()
    libvirt.virEventRemoveTimeout(timer)
    print(what, sorted(pending, key=lambda one: one[0] == "old"), flush=True)
    pending.clear()


XML = "<domain type='test'><name>e</name><memory>1</memory><os><type>hvm</type></os></domain>"
ADAPTER = """<device><parent>scsi_host1</parent><capability type='scsi_host'>
<capability type='fc_host'><wwnn>2000000012341299</wwnn><wwpn>1000000012341299</wwpn></capability>
</capability></device>"""
test = conn.lookupByName("test")
step("suspend", 2, test.suspend)
step("resume", 2, test.resume)
step("title", 1, lambda: test.setMetadata(1, "t", None, None, 0))
step("element", 1, lambda: test.setMetadata(2, "<a/>", "k", "http://u/", 0))
step("shutdown", 2, test.shutdown)
step("rename", 4, lambda: test.rename("renamed", 0))
test = conn.lookupByName("renamed")
step("create", 2, test.create)
step("managedSave", 2, test.managedSave)
step("create", 2, test.create)
step("snapshot", 2, lambda: test.snapshotCreateXML("<domainsnapshot><name>s</name></domainsnapshot>", 8))
step("revert", 2, lambda: test.revertToSnapshot(test.snapshotLookupByName("s")))
step("destroy", 2, test.destroy)
step("define", 2, lambda: conn.defineXML(XML))
step("define again", 2, lambda: conn.defineXML(XML.replace("<memory>", "<uuid>" + conn.lookupByName("e").UUIDString() + "</uuid><memory>")))
step("undefine", 2, lambda: conn.lookupByName("e").undefine())
step("createXML", 2, lambda: conn.createXML(XML))
step("destroy", 2, lambda: conn.lookupByName("e").destroy())
net = conn.networkLookupByName("default")
step("net destroy", 1, net.destroy)
step("net create", 1, net.create)
step("net define", 1, lambda: conn.networkDefineXML("<network><name>n</name></network>"))
step("net undefine", 1, lambda: conn.networkLookupByName("n").undefine())
one = conn.storagePoolLookupByName("default-pool")
step("refresh", 1, one.refresh)
step("pool destroy", 1, one.destroy)
step("pool build", 1, one.build)
step("pool create", 1, one.create)
step("adapter", 1, lambda: conn.nodeDeviceCreateXML(ADAPTER, 0))
step("adapter gone", 1, lambda: conn.nodeDeviceLookupByName("scsi_host12").destroy())
conn.close()

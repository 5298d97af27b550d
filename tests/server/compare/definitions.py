"""Definitions that are filled in or refused; prints what the server makes of each.

Run with a connection URI; the same lines must come from every server that behaves the same.
"""
import itertools
import re
import sys
import libvirt

libvirt.registerErrorHandler(lambda *_: None, None)

UUID = "<uuid>11111111-1111-1111-1111-111111111111</uuid>"
DISK_NAMES = {"ide": "hda", "fdc": "fda", "scsi": "sda", "sata": "sdb", "virtio": "vda",
              "nvme": "nvme0n1"}
DISK = "<disk type='file'><source file='/x'/><target dev='vda'/>"
NIC = "<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/>"
HOSTDEV = (
    "<hostdev mode='subsystem' type='pci'><source>"
    "<address domain='0' bus='1' slot='2' function='3'/></source>"
)

# What stands in a domain's <devices>, one a line.
DEVICES = f"""
<disk type='file'><source file='/x'/><target dev='vdb'/></disk>{DISK}</disk>
<disk type='file'><source file='/x'/><target dev='nvme1n2'/></disk>
<disk type='file'><source file='/x'/><target dev='sdah' bus='sata'/></disk>
<disk type='file' device='floppy'><source file='/x'/><target dev='vdb'/></disk>
<disk type='file' device='lun'><source file='/x'/><target dev='sda'/></disk>
<disk type='block' device='lun'><driver type='qcow2'/><source dev='/x'/><target dev='sda'/></disk>
<disk type='block' device='cdrom'><target dev='hdc'/></disk>
<disk type='network' device='cdrom'><target dev='hdc'/></disk>
<disk type='network'><source protocol='http' name='x'><host name='h'/></source><target dev='vda'/></disk>
<disk type='network'><source protocol='rbd' name='x'><host name='h'/></source><target dev='vda'/></disk>
<disk type='network'><source protocol='iscsi' name='iqn'><host name='h'/></source><target dev='vda'/></disk>
<disk type='network'><source protocol='sheepdog' name='x'/><target dev='vda'/></disk>
<disk type='volume'><source pool='p' volume='v'/><target dev='vda'/></disk>
<disk type='file' rawio='yes'><source file='/x'/><target dev='vda'/></disk>
<disk type='file'><source file='/x' dev='/y' startupPolicy='requisite'/><target dev='vda'/></disk>
<disk type='file'><source file='/x'/><target dev='vda' removable='on'/></disk>
<disk type='file'><source file='/x'/><target dev='vda' tray='open'/></disk>
{DISK}<vendor>abcdefghij</vendor></disk>
{DISK}<wwn>5</wwn></disk>
{DISK}<iotune><total_bytes_sec>1</total_bytes_sec><read_bytes_sec>1</read_bytes_sec></iotune></disk>
{DISK}<iotune><read_bytes_sec>many</read_bytes_sec></iotune></disk>
{DISK}<address type='pci' slot='3'/></disk>
{DISK}<address type='ccw'/></disk>
{DISK}<address type='dimm'/></disk>
{DISK}<address type='unassigned'/></disk>
{DISK}<address/></disk>
{DISK}<boot/></disk>
{DISK}<alias name='mine'/></disk>
{DISK}<alias name='ua-mine'/></disk>
{DISK}<acpi index='x'/></disk>
{DISK}<driver cache='none' io='native' discard='unmap' queues='2' iothread='x'/></disk>
{DISK}<driver cache='none' io='native' discard='unmap' queues='2'/></disk>
{DISK}<geometry cyls='1'/></disk>
{DISK}<encryption/></disk>
{DISK}<encryption format='luks'/></disk>
{DISK}<backingStore type='file'/></disk>
{DISK}<backingStore type='file'><format type='raw'/><source file='/y' dev='/z'/></backingStore></disk>
{DISK}<auth/></disk>
{NIC}<model type='VirtIO'/></interface>
{NIC}<driver name='vhost'/></interface>
{NIC}<model type='virtio'/><driver name='vhost' queues='4'/></interface>
{NIC}<ip/></interface>
{NIC}<route/></interface>
{NIC}<vlan/></interface>
{NIC}<teaming/></interface>
{NIC}<mtu size='1400'/><link state='down'/><boot order='2'/></interface>
<interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='b' network='n'/></interface>
{HOSTDEV}</hostdev>
{HOSTDEV}</hostdev>{HOSTDEV}</hostdev>
{HOSTDEV}<address type='usb' bus='0' port='1'/></hostdev>
<hostdev mode='subsystem' type='usb'><source><vendor id='1'/><product id='2'/></source></hostdev>
<hostdev mode='subsystem' type='usb'><source startupPolicy='optional'><address/></source></hostdev>
<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address/></source></hostdev>
<hostdev mode='subsystem' type='scsi'><source><adapter name='h'/><address bus='0' target='0' unit='0'/></source></hostdev>
<controller type='usb' model='none'/><hub type='usb'/>
<controller type='usb' model='bogus'/>
<controller type='usb' model='ich9-uhci2'/><controller type='usb' model='ich9-ehci1'/>
<controller type='pci' index='0' model='pci-root'/><controller type='pci' index='0' model='pci-bridge'/>
<controller type='scsi' index='3'/><controller type='usb' index='0'/><controller type='scsi' index='1'/>
<controller type='pci' index='0' model='pci-root' ports='3'><target chassis='1'/><pcihole64 unit='MiB'>1</pcihole64></controller>
<serial type='tcp'/>
<serial type='tcp'><source host='h' service='1'/></serial>
<serial type='unix'/>
<serial type='file'><source path='/x' append='on' host='h'/></serial>
<serial type='pty'><target type='bogus'/></serial>
<serial type='pty'/><console type='pty'><target type='virtio'/></console>
<channel type='unix'><source/><target type='virtio' name='x'/></channel>
<channel type='spicevmc'><target type='virtio' name='x'/></channel>
<redirdev bus='usb' type='spicevmc'/>
<smartcard mode='host'/><smartcard mode='host'/>
<rng model='virtio'><backend model='random'/></rng>
<watchdog model='i6300esb'/>
<shmem name='s'><size unit='KiB'>4096</size></shmem>
<filesystem type='mount'><source dir='/x'/><target dir='y'/><space_hard_limit unit='KiB'>1</space_hard_limit></filesystem>
<graphics type='vnc' autoport='no'/>
<graphics type='vnc' socket='/x'/>
<graphics type='vnc' listen='1.2.3.4'><listen type='address' address='1.2.3.5'/></graphics>
<graphics type='spice'/>
<video><model type='vga'/></video><video><model type='qxl' primary='yes'/></video>
<memory model='dimm'><target><size unit='KiB'>64</size><node>0</node></target></memory>
<iommu model='intel'><address type='pci' slot='3'/></iommu>
<redirfilter><usbdev class='8' vendor='0x15e1' version='1.1' allow='yes'/></redirfilter>
<input type='mouse' bus='ps2'><source dev='/x'/></input>
"""

# What else stands in a domain, one a line.
PARTS = """
<memoryBacking><hugepages><page size='2' unit='MiB' nodeset='7'/></hugepages></memoryBacking>
<memoryBacking><hugepages><page size='2' unit='MiB'/></hugepages></memoryBacking>
<memtune><hard_limit unit='MiB'>4</hard_limit><soft_limit>9007199254740991</soft_limit></memtune>
<vcpu>4</vcpu><cputune><vcpusched vcpus='0-2' scheduler='fifo' priority='3'/></cputune>
<vcpu>4</vcpu><cputune><vcpusched vcpus='0-1' scheduler='rr'/><vcpusched vcpus='1' scheduler='rr'/></cputune>
<vcpu>4</vcpu><cputune><vcpupin vcpu='0' cpuset='0-3,^2'/></cputune>
<vcpu placement='auto'>4</vcpu>
<numatune><memory mode='strict' placement='auto'/></numatune>
<numatune><memory mode='strict'/></numatune>
<numatune><memory nodeset='0-3,^1'/></numatune>
<numatune><memnode cellid='0' nodeset='1'/></numatune>
<iothreads>3</iothreads><iothreadids><iothread id='5'/></iothreadids>
<cpu><feature name='x'/></cpu>
<cpu mode='host-model'><model fallback='forbid'/></cpu>
<cpu><numa><cell cpus='0' memory='512'/><cell cpus='1' memory='512'/></numa></cpu>
<cpu><numa><cell id='3' cpus='0' memory='512'/></numa></cpu>
<cpu><numa/></cpu>
<features><hyperv><relaxed state='on'/></hyperv><pmu/><capabilities/></features>
<features><hyperv mode='passthrough'><relaxed state='on'/></hyperv></features>
<throttlegroups><throttlegroup/></throttlegroups>
<blkiotune><device><weight>3</weight></device></blkiotune>
<clock offset='variable' adjustment='3' basis='utc'/>
"""

NETWORKS = """
<network><name>n</name>{u}<forward/></network>
<network><name>n</name>{u}<forward mode='bridge'/><bridge name='b' zone='z'/></network>
<network><name>n</name>{u}<forward mode='hostdev'/><bridge name='b'/></network>
<network><name>n</name>{u}<forward mode='hostdev'><address type='usb'/></forward></network>
<network><name>n</name>{u}<forward mode='passthrough'><interface dev='e'/><interface dev='e'/></forward></network>
<network ipv6='maybe'><name>n</name>{u}</network>
<network><name>n</name>{u}<mac address='x'/></network>
<network><name>n</name>{u}<ip/></network>
<network><name>n</name>{u}<ip address='x'/></network>
<network><name>n</name>{u}<ip address='fe80::1'/></network>
<network><name>n</name>{u}<ip address='10.0.0.1' netmask='255.0.0.0' prefix='8'/></network>
<network><name>n</name>{u}<ip address='10.0.0.1' prefix='8'><dhcp><host/></dhcp></ip></network>
<network><name>n</name>{u}<ip address='10.0.0.1' prefix='8'><dhcp><host ip='10.0.0.3'/></dhcp></ip></network>
<network><name>n</name>{u}<dns enable='no'><txt name='a' value='b'/></dns></network>
<network><name>n</name>{u}<dns><host/></dns></network>
<network><name>n</name>{u}<dns><srv/></dns></network>
<network><name>n</name>{u}<dns><forwarder addr='x'/></dns></network>
<network><name>n</name>{u}<portgroup/></network>
<network><name>n</name>{u}<route/></network>
<network><name>n</name>{u}<vlan/></network>
<network><name>n</name>{u}<bandwidth><inbound peak='1'/></bandwidth></network>
<network><name>n</name>{u}<bandwidth><inbound average='1' floor='1'/></bandwidth></network>
<network><name>n</name>{u}<domain name='d' register='yes'/></network>
<network><name>n</name><uuid>x</uuid></network>
"""

POOLS = """
<pool type='dir'><name>p</name>{u}<source><device path='/x'/></source><target><path>/x</path></target></pool>
<pool type='fs'><name>p</name>{u}<target><path>/x</path></target></pool>
<pool type='fs'><name>p</name>{u}<source><device/></source><target><path>/x</path></target></pool>
<pool type='fs'><name>p</name>{u}<source><device path='/d'/></source><target><path>/x</path></target></pool>
<pool type='fs'><name>p</name>{u}<source><device path='/d'/><format type='x'/></source><target><path>/x</path></target></pool>
<pool type='netfs'><name>p</name>{u}<source><dir path='/d'/></source><target><path>/x</path></target></pool>
<pool type='netfs'><name>p</name>{u}<source><host name='h'/><dir path='/d'/></source><target><path>/x</path></target></pool>
<pool type='logical'><name>p</name>{u}<source><name>vg</name></source></pool>
<pool type='iscsi'><name>p</name>{u}<source><host name='h'/></source><target><path>/x</path></target></pool>
<pool type='rbd'><name>p</name>{u}<source><host name='h'/></source></pool>
<pool type='scsi'><name>p</name>{u}<source><adapter name='a'/></source><target><path>/x</path></target></pool>
<pool type='scsi'><name>p</name>{u}<source><adapter wwnn='a'/></source><target><path>/x</path></target></pool>
<pool type='dir'><name>p</name>{u}<target><path>/x</path><permissions><mode>9</mode></permissions></target></pool>
<pool type='dir'><name>p</name><uuid>x</uuid><target><path>/x</path></target></pool>
"""

INTERFACES = """
<interface type='ethernet' name='e'><start mode='bogus'/></interface>
<interface type='ethernet' name='e'><protocol/></interface>
<interface type='ethernet' name='e'><protocol family='x'/></interface>
<interface type='ethernet' name='e'><protocol family='ipv6'/><bridge/></interface>
<interface type='bridge' name='e'/>
<interface type='bridge' name='e'><bridge><interface name='x'/></bridge></interface>
<interface type='bridge' name='e'><bridge stp='on'><interface type='ethernet' name='x'/></bridge></interface>
<interface type='bond' name='e'><bond><arpmon/></bond></interface>
<interface type='vlan' name='e'><vlan tag='3'><interface name='x'/></vlan></interface>
"""

VOLUMES = """
<volume><name>v</name><capacity>1</capacity><target><format type='x'/></target></volume>
<volume><name>v</name><capacity unit='KiB'>1</capacity><target><format type='qcow2'/><features/></target></volume>
<volume><name>v</name><capacity>1</capacity><target><encryption/></target></volume>
<volume><name>v</name><capacity>1</capacity><backingStore><path>/y</path></backingStore></volume>
"""

# What the schema refuses, and what it lets pass.
VALIDATED = (
    "", "<foo/>", "<description>x</description>", "<devices><foo/></devices>",
    f"<devices>{DISK}<foo/></disk></devices>",
    "<devices><disk type='file' foo='1'><source file='/x'/><target dev='vda'/></disk></devices>",
    "<metadata><x:a xmlns:x='http://x/'/></metadata>", "<vcpu>1</vcpu><vcpu>1</vcpu>",
    "<features><foo/></features>",
)


def show(what, define):
    try:
        made = define()
        xml = made.XMLDesc(2) if isinstance(made, libvirt.virDomain) else made.XMLDesc(0)
        print(what, re.sub(r"(<mac address='52:54:00:)(?!00)[^']*", r"\1", xml), flush=True)
        if isinstance(made, libvirt.virStorageVol):
            made.delete(0)
        else:
            made.undefine()
    except libvirt.libvirtError as error:
        print(what, error.get_error_code(), error.get_error_domain(), error.get_error_message(),
              error.get_str1(), error.get_str2(), error.get_int1(), flush=True)


def lines(text):
    return [line.replace("{u}", UUID) for line in text.strip().split("\n")]


def domain_xml(body, attributes=""):
    return (
        f"<domain type='test'{attributes}><name>a</name>{UUID}<memory>1024</memory>"
        f"<os><type>hvm</type></os>{body}</domain>"
    )


def disk_on(bus):
    kind = "floppy" if bus == "fdc" else "disk"
    return (
        f"<disk type='file' device='{kind}'><source file='/{bus}'/>"
        f"<target dev='{DISK_NAMES[bus]}' bus='{bus}'/></disk>"
    )


conn = libvirt.open(sys.argv[1])
for xml in lines(DEVICES):
    show(xml, lambda: conn.defineXML(domain_xml(f"<devices>{xml}</devices>")))
for count in (2, 3):
    for buses in itertools.permutations(DISK_NAMES, count):
        xml = "".join(disk_on(bus) for bus in buses)
        show(buses, lambda: conn.defineXML(domain_xml(f"<devices>{xml}</devices>")))
for xml in lines(PARTS):
    show(xml, lambda: conn.defineXML(domain_xml(xml)))
for xml in lines(NETWORKS):
    show(xml, lambda: conn.networkDefineXML(xml))
for xml in lines(POOLS):
    show(xml, lambda: conn.storagePoolDefineXML(xml))
for xml in lines(INTERFACES):
    show(xml, lambda: conn.interfaceDefineXML(xml))
pool = conn.storagePoolLookupByName("default-pool")
for xml in lines(VOLUMES):
    show(xml, lambda: pool.createXML(xml))
for xml in VALIDATED:
    show(f"validated {xml}", lambda: conn.defineXMLFlags(domain_xml(xml), 1))
show("validated", lambda: conn.defineXMLFlags(domain_xml("", " foo='1'"), 1))
network = f"<network><name>n</name>{UUID}<foo/></network>"
show("validated network", lambda: conn.networkDefineXMLFlags(network, 1))
show("validated pool", lambda: conn.storagePoolDefineXML(
    "<pool type='dir'><name>p</name><target><path>/x</path></target><foo/></pool>", 1))
conn.close()

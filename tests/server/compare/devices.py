"""Devices that come to a running domain, change and go; prints each answer and what the domain has.

Run with a connection URI; the same lines must come from every server that behaves the same.
"""
import re
import sys
import libvirt

libvirt.registerErrorHandler(lambda *_: None, None)

HEAD = (
    "<domain type='test'><name>a</name><uuid>11111111-1111-1111-1111-111111111111</uuid>"
    "<memory>1024</memory><os><type>hvm</type></os>"
)
DEVICES = """<devices>
<disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk>
<disk type='file' device='cdrom'><source file='/c'/><target dev='hdc' bus='ide'/></disk>
<disk type='file' device='floppy'><target dev='fda' bus='fdc'/></disk>
<controller type='scsi' index='0' model='lsilogic'/>
<interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/></interface>
<hostdev mode='subsystem' type='pci' managed='yes'><source>
<address domain='0' bus='1' slot='2' function='3'/></source></hostdev>
<graphics type='vnc'/><video><model type='cirrus'/></video><input type='tablet' bus='usb'/>
</devices>"""
XML = HEAD + DEVICES + "</domain>"

# one a line
PLUGGED = """
<disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/></disk>
<disk type='file' device='disk'><source file='/b'/><target dev='vda' bus='virtio'/></disk>
<disk type='file' device='disk'><alias name='ua-mine'/><source file='/b'/><target dev='vdc' bus='virtio'/><boot order='1'/></disk>
<disk type='file' device='disk'><alias name='mine'/><source file='/b'/><target dev='vdc' bus='virtio'/></disk>
<disk type='file' device='disk'><source file='/b'/><target dev='sda' bus='scsi'/></disk>
<disk type='file' device='disk'><source file='/b'/><target dev='sdz' bus='scsi'/><address type='drive' controller='1' bus='0' target='3' unit='2'/></disk>
<disk type='file' device='disk'><source file='/b'/><target dev='sda' bus='usb'/></disk>
<disk type='block' device='lun'><source dev='/dev/b'/><target dev='sda' bus='usb'/></disk>
<disk type='block' device='lun'><source dev='/dev/b'/><target dev='sda' bus='scsi'/></disk>
<disk type='file' device='disk'><source file='/b'/><target dev='sda' bus='sata'/></disk>
<disk type='file' device='disk'><source file='/b'/><target dev='hda' bus='ide'/></disk>
<disk type='file' device='disk'><source file='/b'/><target dev='nvme0n1' bus='nvme'/></disk>
<disk type='file' device='disk'><source file='/b'/><target dev='xvda' bus='xen'/></disk>
<disk type='file' device='disk'><source file='/b'/><target dev='mmcblk0' bus='sd'/></disk>
<disk type='file' device='cdrom'><source file='/new.iso'/><target dev='hdc' bus='ide'/><readonly/></disk>
<disk type='file' device='cdrom'><target dev='hdc' bus='ide'/></disk>
<disk type='block' device='cdrom'><source dev='/dev/cdrom'/><target dev='hdc' bus='ide'/></disk>
<disk type='network' device='cdrom'><source protocol='http' name='x.iso'><host name='h' port='80'/></source><target dev='hdc' bus='ide'/></disk>
<disk type='file' device='cdrom'><source file='/new.iso'/><target dev='vdz' bus='virtio'/></disk>
<disk type='file' device='cdrom'><source file='/new.iso'/><target dev='sdx' bus='usb'/></disk>
<disk type='file' device='cdrom'><source file='/new.iso'/><target dev='sdx' bus='scsi'/></disk>
<disk type='file' device='floppy'><source file='/fl'/><target dev='fda' bus='fdc'/></disk>
<disk type='file' device='floppy'><source file='/fl'/><target dev='fdb' bus='fdc'/></disk>
<disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/><serial>abc</serial></disk>
<disk type='volume' device='disk'><source pool='default-pool' volume='v'/><target dev='vdb' bus='virtio'/></disk>
<disk type='network' device='disk'><source protocol='rbd' name='p/i'><host name='h' port='1'/></source><target dev='vdb' bus='virtio'/></disk>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/b'/><target dev='vdb'/></disk>
<interface type='network'><source network='default'/></interface>
<interface type='bridge'><mac address='52:54:00:00:00:02'/><source bridge='br0'/></interface>
<interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br1'/></interface>
<interface type='ethernet'><mac address='52:54:00:00:00:02'/><target dev='tap3'/></interface>
<interface type='user'><mac address='52:54:00:00:00:02'/></interface>
<interface type='direct'><mac address='52:54:00:00:00:02'/><source dev='eth0'/></interface>
<interface type='bridge'><mac address='52:54:00:00:00:02'/><source bridge='br0'/><alias name='ua-n'/></interface>
<interface type='bridge'><mac address='52:54:00:00:00:02'/><source bridge='br0'/><alias name='net7'/></interface>
<interface type='hostdev'><mac address='52:54:00:00:00:02'/><source><address type='pci' domain='0' bus='1' slot='2' function='4'/></source></interface>
<interface type='vhostuser'><mac address='52:54:00:00:00:02'/><source type='unix' path='/x' mode='client'/></interface>
<interface type='null'><mac address='52:54:00:00:00:02'/></interface>
<interface type='internal'><mac address='52:54:00:00:00:02'/><source name='i'/></interface>
<interface type='server'><mac address='52:54:00:00:00:02'/><source address='1.2.3.4' port='5'/></interface>
<interface type='vdpa'><mac address='52:54:00:00:00:02'/><source dev='/dev/vd'/></interface>
<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='1' slot='2' function='5'/></source></hostdev>
<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='1' slot='2' function='3'/></source></hostdev>
<hostdev mode='subsystem' type='pci'><driver name='xen'/><source><address domain='0' bus='1' slot='2' function='5'/></source></hostdev>
<hostdev mode='subsystem' type='pci'><driver name='vfio'/><source><address domain='0' bus='1' slot='2' function='5'/></source><alias name='ua-h'/></hostdev>
<hostdev mode='subsystem' type='usb'><source><vendor id='0x1'/><product id='0x2'/></source></hostdev>
<hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/></source></hostdev>
<hostdev mode='subsystem' type='scsi_host'><source protocol='vhost' wwpn='naa.5123456789abcde0'/></hostdev>
<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='c2177883-f1bb-47f0-914d-32a22e3a8804'/></source></hostdev>
<hostdev mode='capabilities' type='storage'><source><block>/dev/sdf1</block></source></hostdev>
<hostdev mode='capabilities' type='misc'><source><char>/dev/x</char></source></hostdev>
<hostdev mode='capabilities' type='net'><source><interface>eth0</interface></source></hostdev>
<lease><lockspace>a</lockspace><key>k</key><target path='/x' offset='1'/></lease>
<filesystem type='mount'><source dir='/x'/><target dir='y'/></filesystem>
<input type='mouse' bus='usb'/>
<sound model='ich6'/>
<video><model type='vga'/></video>
<watchdog model='i6300esb'/>
<controller type='usb' index='1'/>
<graphics type='vnc'/>
<hub type='usb'/>
<redirdev bus='usb' type='spicevmc'/>
<smartcard mode='host'/>
<serial type='pty'/>
<parallel type='pty'/>
<console type='pty'/>
<channel type='unix'><target type='virtio' name='x'/></channel>
<memballoon model='virtio'/>
<nvram/>
<rng model='virtio'><backend model='random'>/dev/random</backend></rng>
<shmem name='x'/>
<tpm model='tpm-tis'><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>
<panic model='isa'/>
<memory model='dimm'><target><size unit='KiB'>524288</size><node>0</node></target></memory>
<iommu model='intel'/>
<vsock model='virtio'><cid auto='yes'/></vsock>
<audio id='1' type='none'/>
<crypto model='virtio' type='qemu'><backend model='builtin' queues='1'/></crypto>
<pstore backend='acpi-erst'><path>/p</path><size unit='KiB'>8</size></pstore>
<redirfilter><usbdev allow='no'/></redirfilter>
<emulator>/x</emulator>
"""


def show(what, call):
    try:
        result = call()
    except libvirt.libvirtError as error:
        result = (error.get_error_code(), error.get_error_domain(), error.get_error_message(),
                  error.get_str1(), error.get_str2(), error.get_int1())
    print(what, repr(result), flush=True)


def devices(domain, flags=0):
    return re.search("<devices>.*</devices>", domain.XMLDesc(flags), re.S).group(0)


conn = libvirt.open(sys.argv[1])
plugged = PLUGGED.strip().split("\n")
for at, xml in enumerate(plugged):
    domain = conn.createXML(XML, 0)
    show(f"attach {at} {xml}", lambda: domain.attachDevice(xml))
    show(f"again {at}", lambda: domain.attachDeviceFlags(xml, 1))
    print(devices(domain))
    show(f"messages {at}", domain.messages)
    for alias in sorted(set(re.findall("<alias name='(.*)'/>", devices(domain)))):
        show(f"detach {alias}", lambda: domain.detachDeviceAlias(alias, 1))
    print(devices(domain))
    domain.destroy()
domain = conn.defineXML(XML)
for flags in range(5):
    show(f"attach while it is off {flags}", lambda: domain.attachDeviceFlags(plugged[0], flags))
    show(f"detach while it is off {flags}", lambda: domain.detachDeviceAlias("x", flags))
    show(f"update while it is off {flags}", lambda: domain.updateDeviceFlags(plugged[1], flags))
for at, xml in enumerate(plugged):
    show(f"update {at}", lambda: domain.updateDeviceFlags(xml, 2))
print(devices(domain))
domain.create()
for at, xml in enumerate(plugged):
    show(f"update what runs {at}", lambda: domain.updateDeviceFlags(xml, 1 if at % 2 else 3))
    show(f"detach by XML {at}", lambda: domain.detachDeviceFlags(xml, 1))
print(devices(domain), devices(domain, 2), sep="\n")
for xml in ("", "<bogus/>", "<disk", "<devices/>", "<disk/>", "<domain/>", "<interface/>"):
    show(f"attach {xml}", lambda: domain.attachDevice(xml))
    show(f"update {xml}", lambda: domain.updateDeviceFlags(xml, 1))
for flags in range(9):
    show(f"messages {flags}", lambda: domain.messages(flags))
show("add", lambda: domain.addIOThread(3, 1))
for params in ({"poll_max_ns": 1000}, {"poll_grow": 3}, {"bogus": 1}):
    show(f"thread {params}", lambda: domain.setIOThreadParams(3, params, 1))
    show(f"other thread {params}", lambda: domain.setIOThreadParams(4, params, 1))
domain.destroy()
domain.undefine()
threads = conn.defineXML(HEAD + "<iothreads>2</iothreads></domain>")
show("threads that are only counted", lambda: threads.setIOThreadParams(1, {"poll_grow": 1}))
threads.undefine()
conn.close()

"""Updates of networks through libvirt's Python binding; prints each result and what it left.

Run with a connection URI; the same lines must come from every server that behaves the same.
"""
import difflib
import sys
import libvirt

libvirt.registerErrorHandler(lambda *_: None, None)
conn = libvirt.open(sys.argv[1])

NETWORK = """<network>
  <name>n</name><uuid>11111111-1111-1111-1111-111111111111</uuid>
  <forward mode='nat'/><bridge name='vb1'/>
  <dns><txt name='a' value='b'/><host ip='10.0.0.9'><hostname>nine</hostname></host>
    <srv service='sip' protocol='tcp' domain='d' target='t' port='5' priority='1' weight='1'/></dns>
  <ip address='10.0.0.1' netmask='255.255.255.0'>
    <dhcp><range start='10.0.0.2' end='10.0.0.50'/>
      <host mac='52:54:00:00:00:01' name='one' ip='10.0.0.51'/></dhcp>
  </ip>
  <ip address='10.0.1.1' netmask='255.255.255.0'/>
  <ip family='ipv6' address='fd00::1' prefix='64'/>
  <portgroup name='g' default='yes'><bandwidth><inbound average='1'/></bandwidth></portgroup>
</network>"""
PRIVATE = """<network><name>p</name><uuid>11111111-1111-1111-1111-111111111112</uuid>
  <forward mode='bridge'><interface dev='eth1'/><interface dev='eth2'/></forward></network>"""
BRIDGED = """<network><name>b</name><uuid>11111111-1111-1111-1111-111111111113</uuid>
  <forward mode='bridge'/><bridge name='br0'/></network>"""
MODIFY, DELETE, ADD_LAST, ADD_FIRST = 1, 2, 3, 4
HOST, RANGE, INTERFACE, PORTGROUP, DNS_HOST, DNS_TXT, DNS_SRV = 4, 5, 7, 9, 10, 11, 12


def error(failure):
    return ("error", failure.get_error_code(), failure.get_error_domain(),
            failure.get_error_message(), failure.get_error_level(), failure.get_str1(),
            failure.get_str2(), failure.get_int1(), failure.get_int2())


def update(net, command, section, parent, xml, flags=0):
    print("update", net.name(), command, section, parent, xml, flags)
    before = net.XMLDesc(0)
    try:
        net.update(command, section, parent, xml, flags)
    except libvirt.libvirtError as failure:
        print(error(failure))
    after = net.XMLDesc(0)
    for line in difflib.unified_diff(before.split("\n"), after.split("\n"), n=1):
        if not line.startswith(("---", "+++")):
            print(line, flush=True)


net = conn.networkDefineXML(NETWORK)
for section in range(0, 14):
    for command in (ADD_LAST, MODIFY, DELETE):
        update(net, command, section, -1, "<bogus/>")
update(net, ADD_LAST, HOST, -1, "")
update(net, ADD_LAST, HOST, -1, "<a")
for command in (0, 5, 6, 9):
    update(net, command, HOST, -1, "<host mac='52:54:00:00:00:02' ip='10.0.0.60'/>")
for flags in (0, 1, 2, 3, 4, 8, 1 << 31):
    update(net, ADD_LAST, HOST, -1, "<host mac='52:54:00:00:00:02' ip='10.0.0.60'/>", flags)

HOSTS = (
    "<host mac='52:54:00:00:00:03' ip='10.0.0.61'/>",
    "<host mac='52:54:00:00:00:04' name='four'/>",
    "<host name='five' ip='10.0.0.65'/>",
    "<host mac='52:54:00:00:00:04' name='four' ip='10.0.0.64'/>",
    "<host mac='52:54:00:00:00:01' name='one' ip='10.0.0.71'/>",
    "<host mac='52:54:00:00:00:99' name='none' ip='10.0.0.99'/>",
    "<host mac='52:54:00:00:00:99' ip='10.9.0.99'/>",
    "<host mac='bogus' ip='10.0.0.99'/>",
    "<host mac='01:54:00:00:00:99' ip='10.0.0.99'/>",
    "<host mac='52:54:00:00:00:98' ip='bogus'/>",
    "<host mac='52:54:00:00:00:98'/>",
    "<host mac='52:54:00:00:00:98' name='1x' ip='10.0.0.3'/>",
    "<host name='six'/>",
    "<host ip='10.0.0.65'/>",
    "<host id='00:01' ip='10.0.0.75'/>",
    "<host ip='10.0.0.76'><lease expiry='5'/></host>",
    "<host mac='52:54:00:00:00:97' ip='10.0.0.76'><lease expiry='5' unit='hours'/></host>",
    "<host mac='52:54:00:00:00:96' ip='10.0.0.77'><lease expiry='0'/></host>",
    "<host mac='52:54:00:00:00:95' ip='10.0.0.78'><lease expiry='5' unit='days'/></host>",
    "<host mac='52:54:00:00:00:94' ip='10.0.0.79'><lease expiry='1' unit='minutes'/></host>",
    "<host mac='52:54:00:00:00:01' ip='10.0.0.51'/>",
)
for command in (ADD_LAST, MODIFY, ADD_FIRST, DELETE):
    for xml in HOSTS:
        update(net, command, HOST, -1, xml)
for parent in (0, 1, 2, 3, -2):
    for xml in ("<host mac='52:54:00:00:00:20' ip='10.0.1.60'/>", "<host ip='fd00::5'/>",
                "<host name='v6' ip='fd00::5'/>", "<host id='0:1' name='v6' ip='fd00::6'/>",
                "<host mac='52:54:00:00:00:20' ip='fd00::7'/>"):
        update(net, ADD_LAST, HOST, parent, xml)
for command in (ADD_LAST, ADD_FIRST, MODIFY, DELETE):
    for xml in ("<range start='10.0.0.100' end='10.0.0.110'/>", "<range start='10.0.0.105' end='10.0.0.120'/>",
                "<range start='10.0.0.110' end='10.0.0.100'/>", "<range start='10.0.0.100'/>",
                "<range start='10.9.0.100' end='10.9.0.110'/>", "<range start='bogus' end='x'/>",
                "<range start='10.0.0.120' end='10.0.0.255'/>", "<range start='10.0.0.0' end='10.0.0.5'/>",
                "<range start='fd00::1' end='fd00::2'/>",
                "<range start='10.0.0.130' end='10.0.0.140'><lease expiry='1' unit='hours'/></range>",
                "<range start='10.0.0.2' end='10.0.0.50'/>"):
        update(net, command, RANGE, -1, xml)
update(net, ADD_LAST, RANGE, 1, "<range start='10.0.1.100' end='10.0.1.110'/>")
update(net, ADD_LAST, RANGE, 2, "<range start='fd00::1' end='fd00::2'/>")
for command in (ADD_LAST, ADD_FIRST, MODIFY, DELETE):
    for xml in ("<portgroup name='g'/>", "<portgroup name='h'/>", "<portgroup name='i' default='yes'/>", "<portgroup/>",
                "<portgroup name='j'><vlan><tag id='5'/></vlan></portgroup>",
                "<portgroup name='k'><virtualport type='bogus'/></portgroup>",
                "<portgroup name='g' default='yes'/>"):
        update(net, command, PORTGROUP, -1, xml)
    for xml in ("<host ip='10.0.0.9'><hostname>nine</hostname></host>",
                "<host ip='10.0.0.8'><hostname>eight</hostname><hostname>acht</hostname></host>",
                "<host ip='10.0.0.7'/>", "<host><hostname>x</hostname></host>",
                "<host ip='bogus'><hostname>x</hostname></host>", "<host ip='10.0.0.5'><hostname/></host>",
                "<host ip='10.0.0.6'><hostname>acht</hostname></host>"):
        update(net, command, DNS_HOST, -1, xml)
    for xml in ("<txt name='a' value='c'/>", "<txt name='x' value='y'/>", "<txt name='x y' value='y'/>",
                "<txt name='q'/>", "<txt value='q'/>", "<txt name='a' value='b'/>"):
        update(net, command, DNS_TXT, -1, xml)
    for xml in ("<srv service='ldap' protocol='tcp'/>", "<srv service='sip' protocol='tcp' domain='d' target='t' port='5' priority='1' weight='1'/>",
                "<srv service='x'/>", "<srv protocol='tcp'/>", "<srv service='sip' protocol='bogus'/>",
                "<srv service='sip' protocol='udp' target='t' port='99999'/>", "<srv service='sip' protocol='udp' port='5'/>",
                "<srv service='sip' protocol='udp' target='t' port='7' weight='2' priority='3'/>",
                "<srv service='ldap' protocol='tcp' domain='e'/>"):
        update(net, command, DNS_SRV, -1, xml)
private = conn.networkDefineXML(PRIVATE)
bridged = conn.networkDefineXML(BRIDGED)
for one in (private, bridged, net):
    for command in (ADD_LAST, ADD_FIRST, MODIFY, DELETE):
        for xml in ("<interface dev='eth1'/>", "<interface dev='eth3'/>", "<interface/>"):
            update(one, command, INTERFACE, -1, xml)
update(bridged, ADD_LAST, HOST, -1, "<host mac='52:54:00:00:00:03' ip='10.0.0.61'/>")
update(bridged, ADD_LAST, DNS_TXT, -1, "<txt name='x' value='y'/>")
update(private, ADD_LAST, DNS_TXT, -1, "<txt name='x' value='y'/>")

# an active network has what holds now and what holds from its next start
net.create()
for flags in (1, 2, 0, 3):
    update(net, ADD_LAST, HOST, 0, f"<host mac='52:54:00:00:01:0{flags}' ip='10.0.0.8{flags}'/>", flags)
net.destroy()
print(net.XMLDesc(0))
net.undefine()
transient = conn.networkCreateXML(NETWORK)
for flags in (1, 2, 3, 0):
    update(transient, ADD_LAST, HOST, 0, f"<host mac='52:54:00:00:01:0{flags}' ip='10.0.0.8{flags}'/>", flags)

conn.close()

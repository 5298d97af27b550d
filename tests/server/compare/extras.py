"""Secrets and network filters; prints each answer, or the error's code, domain and text.

Run with a connection URI; the same lines must come from every server that behaves the same.
"""
import sys
import libvirt

libvirt.registerErrorHandler(lambda *_: None, None)

UUIDS = [f"11111111-1111-1111-1111-11111111111{n}" for n in range(10)]
RULE = "<rule action='accept' direction='in'><tcp dstportstart='22'/></rule>"


def show(what, call):
    try:
        result = call()
    except libvirt.libvirtError as error:
        result = (error.get_error_code(), error.get_error_domain(), error.get_error_message(),
                  error.get_str1(), error.get_str2(), error.get_int1())
    if isinstance(result, libvirt.virSecret):
        result = result.UUIDString()
    if isinstance(result, libvirt.virNWFilter):
        result = result.name()
    print(what, repr(result), flush=True)


def secret_xml(n, body="", attributes=""):
    return f"<secret{attributes}><uuid>{UUIDS[n]}</uuid>{body}</secret>"


def volume(path):
    return f"<usage type='volume'><volume>{path}</volume></usage>"


def filter_xml(name, body="", attributes=""):
    return f"<filter name='{name}'{attributes}><uuid>{UUIDS[5]}</uuid>{body}</filter>"


def rule(attributes, body=""):
    return f"<rule {attributes}>{body}</rule>"


def binding(body):
    return f"<filterbinding>{body}</filterbinding>"


def made(define, xml):
    one = define(xml)
    text = one.XMLDesc()
    one.undefine()
    return text if "uuid" in xml else "made"


conn = libvirt.open(sys.argv[1])
USAGES = ("", "type='x'", "type='volume'", "type='ceph'", "type='iscsi'", "type='tls'",
          "type='vtpm'", "type='none'")
for xml in ("", "<bogus/>", "<secret", "<secret/>", "<secret><uuid>x</uuid></secret>",
            secret_xml(1, "", " ephemeral='x'"), secret_xml(1, "", " private='x'"),
            *(secret_xml(1, f"<usage {usage}/>") for usage in USAGES)):
    show(f"define {xml}", lambda: made(conn.secretDefineXML, xml))
for flags in (1, 2, 4):
    show(f"define {flags}", lambda: conn.secretDefineXML("<secret><foo/></secret>", flags))
kept = conn.secretDefineXML(
    secret_xml(1, "<description>d</description>" + volume("/v"), " private='yes'"))
show("description", kept.XMLDesc)
show("flags", lambda: kept.XMLDesc(4))
show("same usage", lambda: conn.secretDefineXML(secret_xml(2, volume("/v"))))
show("other usage", lambda: conn.secretDefineXML(secret_xml(1, volume("/w"))))
show("public", lambda: conn.secretDefineXML(secret_xml(1, volume("/v"))))
show("again", lambda: conn.secretDefineXML(secret_xml(1, volume("/v"), " private='yes'")))
show("value", kept.value)
show("set", lambda: kept.setValue(b"abc"))
show("set flags", lambda: kept.setValue(b"abc", 4))
show("value", kept.value)
open_one = conn.secretDefineXML(
    secret_xml(3, "<usage type='ceph'><name>c</name></usage>", " ephemeral='yes'"))
show("value", open_one.value)
open_one.setValue(b"xyz")
show("value", open_one.value)
show("description", open_one.XMLDesc)
for flags in (0, 1, 2, 3, 4, 5, 8, 16):
    show(f"list {flags}", lambda: sorted(one.UUIDString() for one in conn.listAllSecrets(flags)))
show("usage", lambda: conn.secretLookupByUsage(1, "/v"))
show("usage", lambda: conn.secretLookupByUsage(1, "/nosuch"))
show("uuid", lambda: conn.secretLookupByUUIDString(UUIDS[9]))
for call in (kept.undefine, kept.undefine, kept.XMLDesc, kept.value, open_one.undefine):
    show(call.__name__, call)
show("set", lambda: kept.setValue(b"abc"))
show("number", conn.numOfSecrets)

RULES = (
    rule(""), rule("action='x' direction='in'"), rule("action='drop'"),
    rule("action='drop' direction='x'"), rule("action='drop' direction='out' priority='x'"),
    rule("action='drop' direction='inout' statematch='no'"),
    rule("action='drop' direction='in'", "<bogus/>"),
    rule("action='drop' direction='in'", "<all/>"),
    rule("action='drop' direction='in'", "<tcp dstportstart='x'/>"),
    rule("action='drop' direction='in'", "<mac srcmacaddr='52:54:00:00:00:01' protocolid='arp'/>"),
    "<filterref/>", "<filterref filter='nosuch'/>", "<filterref filter='f'/>", RULE, "",
)
for xml in ("", "<bogus/>", "<filter/>", "<filter name=''/>",
            "<filter name='f'><uuid>x</uuid></filter>",
            *(filter_xml("f", "", f" chain='{chain}'") for chain in ("x", "ipv4", "arp-x")),
            *(filter_xml("f", "", f" priority='{priority}'") for priority in ("x", "300")),
            *(filter_xml("f", body) for body in RULES)):
    show(f"filter {xml}", lambda: made(conn.nwfilterDefineXML, xml))
for flags in (1, 2):
    show(f"filter {flags}", lambda: conn.nwfilterDefineXMLFlags(filter_xml("f", "<foo/>"), flags))
held = conn.nwfilterDefineXML(filter_xml("f", RULE))
show("other name", lambda: conn.nwfilterDefineXML(filter_xml("g", RULE)))
show("other uuid", lambda: conn.nwfilterDefineXML("<filter name='f'/>"))
show("name", lambda: conn.nwfilterLookupByName("nosuch"))
show("uuid", lambda: conn.nwfilterLookupByUUIDString(UUIDS[9]))
show("flags", lambda: held.XMLDesc(2))
show("list", lambda: conn.listAllNWFilters(2))
OWNER = f"<owner><name>o</name><uuid>{UUIDS[7]}</uuid></owner>"
for body in ("", "<portdev name='p'/>", "<portdev name='p'/><filterref filter='f'/>",
             f"{OWNER}<portdev name='p'/><filterref filter='f'/>",
             f"{OWNER}<portdev name='p'/><mac address='x'/><filterref filter='f'/>",
             f"{OWNER}<portdev name='p'/><mac address='52:54:00:00:00:01'/>"):
    show(f"binding {body}", lambda: conn.nwfilterBindingCreateXML(binding(body), 0))
show("binding", lambda: conn.nwfilterBindingLookupByPortDev("nosuch"))
show("bindings", lambda: conn.listAllNWFilterBindings(2))
for call in (held.undefine, held.undefine, held.XMLDesc):
    show(call.__name__, call)
conn.close()

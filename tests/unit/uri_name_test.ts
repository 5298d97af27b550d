import { assertEquals } from "@std/assert";
import { parseUri, remoteName } from "../../src/uri.ts";
import { helperUri } from "../../src/uri/format.ts";
import { test } from "../harness.ts";

/**
 * Names that virsh 9.0.0 and 12.8.0 sent when they opened the connection, as a server received
 * them that listened at /tmp/s1 and on the loopback address. They differ in `argv` alone, which
 * 9.0.0 does not know and forwards.
 */
const OBSERVED: [uri: string, name: string][] = [
  ["qemu+unix:///system?socket=/tmp/s1", "qemu:///system"],
  ["qemu:/system?socket=/tmp/s1", "qemu:///system"],
  ["qemu://?socket=/tmp/s1", "qemu://"],
  ["qemu:?socket=/tmp/s1", "qemu://"],
  ["xen+unix://?socket=/tmp/s1", "xen://"],
  ["qemu:///?socket=/tmp/s1", "qemu:///"],
  ["qemu:///a%20b/c:d?socket=/tmp/s1", "qemu:///a%20b/c%3Ad"],
  ["qemu:///a%3ab@c&d=e+f$g,h;i!*()~?socket=/tmp/s1", "qemu:///a%3Ab@c&d=e+f$g,h;i!*()~"],
  ["qemu:///it's_-.x?socket=/tmp/s1", "qemu:///it's_-.x"],
  ["qemu:///%C3%A9?socket=/tmp/s1", "qemu:///%C3%A9"],
  ["qemu:///system?socket=/tmp/s1#frag", "qemu:///system#frag"],
  ["qemu:///system?socket=/tmp/s1#fr%20ag", "qemu:///system#fr%20ag"],
  ["qemu:///system?socket=/tmp/s1&foo=bar&baz=a+b%20c", "qemu:///system?foo=bar&baz=a%2Bb%20c"],
  ["qemu:///system?foo=1;bar=2&socket=/tmp/s1", "qemu:///system?foo=1%3Bbar%3D2"],
  ["qemu:///system?socket=/tmp/s1&a=1;b=2", "qemu:///system?a=1&b=2"],
  ["qemu:///system?socket=/tmp/s1&a=1;b=2&c=3", "qemu:///system?a=1%3Bb%3D2&c=3"],
  ["qemu:///system?a=1;socket=/tmp/s1", "qemu:///system?a=1"],
  ["qemu:///system?foo&socket=/tmp/s1", "qemu:///system?foo="],
  ["qemu:///system?=v&socket=/tmp/s1&&", "qemu:///system"],
  ["qemu:///system?f=a=b&socket=/tmp/s1", "qemu:///system?f=a%3Db"],
  [
    "qemu:///system?f=a%26b%3Dc/d:e-f_g.h~i&socket=/tmp/s1",
    "qemu:///system?f=a%26b%3Dc%2Fd%3Ae-f_g.h~i",
  ],
  [
    "qemu:///system?socket=/tmp/s1&f=a/b?c:d@e!$'()*,",
    "qemu:///system?f=a%2Fb%3Fc%3Ad%40e%21%24%27%28%29%2A%2C",
  ],
  ["qemu:///system?f=%C3%A9&socket=/tmp/s1", "qemu:///system?f=%C3%A9"],
  ["qemu:///system?no%5Fverify=1&socket=/tmp/s1", "qemu:///system"],
  ["qemu:///system?socket=/tmp/s1&name=lxc:///", "lxc:///"],
  ["qemu:///system?socket=/tmp/s1&name=", ""],
  ["qemu:///system?socket=/tmp/s1&name=a&NAME=b", "b"],
  ["qemu:///system?socket=/tmp/s1&Foo=1&foo=2", "qemu:///system?Foo=1&foo=2"],
  [
    "qemu:///system?socket=/tmp/s1&authfile=/x&tls_priority=y&no_sanity=1&proxy=auto&sshauth=x" +
    "&known_hosts=k&known_hosts_verify=ignore&no_tty=1&no_verify=1&command=2&netcat=3&keyfile=4" +
    "&pkipath=5&mode=legacy&keep=1&argv=2&target=3",
    "qemu:///system?keep=1&target=3",
  ],
  ["qemu+unix:///system?socket=/tmp/s1&argv=1&Argv=2", "qemu:///system"],
  ["qemu:///sys%2Ftem?socket=/tmp/s1", "qemu:///sys/tem"],
  ["qemu:///system/?socket=/tmp/s1", "qemu:///system/"],
  ["qemu:////system?socket=/tmp/s1", "qemu:////system"],
  ["qemu:///a//b/../c?socket=/tmp/s1", "qemu:///a//b/../c"],
  ["test+unix:///default?socket=/tmp/s1", "test:///default"],
  ["test+unix:///path/to/file.xml?socket=/tmp/s1", "test:///path/to/file.xml"],
  ["Qemu+unix:///system?socket=/tmp/s1", "Qemu:///system"],
  ["q.e-m1:///system?socket=/tmp/s1", "q.e-m1:///system"],
  ["qemu+unix://user@/system?socket=/tmp/s1", "qemu:///system"],
  ["esx+unix:///x", "esx:///x"],
  ["remote+unix:///x", ""],
  ["remote:///?name=qemu:///system", "qemu:///system"],
  ["qemu+tcp://127.0.0.1", "qemu://"],
  ["qemu+tcp://127.0.0.1/", "qemu:///"],
  ["qemu+tcp://u@127.0.0.1/system?foo=1", "qemu:///system?foo=1"],
  ["remote+tcp://127.0.0.1/", ""],
  ["remote+tcp://127.0.0.1/x?foo=1", ""],
  ["remote+tcp://127.0.0.1/?name=test:///default", "test:///default"],
  ["esx+tcp://127.0.0.1/?name=esx://h/", "esx://h/"],
  ["remotex+tcp://127.0.0.1/", "remotex:///"],
];

/** What libvirt does otherwise, or knows nothing of. */
const OWN: [uri: string, name: string][] = [
  // libvirt writes the name of a parameter as it decoded it: "a&b=c", "foo x=1".
  ["qemu:///system?a%26b=c", "qemu:///system?a%26b=c"],
  ["qemu:///system?foo%20x=1", "qemu:///system?foo%20x=1"],
  ["qemu+ext:///system?command=c&argv=1&ARGV=2&a=1", "qemu:///system?a=1"],
  ["qemu+wss://h:8443/system?a=1&auth=sasl&target=t&token=x", "qemu:///system?a=1"],
  ["qemu+tls://h/system?target=t&token=x", "qemu:///system?target=t&token=x"],
  ["remote+wss://h/target", ""],
  ["wss://h/target?token=1", ""],
  ["wss://h/target?token=1&name=qemu:///session", "qemu:///session"],
  ["qemu:///system?socket=/s&x=%F0%9F%98%80#%23", "qemu:///system?x=%F0%9F%98%80#%23"],
];

/** What virt-ssh-helper is given by virsh 12.8.0; 9.0.0 leaves `mode` and `socket` out. */
const HELPER: [uri: string, helper: string][] = [
  ["qemu+ssh://h/system", "qemu:///system"],
  ["qemu+ssh://h/system?mode=legacy&keyfile=/k", "qemu:///system?mode=legacy"],
  ["qemu+ssh://h/system?x=1&socket=/s/x", "qemu:///system?x=1&socket=%2Fs%2Fx"],
  ["qemu+ssh://h/system?mode=legacy&name=xen:///system", "xen:///system"],
  ["qemu+ssh://h", "qemu://"],
  ["remote+ssh://h/?mode=legacy", ""],
];

for (const [uri, name] of OBSERVED) {
  test(`remoteName, as virsh: ${uri}`, () => assertEquals(remoteName(parseUri(uri)), name));
}

for (const [uri, name] of OWN) {
  test(`remoteName: ${uri}`, () => assertEquals(remoteName(parseUri(uri)), name));
}

for (const [uri, helper] of HELPER) {
  test(`helperUri: ${uri}`, () => assertEquals(helperUri(parseUri(uri)), helper));
}

for (const [uri, name] of [...OBSERVED, ...OWN]) {
  if (name === "" || /[?&]name=/i.test(uri)) continue;
  test(`remoteName of a name is the name: ${name}`, () => {
    assertEquals(remoteName(parseUri(name)), name);
  });
}

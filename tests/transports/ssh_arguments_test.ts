import { assertEquals } from "@std/assert";
import type { SshEndpoint } from "../../src/transport.ts";
import { sshArguments } from "../../transports/ssh.ts";
import { test } from "../harness.ts";

const SOCKET = "/var/run/libvirt/libvirt-sock";
const NETCAT = `if nc -q 2>&1 | grep "requires an argument" >/dev/null 2>&1; ` +
  `then ARG=-q0; else ARG=; fi; exec nc $ARG -U ${SOCKET}`;
const HELPER = "command -v virt-ssh-helper >/dev/null 2>&1; then exec virt-ssh-helper";
const AUTO = `sh -c 'if ${HELPER} qemu:///system; fi; ${NETCAT}'`;

function endpoint(parts: Partial<SshEndpoint>): SshEndpoint {
  return {
    kind: "ssh",
    host: "h",
    proxy: "auto",
    socket: SOCKET,
    remoteUri: "qemu:///system",
    readOnly: false,
    verify: true,
    tty: true,
    ...parts,
  };
}

/** What is asked for, the options beside `-T -e none`, and the command where it differs. */
const CASES: readonly (readonly [Partial<SshEndpoint>, string, string?])[] = [
  [{}, "-T -e none -- h"],
  [{ host: "::1", port: 2222 }, "-p 2222 -T -e none -- ::1"],
  [{ host: "-oProxyCommand=x" }, "-T -e none -- -oProxyCommand=x"],
  [{ user: "u@x", keyFile: "/k" }, "-l u@x -i /k -T -e none -- h"],
  [{ tty: false }, "-T -e none -o BatchMode=yes -- h"],
  [{ verify: false }, "-T -e none -o StrictHostKeyChecking=no -- h"],
  [
    { tty: false, verify: false, port: 1, user: "u", keyFile: "/k" },
    "-p 1 -l u -i /k -T -e none -o BatchMode=yes -o StrictHostKeyChecking=no -- h",
  ],
  [{ knownHosts: "/kh" }, "-T -e none -o UserKnownHostsFile=/kh -- h"],
  [{ knownHosts: '/k"h#' }, '-T -e none -o UserKnownHostsFile="/k\\"h#" -- h'],
  [{ knownHostsVerify: "normal" }, "-T -e none -- h"],
  [{ knownHostsVerify: "auto" }, "-T -e none -o StrictHostKeyChecking=accept-new -- h"],
  [
    { knownHosts: "/kh", knownHostsVerify: "ignore" },
    "-T -e none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null " +
    "-o GlobalKnownHostsFile=/dev/null -- h",
  ],
  [
    { authMethods: ["keyboard-interactive", "agent", "privkey", "password"] },
    "-T -e none -o PreferredAuthentications=keyboard-interactive,publickey,password -- h",
  ],
  [
    { authMethods: ["agent"] },
    "-T -e none -o PreferredAuthentications=publickey -o IdentityFile=none -- h",
  ],
  [
    { authMethods: ["privkey"], keyFile: "/k" },
    "-i /k -T -e none -o PreferredAuthentications=publickey -o IdentityAgent=none -- h",
  ],
  [{ authMethods: ["password"] }, "-T -e none -o PreferredAuthentications=password -- h"],
  [{ readOnly: true }, "-T -e none -- h", `sh -c 'if ${HELPER} -r qemu:///system; fi; ${NETCAT}'`],
  [{ proxy: "native" }, "-T -e none -- h", "sh -c 'exec virt-ssh-helper qemu:///system'"],
  [
    { proxy: "native", remoteUri: "qemu:///it's?a=b&c=d", readOnly: true },
    "-T -e none -- h",
    "sh -c 'exec virt-ssh-helper -r '\\''qemu:///it'\\''\\'\\'''\\''s?a=b&c=d'\\'''",
  ],
  [{ proxy: "netcat" }, "-T -e none -- h", `sh -c '${NETCAT}'`],
  [
    { proxy: "netcat", netcat: "/opt/my nc", socket: "/s/$(x)" },
    "-T -e none -- h",
    `sh -c 'if '\\''/opt/my nc'\\'' -q 2>&1 | grep "requires an argument" >/dev/null 2>&1; ` +
    `then ARG=-q0; else ARG=; fi; exec '\\''/opt/my nc'\\'' $ARG -U '\\''/s/$(x)'\\'''`,
  ],
];

for (const [parts, options, command = AUTO] of CASES) {
  test(`transports: ssh: arguments for ${JSON.stringify(parts)}`, () => {
    assertEquals(sshArguments(endpoint(parts)), [...options.split(" "), command]);
  });
}

test("transports: ssh: a path with a space is one word", () => {
  const args = sshArguments(endpoint({ knownHosts: "/k h" }));
  assertEquals(args.slice(3, 5), ["-o", 'UserKnownHostsFile="/k h"']);
});

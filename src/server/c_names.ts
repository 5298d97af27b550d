/**
 * The names of libvirt's C functions, which its error messages carry.
 *
 * @module
 */

import { ErrorDomain } from "../../gen/enums/errors.ts";

// How libvirt spells what the generated names treat as words.
const SPELLINGS: Readonly<Record<string, string>> = {
  Cpu: "CPU",
  Dhcp: "DHCP",
  Fd: "FD",
  Fsfreeze: "FSFreeze",
  Fsinfo: "FSInfo",
  Fsthaw: "FSThaw",
  Fstrim: "FSTrim",
  Id: "ID",
  Info: "Info",
  Iothread: "IOThread",
  Mac: "MAC",
  Nmi: "NMI",
  Nwfilter: "NWFilter",
  Nwfilters: "NWFilters",
  Os: "OS",
  Pm: "PM",
  Scsi: "SCSI",
  Sev: "SEV",
  Ssh: "SSH",
  Uri: "URI",
  Uuid: "UUID",
  Wwn: "WWN",
  Xml: "XML",
};

/** The public C function behind a procedure: `virDomainGetXMLDesc` for `domainGetXmlDesc`. */
export function cFunctionName(procedure: string): string {
  const qemu = /^(qemu|lxc)(Connect)?(Domain)(.*)$/.exec(procedure);
  if (qemu !== null) {
    const [, program, connect = "", domain, rest] = qemu;
    const tag = program === "lxc" ? "Lxc" : "Qemu";
    return `vir${connect}${domain}${tag}${rest}`;
  }
  return cName(procedure, "vir");
}

/** The test driver's own function for a procedure: `testDomainGetXMLDesc`. */
export function testFunctionName(procedure: string): string {
  return cName(procedure, "test");
}

function cName(procedure: string, prefix: string): string {
  const words = procedure.replace(/^./, (first) => first.toUpperCase()).match(/[A-Z][^A-Z]*/g) ??
    [];
  return prefix + words.map((word) => SPELLINGS[word] ?? word).join("");
}

const DOMAINS: readonly (readonly [prefix: RegExp, domain: number])[] = [
  [/^(connect.*)?[Ss]ecret/, ErrorDomain.SECRET],
  [/^(connect.*)?[Nn]wfilter/, ErrorDomain.NWFILTER],
  [/^(connect(?!Find).*)?[Ss]torage/, ErrorDomain.STORAGE],
  [/^connectFindStorage/, ErrorDomain.STORAGE],
  [/^(connect.*)?[Nn]etwork/, ErrorDomain.NETWORK],
  [/^(connect.*)?[Ii]nterface/, ErrorDomain.INTERFACE],
  [/^(connect.*)?[Nn]odeDevice/, ErrorDomain.NODEDEV],
  [/^domainSnapshot|Snapshots?$/, ErrorDomain.DOMAIN_SNAPSHOT],
  [/^domainCheckpoint/, ErrorDomain.DOMAIN_CHECKPOINT],
];

/** The error domain of the public function behind a procedure. */
export function publicErrorDomain(procedure: string): number {
  return DOMAINS.find(([prefix]) => prefix.test(procedure))?.[1] ?? ErrorDomain.DOMAIN;
}

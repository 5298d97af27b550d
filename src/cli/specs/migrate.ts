/**
 * The command that moves domains.
 *
 * @module
 */

import type { CommandGroup } from "../command.ts";
import { DOMAIN } from "./words.ts";

/** Moving domains. */
export const MIGRATE: CommandGroup = {
  title: "Domains, moving them",
  load: () => import("../commands/migrate.ts"),
  commands: [
    {
      name: "migrate",
      summary: "move a domain to another host",
      arguments: [DOMAIN, ["<desturi>", "URI of the destination"]],
      options: [
        ["--live", "while it runs"],
        ["--p2p", "the daemons do it among themselves"],
        ["--tunnelled", "over the daemons' own connection"],
        ["--persistent", "define it there"],
        ["--undefinesource", "remove its definition here"],
        ["--suspend", "leave it paused there"],
        ["--offline", "its definition alone"],
        ["--change-protection", "let nobody change it meanwhile"],
        ["--unsafe", "even where its disks may be damaged"],
        ["--verbose", "show how far it is, which is so on a terminal anyway"],
        ["--abort-on-error", "give up where a disk's fault stops it"],
        ["--copy-storage-all", "its disks too"],
        ["--copy-storage-inc", "what its disks have beyond their backing files too"],
        ["--copy-storage-synchronous-writes", "write to both copies of a disk from the start"],
        ["--migrate-disks <targets>", "which disks are copied, separated by commas"],
        ["--disks-port <port>", "port there on which disks arrive"],
        ["--disks-uri <uri>", "where disks are sent to"],
        ["--compressed", "compress what is sent"],
        ["--comp-methods <methods>", "how, separated by commas: xbzrle, mt, zlib, zstd"],
        ["--comp-mt-level <number>", "how hard mt tries, 0 to 9"],
        ["--comp-mt-threads <number>", "threads that compress"],
        ["--comp-mt-dthreads <number>", "threads that decompress"],
        ["--comp-xbzrle-cache <size>", "cache of sent pages, for xbzrle"],
        ["--auto-converge", "slow it down where it changes its memory too fast"],
        ["--auto-converge-initial <percent>", "by how much at first"],
        ["--auto-converge-increment <percent>", "by how much more each time"],
        ["--postcopy", "so that it may go on there before all its memory is there"],
        ["--postcopy-after-precopy", "let it, when its memory has been sent once"],
        ["--postcopy-resume", "go on with one whose connection was lost after that"],
        ["--postcopy-bandwidth <MiB/s>", "how much may be sent a second then"],
        ["--parallel", "over several connections"],
        ["--parallel-connections <number>", "how many"],
        ["--zerocopy", "without copying memory before it is sent"],
        ["--rdma-pin-all", "keep all its memory in place, for RDMA"],
        ["--tls", "encrypt what is sent"],
        ["--tls-destination <name>", "name in the destination's certificate"],
        ["--dname <name>", "its name there"],
        ["--xml <file>", "description that it gets there"],
        ["--persistent-xml <file>", "definition that it gets there"],
        ["--migrateuri <uri>", "where its memory is sent to"],
        ["--listen-address <address>", "address there on which its memory is awaited"],
        ["--graphicsuri <uri>", "where viewers of its screen are sent"],
        ["--bandwidth <MiB/s>", "how much may be sent a second"],
        ["--timeout-suspend", "pause it after --timeout, so that the rest goes over"],
        ["--timeout-postcopy", "let it go on there after --timeout"],
      ],
      details: "With --timeout alone it is stopped after so long, and runs on here.",
    },
  ],
};

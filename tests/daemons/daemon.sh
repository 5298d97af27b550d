#!/bin/bash
# Starts and stops a real libvirtd, for tests, as root:
#
#   daemon.sh start 9|12 DIR [LINE...]   LINE is one more line of libvirtd.conf
#   daemon.sh stop DIR
#   daemon.sh check 9|12                 says why it cannot be started here
#
# The daemon has namespaces of its own and keeps all it writes under DIR, so any number of them run
# beside each other and beside a daemon of the host. Files: DIR/run/libvirt-sock, libvirt-sock-ro,
# libvirt-admin-sock; DIR/pid; DIR/log; DIR/etc (/etc/libvirt) and DIR/var. Inside it sees DIR, /tmp
# and the cache folder at the same path as outside. A line that sets listen_tcp or listen_tls makes
# it listen in the network of the caller; otherwise it has an empty network of its own.
set -euo pipefail

CACHE=$(realpath -m "${VIRTWIRE_CACHE:-/var/cache/virtwire}")
export PATH=/usr/sbin:/sbin:/usr/bin:/bin LC_ALL=C

function fail {
  printf 'daemon.sh: %s\n' "$*" >&2
  exit 1
}

function usage {
  fail "usage: daemon.sh start 9|12 DIR [LINE...] | stop DIR | check 9|12"
}

function root_of { # version; where the machine's own root is wanted, nothing
  case $1 in
    9) ;;
    12) echo "$CACHE/libvirt-12" ;;
    *) fail "no such version: $1; 9 and 12 are known" ;;
  esac
}

function check { # version
  local root found installer="run tests/daemons/install.sh as root"
  root=$(root_of "$1")
  ((EUID == 0)) || fail "libvirtd is started as root, and this is user id $EUID"
  if [[ $1 == 9 ]]; then
    found=$(libvirtd --version 2>/dev/null | grep -oE '[0-9.]+$') ||
      fail "libvirtd is not installed; $installer"
    [[ $found == 9.* ]] || fail "the machine's libvirtd is $found, where 9 was asked for"
  else
    [[ -e $root/.complete ]] || fail "there is no libvirt $1 in $root; $installer"
  fi
  unshare --mount --net --pid --fork true 2>/dev/null ||
    fail "a process may not have its own mount, network and process namespaces here"
}

# A process id comes round again: with its start time, it names one process for good.
function birth { # process id
  local stat
  { read -r -a stat <"/proc/$1/stat"; } 2>/dev/null && echo "${stat[21]}"
}

function runs { # process id, its birth
  [[ $(birth "$1") == "$2" ]] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null
}

function init_runs { # DIR
  local init born
  { read -r init born <"$1/init"; } 2>/dev/null && runs "$init" "$born"
}

function write_config { # DIR root LINE...
  local dir=$1 root=$2 line
  shift 2
  mkdir -p "$dir"/etc/qemu/networks "$dir"/var/{lib,cache,log}
  rm -rf "${dir:?}/run" # as a boot would: no socket or guest of an earlier start is believed in
  mkdir -p "$dir"/run/{libvirt,lock}
  [[ -e $dir/etc/qemu/networks/default.xml ]] ||
    cp "$root/usr/share/libvirt/networks/default.xml" "$dir/etc/qemu/networks/"
  [[ -e $dir/etc/nwfilter ]] || cp -r "$root/etc/libvirt/nwfilter" "$dir/etc/"
  printf '%s\n' 'user = "root"' 'group = "root"' 'security_driver = "none"' 'namespaces = []' \
    'cgroup_controllers = []' 'remember_owner = 0' 'stdio_handler = "file"' >"$dir/etc/qemu.conf"
  printf '%s\n' "$@" >"$dir/etc/libvirtd.conf"
  # With --listen, TLS is on unless told otherwise, and asks for certificates.
  for line in "unix_sock_dir = \"$dir/run\"" 'auth_unix_ro = "none"' 'auth_unix_rw = "none"' \
    'listen_addr = "127.0.0.1"' 'listen_tls = 0'; do
    grep -qE "^ *${line%% *} *=" "$dir/etc/libvirtd.conf" ||
      echo "$line" >>"$dir/etc/libvirtd.conf"
  done
}

# Whether the daemon answers a first call (which authentication it wants), whatever its settings.
function answers { # socket
  perl -MIO::Socket::UNIX -e '
    alarm 5;
    my $daemon = IO::Socket::UNIX->new(Peer => shift) or exit 1;
    my ($remote_program, $auth_list) = (0x20008086, 66);
    syswrite($daemon, pack("N7", 28, $remote_program, 1, $auth_list, 0, 0, 0)) or exit 1;
    exit(sysread($daemon, my $reply, 4096) ? 0 : 1);' "$1" 2>/dev/null
}

# Ends a daemon that does not get as far as answering.
function give_up { # DIR [unshare's process id]
  (stop "$1") 2>/dev/null || kill -KILL "${2:-none}" 2>/dev/null || true
}

function start { # version DIR LINE...
  local version=$1 dir root listen=()
  local namespaces=(--mount --propagation private --pid --fork --kill-child)
  check "$version"
  root=$(root_of "$version")
  mkdir -p "$2"
  dir=$(realpath "$2")
  shift 2
  [[ $dir != *[\"\\]* ]] || fail "a quote or backslash in $dir cannot be written in libvirtd.conf"
  [[ $dir/ != /run/* ]] || fail "the daemon gets a /run of its own, which would hide $dir"
  ((${#dir} <= 80)) || fail "$dir is too long for a folder of unix sockets"
  ! init_runs "$dir" || fail "a daemon runs in $dir already; stop it first"

  rm -f "$dir/pid" "$dir/init"
  trap 'give_up "$dir" "${!:-}"; exit 1' INT TERM HUP
  write_config "$dir" "$root" "$@"
  if printf '%s\n' "$@" | grep -qE '^ *listen_(tcp|tls) *= *1'; then
    listen=(--listen)
  else
    namespaces+=(--net)
  fi
  unshare "${namespaces[@]}" "$0" inside "$dir" "$root" "${listen[@]}" \
    >"$dir/log" 2>&1 </dev/null &
  until answers "$dir/run/libvirt-sock"; do
    if ((SECONDS >= 30)) || ! kill -0 $! 2>/dev/null; then
      give_up "$dir" "$!"
      cat "$dir/log" >&2
      fail "libvirtd $version did not answer in $dir within $SECONDS s; its log is above"
    fi
    sleep 0.05
  done
}

# The first process of the namespaces. When it ends, the kernel kills the guests and all else there.
function inside { # DIR root [--listen]
  local dir=$1 root=$2 process folder
  shift 2
  cd / # the folder it was called from may go
  read -r process _ </proc/self/stat # still the outer /proc, with outer process ids
  echo "$process $(birth "$process")" >"$dir/init"
  (
    read -r process _ </proc/self/stat
    echo "$process" >"$dir/pid"
    if [[ $root ]]; then
      mount --rbind /dev "$root/dev"
      mount --bind /tmp "$root/tmp"
      mkdir -p "$root$CACHE" "$root$dir"
      mount --bind "$CACHE" "$root$CACHE"
      mount --bind "$dir" "$root$dir"
    fi
    for folder in lib cache log; do
      mount --bind "$dir/var/$folder" "$root/var/$folder/libvirt"
    done
    mount --bind "$dir/etc" "$root/etc/libvirt"
    mount --bind "$dir/run" "$root/run"
    mount -t proc proc "$root/proc"
    # Without the control groups below it, which the daemon then leaves alone.
    if [[ ${1:-} == --listen ]]; then
      mount --bind /sys "$root/sys"
    else
      mount -t sysfs sysfs "$root/sys"
      ip link set lo up
    fi
    exec chroot "$root/" libvirtd "$@"
  ) &
  wait $!
}

function stop { # DIR
  local dir=$1 init born pid outer outer_born
  [[ -e $dir/init ]] || fail "no daemon was started in $dir"
  read -r init born <"$dir/init"
  pid=$(cat "$dir/pid" 2>/dev/null) || pid=
  SECONDS=0
  if runs "$init" "$born"; then
    # unshare, which waits for init; either may end by itself meanwhile
    outer=$(awk '/^PPid:/ { print $2 }' "/proc/$init/status" 2>/dev/null) || outer=0
    outer_born=$(birth "$outer") || outer_born=gone
    kill "${pid:-none}" 2>/dev/null || kill -KILL "$init" 2>/dev/null || true
    while runs "$init" "$born" || runs "$outer" "$outer_born"; do
      ((SECONDS < 20)) || kill -KILL "$init" 2>/dev/null || true
      ((SECONDS < 30)) || fail "process $init of the daemon in $dir does not end"
      sleep 0.02
    done
  fi
  rm -f "$dir/pid" "$dir/init"
}

case ${1:-} in
  check | stop) (($# == 2)) || usage ;;
  start) (($# >= 3)) || usage ;;
  inside) ;; # the script itself, once it is in the namespaces
  *) usage ;;
esac
"$@"

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

SELF=$(realpath "$0")
# shellcheck source-path=SCRIPTDIR source=host.sh
. "${SELF%/*}/host.sh"

function usage {
  fail "usage: daemon.sh start 9|12 DIR [LINE...] | stop DIR | check 9|12"
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

function init_runs { # DIR
  local init born
  { read -r init born <"$1/init"; } 2>/dev/null && runs "$init" "$born"
}

function copy_defaults { # DIR root
  [[ -e $1/etc/qemu/networks/default.xml ]] ||
    cp "$2/usr/share/libvirt/networks/default.xml" "$1/etc/qemu/networks/"
  [[ -e $1/etc/nwfilter ]] || cp -r "$2/etc/libvirt/nwfilter" "$1/etc/"
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
  write_config "$dir" "$@"
  copy_defaults "$dir" "$root"
  if printf '%s\n' "$@" | grep -qE '^ *listen_(tcp|tls) *= *1'; then
    listen=(--listen)
  else
    namespaces+=(--net)
  fi
  unshare "${namespaces[@]}" "$SELF" inside "$dir" "$root" "${listen[@]}" \
    >"$dir/log" 2>&1 </dev/null &
  until answers "$dir"; do
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
  local dir=$1 root=$2 process
  shift 2
  cd / # the folder it was called from may go
  note_init "$dir/init"
  (
    read -r process _ </proc/self/stat
    echo "$process" >"$dir/pid"
    mount_host "$dir" "$root"
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
  [[ -e $1/init ]] || fail "no daemon was started in $1"
  end_host "$1" "$(cat "$1/pid" 2>/dev/null)"
}

case ${1:-} in
  check | stop) (($# == 2)) || usage ;;
  start) (($# >= 3)) || usage ;;
  inside) ;; # the script itself, once it is in the namespaces
  *) usage ;;
esac
"$@"

#!/bin/bash
# Starts and stops two real libvirtds as if on two hosts joined by a cable, for migration, as root:
#
#   pair.sh start DIR 9|12 9|12   the daemons are in DIR/a, host alpha, and in DIR/b, host beta
#   pair.sh stop DIR
#   pair.sh link DIR up|down      plugs the cable in or out
#   pair.sh kill DIR a|b          kills a daemon at once; its guests live on, and it stays down
#   pair.sh revive DIR a|b        starts it again; resolves when it answers
#
# Each host has namespaces of its own for mounts, processes, its name and its network: 10.77.0.1 and
# 10.77.0.2, on which the daemons listen for each other without authentication. From outside they are
# reached by their sockets, DIR/a/run/libvirt-sock and DIR/b/run/libvirt-sock. /tmp is the same on
# both, as storage that they share; DIR/a/var and DIR/b/var are each one's own.
set -euo pipefail

SELF=$(realpath "$0")
# shellcheck source-path=SCRIPTDIR source=host.sh
. "${SELF%/*}/host.sh"

KEEPALIVE=('keepalive_interval = 2' 'keepalive_count = 3')

function usage {
  fail "usage: pair.sh start DIR 9|12 9|12 | stop DIR | link DIR up|down | kill|revive DIR a|b"
}

function await_answer { # directory of a host
  SECONDS=0
  until answers "$1"; do
    if ((SECONDS >= 40)); then
      cat "$1/log" >&2
      fail "the daemon in $1 did not answer within $SECONDS s; its log is above"
    fi
    sleep 0.05
  done
}

function start_host { # directory, version, name of the host, UUID
  local dir=$1 root
  root=$(root_of "$2")
  write_config "$dir" 'listen_tcp = 1' 'auth_tcp = "none"' 'listen_addr = "0.0.0.0"' \
    "host_uuid = \"$4\"" "${KEEPALIVE[@]}"
  printf '%s\n' "${KEEPALIVE[@]}" >>"$dir/etc/qemu.conf"
  printf '%s\n' '127.0.0.1 localhost' '10.77.0.1 alpha' '10.77.0.2 beta' >"$dir/hosts"
  unshare --mount --propagation private --pid --fork --kill-child --uts --net \
    "$SELF" inside "$dir" "$root" "$3" >"$dir/log" 2>&1 </dev/null &
  until [[ -e $dir/init ]]; do
    kill -0 $! 2>/dev/null || fail "host $3 did not start: $(cat "$dir/log")"
    sleep 0.02
  done
}

function start { # DIR version version
  local dir version init
  for version in "$2" "$3"; do "${SELF%/*}/daemon.sh" check "$version"; done
  mkdir -p "$1/a" "$1/b"
  dir=$(realpath "$1")
  trap 'stop "$dir" 2>/dev/null || true; exit 1' INT TERM HUP ERR
  start_host "$dir/a" "$2" alpha 6a1b6d6e-2c3f-4f0a-9a51-6b7c2b1d0a01
  start_host "$dir/b" "$3" beta 6a1b6d6e-2c3f-4f0a-9a51-6b7c2b1d0b02
  # the cable, whose ends get their place by the hosts' first processes
  read -r init _ <"$dir/a/init"
  ip link add "vw$init" type veth peer name "vx$init"
  ip link set "vw$init" netns "$init" name eth0
  read -r init _ <"$dir/b/init"
  ip link set "vx$(cut -d' ' -f1 "$dir/a/init")" netns "$init" name eth0
  address "$dir/a" 10.77.0.1
  address "$dir/b" 10.77.0.2
  touch "$dir"/{a,b}/go
  await_answer "$dir/a"
  await_answer "$dir/b"
}

function in_network { # directory of a host, command
  local init
  read -r init _ <"$1/init"
  shift
  nsenter --net --target "$init" "$@"
}

function address { # directory of a host, its address
  in_network "$1" ip addr add "$2/24" dev eth0
  in_network "$1" ip link set lo up
  in_network "$1" ip link set eth0 up
}

# The first process of a host; when it ends, the kernel ends the guests and all else there.
function inside { # directory, root, name of the host
  local dir=$1 root=$2 process
  cd /
  hostname "$3"
  note_init "$dir/init.new"
  mkdir -p "$dir/outer"
  mount --bind /proc "$dir/outer"
  mount_host "$dir" "$root"
  mount --bind "$dir/hosts" "$root/etc/hosts"
  mount -t sysfs sysfs "$root/sys" # without the control groups below it
  mv "$dir/init.new" "$dir/init"
  until [[ -e $dir/go ]]; do sleep 0.02; done
  while [[ ! -e $dir/stopping ]]; do
    until [[ ! -e $dir/down ]]; do sleep 0.02; done
    (
      read -r process _ <"$dir/outer/self/stat"
      echo "$process" >"$dir/pid"
      exec chroot "$root/" libvirtd --listen
    ) 3<&- &
    wait $! || true
  done
}

function kill_daemon { # directory of a host
  local pid
  pid=$(cat "$1/pid")
  [[ $(cat "/proc/$pid/comm") == *libvirtd* ]] || fail "process $pid is not the daemon in $1"
  touch "$1/down"
  kill -KILL "$pid"
  while kill -0 "$pid" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$pid/status"; do sleep 0.02; done
}

function stop_host { # directory
  [[ -e $1/init ]] || return 0
  touch "$1/stopping"
  end_host "$1"
}

function stop { # DIR
  stop_host "$1/a"
  stop_host "$1/b"
}

case ${1:-} in
  start) (($# == 4)) || usage ;;
  stop) (($# == 2)) || usage ;;
  inside) ;; # the script itself, once it is in the namespaces
  link)
    [[ $# == 3 && ($3 == up || $3 == down) ]] || usage
    in_network "$2/a" ip link set eth0 "$3"
    exit ;;
  kill)
    [[ $# == 3 && ($3 == a || $3 == b) ]] || usage
    kill_daemon "$2/$3"
    exit ;;
  revive)
    [[ $# == 3 && ($3 == a || $3 == b) ]] || usage
    rm -f "$2/$3/down"
    await_answer "$2/$3"
    exit ;;
  *) usage ;;
esac
"$@"

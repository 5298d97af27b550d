# shellcheck shell=bash
# What a real libvirtd of the tests has in place of a host, for the scripts that start one. Sourced.
#
# A host is a folder: run, etc and var are there what they are to libvirt's daemon elsewhere, log is
# what the daemon has written, init names the first process of its namespaces, pid the daemon.
CACHE=$(realpath -m "${VIRTWIRE_CACHE:-/var/cache/virtwire}")
export PATH=/usr/sbin:/sbin:/usr/bin:/bin LC_ALL=C

function fail {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

function root_of { # version; where the machine's own root is wanted, nothing
  case $1 in
    9) ;;
    12) echo "$CACHE/libvirt-12" ;;
    *) fail "no such version: $1; 9 and 12 are known" ;;
  esac
}

# A process id comes round again: with its start time, it names one process for good.
function birth { # process id
  local stat
  { read -r -a stat <"/proc/$1/stat"; } 2>/dev/null && echo "${stat[21]}"
}

function runs { # process id, its birth
  [[ $(birth "$1") == "$2" ]] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null
}

# Notes this process as a host's first one; /proc must still be the outer one, with outer process ids.
function note_init { # file
  local process
  read -r process _ </proc/self/stat
  echo "$process $(birth "$process")" >"$1"
}

# Whether the daemon answers a first call (which authentication it wants), whatever its settings.
function answers { # DIR
  perl -MIO::Socket::UNIX -e '
    alarm 5;
    my $daemon = IO::Socket::UNIX->new(Peer => shift) or exit 1;
    my ($remote_program, $auth_list) = (0x20008086, 66);
    syswrite($daemon, pack("N7", 28, $remote_program, 1, $auth_list, 0, 0, 0)) or exit 1;
    exit(sysread($daemon, my $reply, 4096) ? 0 : 1);' "$1/run/libvirt-sock" 2>/dev/null
}

function write_config { # DIR LINE...; a line is one of libvirtd.conf
  local dir=$1 line
  shift
  mkdir -p "$dir"/etc/qemu/networks "$dir"/var/{lib,cache,log}
  rm -rf "${dir:?}/run" # as a boot would: no socket or guest of an earlier start is believed in
  mkdir -p "$dir"/run/{libvirt,lock}
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

# Puts a host's files where its daemon looks for them, in namespaces of its own for mounts and
# processes; /sys is left to the caller.
function mount_host { # DIR root
  local dir=$1 root=$2 folder
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
}

# Ends a host in order, by the end of its daemon, or else at once, and all that runs in it.
function end_host { # DIR [process id of the daemon]
  local dir=$1 pid=${2:-} init born outer outer_born
  read -r init born <"$dir/init"
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

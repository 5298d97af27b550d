#!/bin/bash
# Installs the real libvirt daemons that the tests talk to, on Debian 12 and as root: Debian's own
# 9.0.0 on the machine, and 12.x in a root of its own under ${VIRTWIRE_CACHE:-/var/cache/virtwire}.
# Quick when everything is there already.
set -euo pipefail

CACHE=$(realpath -m "${VIRTWIRE_CACHE:-/var/cache/virtwire}")
ROOT=$CACHE/libvirt-12
SUITE=forky
PACKAGES=(
  libvirt-daemon libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils
  debootstrap python3-libvirt libsys-virt-perl iproute2 libsasl2-modules libsasl2-modules-db
  sasl2-bin openssh-server openssh-client netcat-openbsd openssl
)
# The interface driver, part of the daemon in 9.0, is in 12 a package that nothing depends on.
ROOT_PACKAGES=(
  libvirt-daemon libvirt-daemon-system libvirt-daemon-driver-interface libvirt-clients
  qemu-system-x86 qemu-utils iproute2 libsasl2-modules
)
export DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/sbin:$PATH

function fail {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

function logged { # command; what it says is shown only when it fails
  "$@" >>"$CACHE/install.log" 2>&1 </dev/null ||
    fail "this failed: $*"$'\n'"$(tail -n 20 "$CACHE/install.log")"
}

function install_packages {
  local package missing=()
  for package in "${PACKAGES[@]}"; do
    [[ $(dpkg-query -Wf '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      missing+=("$package")
  done
  if ((${#missing[@]})); then
    logged apt-get -qq update
    logged apt-get -qq install --yes --no-install-recommends "${missing[@]}"
  fi
  echo "libvirt 9: $(libvirtd --version)"
}

# The machine's own mirror of Debian: whatever form its sources have, apt knows them.
function debian_mirror {
  local codename uri
  # shellcheck source=/etc/os-release disable=SC1091
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  # shellcheck disable=SC2016 # apt's own variables
  uri=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v name="$codename" '($1 == name || $1 == "stable") && $2 == "main" { print $3; exit }')
  if [[ $uri == mirror+file:* ]]; then # cloud images keep the address in a file
    uri=$(awk '/^[^#]/ { print $1; exit }' "${uri#mirror+file:}")
  fi
  [[ $uri ]] || fail "no apt source for the main component of $codename was found; add one"
  echo "${uri%/}"
}

function use_apt_proxy { # for debootstrap, whose downloader reads the environment only
  eval "$(apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy)"
  [[ ! ${http_proxy:-} ]] || export http_proxy
  [[ ! ${https_proxy:-} ]] || export https_proxy
}

function build_root {
  local mirror script=/usr/share/debootstrap/scripts/$SUITE authority
  logged apt-get -qq update # apt knows only the sources that it has seen
  mirror=$(debian_mirror)
  [[ -e $script ]] || script=${script%/*}/sid # debootstrap of Debian 12 is older than the name
  use_apt_proxy
  mkdir -p "$ROOT"
  logged debootstrap --variant=minbase "$SUITE" "$ROOT" "$mirror" "$script"

  # A root for tests needs no manuals, and nothing in it has to outlive a power cut.
  printf 'path-exclude=/usr/share/%s/*\n' doc man locale info >"$ROOT/etc/dpkg/dpkg.cfg.d/tests"
  echo force-unsafe-io >>"$ROOT/etc/dpkg/dpkg.cfg.d/tests"
  apt-config dump | grep -E '^Acquire::(http|https|Retries|Check-)' \
    >"$ROOT/etc/apt/apt.conf.d/machine" || true
  authority=/etc/ssl/certs/ca-certificates.crt # minbase has none, and the mirror may be https
  [[ ! -e $authority ]] || install -D -m 644 "$authority" "$ROOT$authority"
  cp /etc/resolv.conf /etc/hosts "$ROOT/etc/"
  mount -t proc proc "$ROOT/proc"
  mount --rbind /dev "$ROOT/dev"
  logged chroot "$ROOT" apt-get -qq update
  logged chroot "$ROOT" apt-get -qq install --yes --no-install-recommends "${ROOT_PACKAGES[@]}"
  chroot "$ROOT" apt-get -qq clean
  rm -rf "$ROOT"/var/lib/apt/lists/*
}

function root_version {
  chroot "$ROOT" libvirtd --version | grep -oE '[0-9]+(\.[0-9]+)+$'
}

function install_root {
  local marker=$ROOT/.complete contents version
  contents="$SUITE ${ROOT_PACKAGES[*]}" # another list makes another root
  if [[ $(cat "$marker" 2>/dev/null) != "$contents" ]]; then
    rm -rf --one-file-system "$ROOT"
    # In a namespace of its own, an interrupted build leaves no mount behind to trip the next one.
    unshare --mount --propagation private "$0" build-root
    version=$(root_version)
    ((${version%%.*} >= 12)) || fail "$SUITE carries libvirt $version, where 12 or newer is needed"
    echo "$contents" >"$marker"
  fi
  echo "libvirt 12: $(chroot "$ROOT" libvirtd --version) in $ROOT"
}

case ${1:-} in
  "")
    ((EUID == 0)) || fail "packages are installed as root; run it as root"
    [[ -x $(command -v apt-get) ]] || fail "apt-get was not found; this is for Debian 12"
    mkdir -p "$CACHE"
    exec flock --close "$CACHE/.lock" "$0" locked ;; # two at once would build the same root
  locked)
    : >"$CACHE/install.log"
    install_packages
    install_root
    "$(dirname "$0")/guest.sh" ;;
  build-root) build_root ;;
  *) fail "no such argument: $1; it takes none" ;;
esac

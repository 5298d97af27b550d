#!/bin/bash
# Makes a guest that is small enough for tests, as root and on Debian: a kernel and an initramfs
# whose only program is a busybox shell on the first serial port. Quick when it is there already.
set -euo pipefail

CACHE=$(realpath -m "${VIRTWIRE_CACHE:-/var/cache/virtwire}")
GUEST=$CACHE/guest
export LC_ALL=C

[[ ! -e $GUEST/initramfs || ! -e $GUEST/kernel ]] || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"
kernel=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends:/ { print $2; exit }')
[[ $kernel ]] || { echo "guest.sh: apt knows no kernel; run apt-get update" >&2; exit 1; }
apt-get -qq -o APT::Sandbox::User=root download "$kernel" busybox-static
for package in *.deb; do dpkg -x "$package" root; done

mkdir -p initramfs/{bin,dev,proc,sys}
cp root/bin/busybox initramfs/bin/
cat >initramfs/init <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
export PS1="guest# " PATH=/bin TERM=dumb
# a terminal of its own, so that ^C and the echo work
while true; do setsid cttyhack sh; done
INIT
chmod 755 initramfs/init
mkdir -p "$GUEST"
(cd initramfs && find . | ../root/bin/busybox cpio -o -H newc 2>/dev/null) |
  gzip >"$GUEST/initramfs.new"
cp root/boot/vmlinuz-* "$GUEST/kernel"
mv "$GUEST/initramfs.new" "$GUEST/initramfs"

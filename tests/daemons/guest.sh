#!/bin/bash
# Makes a guest that is small enough for tests, as root and on Debian: a kernel and an initramfs
# with a busybox shell on the first serial port, an echo on the channel org.example.echo, and as much
# of a guest agent as answers a ping. Quick when it is there already.
set -euo pipefail

CACHE=$(realpath -m "${VIRTWIRE_CACHE:-/var/cache/virtwire}")
GUEST=$CACHE/guest
export LC_ALL=C

made=$(sha256sum <"$0") # another script makes another guest
[[ ! -e $GUEST/initramfs || ! -e $GUEST/kernel || $(cat "$GUEST/made" 2>/dev/null) != "$made" ]] ||
  exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"
kernel=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends:/ { print $2; exit }')
[[ $kernel ]] || { echo "guest.sh: apt knows no kernel; run apt-get update" >&2; exit 1; }
apt-get -qq -o APT::Sandbox::User=root download "$kernel" busybox-static
for package in *.deb; do dpkg -x "$package" root; done

mkdir -p initramfs/{bin,dev,modules,proc,sys}
cp root/bin/busybox initramfs/bin/
modules=(virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_console)
for module in "${modules[@]}"; do # in the order in which they need each other
  find root/lib/modules -name "$module.ko" -exec cp {} initramfs/modules/ \;
done
cat >initramfs/init <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
export PS1="guest# " PATH=/bin TERM=dumb
for module in MODULES; do insmod /modules/$module.ko 2>/dev/null; done
# a host adds the ports one by one
for i in 1 2 3 4 5 6 7 8 9 10; do
  [ -e /sys/class/virtio-ports/vport0p2/name ] && break
  sleep 0.1
done
for port in /sys/class/virtio-ports/*; do
  [ -e "$port/name" ] || continue
  case $(cat "$port/name") in
    org.example.echo) /bin/echo-port "/dev/${port##*/}" & ;;
    org.qemu.guest_agent.0) /bin/agent-port "/dev/${port##*/}" & ;;
  esac
done
# a terminal of its own, so that ^C and the echo work
while true; do setsid cttyhack sh; done
INIT
sed -i "s/MODULES/${modules[*]}/" initramfs/init
cat >initramfs/bin/echo-port <<'ECHO'
#!/bin/busybox sh
# a read answers nothing for as long as nobody is connected on the host
exec 3<>"$1"
while true; do cat <&3 >&3; sleep 0.1; done
ECHO
cat >initramfs/bin/agent-port <<'AGENT'
#!/bin/busybox sh
exec 3<>"$1"
while true; do
  while read -r line <&3; do
    case $line in
      *guest-sync*) echo "{\"return\": $(echo "$line" | sed 's/.*"id": *\([0-9]*\).*/\1/')}" >&3 ;;
      *guest-ping*) echo '{"return": {}}' >&3 ;;
      *) echo '{"error": {"class": "CommandNotFound", "desc": "no such command"}}' >&3 ;;
    esac
  done
  sleep 0.1
done
AGENT
chmod 755 initramfs/init initramfs/bin/*-port
mkdir -p "$GUEST"
(cd initramfs && find . | ../root/bin/busybox cpio -o -H newc 2>/dev/null) |
  gzip >"$GUEST/initramfs.new"
cp root/boot/vmlinuz-* "$GUEST/kernel"
mv "$GUEST/initramfs.new" "$GUEST/initramfs"
echo "$made" >"$GUEST/made"

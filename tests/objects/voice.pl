# Speaks to a libvirtd in the voice of another: what only a guest's system or udev would say.
#
#   perl voice.pl qemu DIR LINE    writes LINE into the monitor of the guest of the daemon in DIR
#   perl voice.pl udev NAME=VALUE...    tells, in this network namespace, of a change of a device
use strict;
use warnings;
use Socket;

sub slurp {
  open(my $file, '<', shift) or return '';
  local $/;
  return <$file> // '';
}

# The process whose mounts are those of the daemon: daemon.sh gives each namespaces of its own.
sub guest_of {
  my $dir = shift;
  for my $process (glob '/proc/[0-9]*') {
    next unless slurp("$process/comm") =~ /^qemu-system/;
    return $process =~ s{.*/}{}r if index(slurp("$process/mountinfo"), $dir) >= 0;
  }
  die "no guest runs in $dir\n";
}

# qemu's own end of the monitor, taken over by its descriptor.
sub qemu {
  my ($dir, $line) = @_;
  my $pid = guest_of($dir);
  my %monitor;
  for (split /\n/, slurp("/proc/$pid/net/unix")) {
    my (undef, undef, undef, undef, undef, $state, $inode, $path) = split;
    $monitor{$inode} = 1 if ($path // '') =~ m{/monitor\.sock$} && $state eq '03'; # connected
  }
  my $pidfd = syscall(434, $pid + 0, 0); # pidfd_open
  die "pidfd_open: $!\n" if $pidfd < 0;
  for (glob "/proc/$pid/fd/*") {
    next unless (readlink($_) // '') =~ /^socket:\[(\d+)\]/ && $monitor{$1};
    my ($descriptor) = m{(\d+)$};
    my $ours = syscall(438, $pidfd, $descriptor + 0, 0); # pidfd_getfd
    die "pidfd_getfd: $!\n" if $ours < 0;
    open(my $out, '>&=', $ours) or die "open: $!\n";
    return syswrite($out, "$line\r\n") // die "write: $!\n";
  }
  die "the guest's monitor is not connected\n";
}

# systemd's udev_monitor_netlink_header, then the properties.
sub udev {
  my $properties = join '', map { "$_\0" } @_;
  my $header = pack('Z8 N L3 N4', 'libudev', 0xfeedcafe, 40, 40, length $properties, 0, 0, 0, 0);
  my ($family, $protocol, $group) = (16, 15, 2); # AF_NETLINK, NETLINK_KOBJECT_UEVENT, udev's group
  socket(my $socket, $family, SOCK_RAW, $protocol) or die "socket: $!\n";
  defined send($socket, $header . $properties, 0, pack('S S L L', $family, 0, 0, $group))
    or die "send: $!\n";
}

my $who = shift // '';
if ($who eq 'qemu') { qemu(@ARGV) }
elsif ($who eq 'udev') { udev(@ARGV) }
else { die "usage: voice.pl qemu DIR LINE | udev NAME=VALUE...\n" }

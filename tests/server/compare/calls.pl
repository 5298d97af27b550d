# Calls through libvirt's Perl binding; prints each result, or the error's code, domain and text.
#
# Run with a connection URI; the same lines must come from every server that behaves the same.
use strict;
use warnings;
use Sys::Virt;
use Sys::Virt::Domain;

$| = 1;
binmode STDOUT, ":utf8";
my $OS = "<os><type>hvm</type></os>";

sub domain_xml {
    my ($name, $body) = @_;
    return "<domain type='test'><name>$name</name>"
        . "<uuid>11111111-1111-1111-1111-111111111111</uuid><memory>1024</memory>$OS$body</domain>";
}

# Hashes come in an order of their own, and objects with an address.
sub plain {
    my ($value) = @_;
    return "undef" unless defined $value;
    my $kind = ref $value;
    return $value if $kind eq "";
    return "[" . join(", ", map { plain($_) } @$value) . "]" if $kind eq "ARRAY";
    # the time that a processor has run differs from one call to the next
    return "{" . join(", ", map { "$_=" . plain($value->{$_}) } grep { $_ ne "cpuTime" }
        sort keys %$value) . "}" if $kind eq "HASH";
    return $value->get_name if $value->can("get_name");
    return $kind;
}

sub show {
    my ($what, $call) = @_;
    my @result = eval { $call->() };
    if (my $error = $@) {
        if (ref $error && $error->isa("Sys::Virt::Error")) {
            printf "%s error %s %s %s %s\n", $what, $error->code, $error->domain, $error->level,
                $error->message;
        } else {
            $error =~ s/ at \S+ line \d+.*//s;
            print "$what died $error\n";
        }
        return;
    }
    print "$what ", join(", ", map { plain($_) } @result), "\n";
}

# The names of methods, each called without an argument.
sub ask {
    my ($what, $object, @methods) = @_;
    for my $method (@methods) {
        show("$what->$method", sub { $object->$method() });
    }
}

my $conn = Sys::Virt->new(uri => $ARGV[0]);
my $test = $conn->get_domain_by_name("test");

ask("conn", $conn, qw(get_type get_hostname get_version get_library_version is_secure is_encrypted
    is_alive get_sysinfo get_node_info get_node_free_memory get_node_security_model
    get_node_cpu_map num_of_domains num_of_defined_domains num_of_networks num_of_defined_networks
    num_of_interfaces num_of_defined_interfaces num_of_storage_pools num_of_defined_storage_pools
    num_of_secrets num_of_nwfilters));
for my $list (qw(domain_ids defined_domain_names network_names defined_network_names interface_names
    defined_interface_names storage_pool_names defined_storage_pool_names secret_uuids
    nwfilter_names)) {
    my $method = "list_$list";
    show($method, sub { $conn->$method(9) });
}
show("max vcpus", sub { $conn->get_max_vcpus("test") });
show("cells", sub { $conn->get_node_cells_free_memory(0, 2) });
show("cpu stats", sub { $conn->get_node_cpu_stats(-1, 0) });
show("free pages", sub { $conn->get_node_free_pages([4, 2048], 0, 1) });
show("memory stats", sub { $conn->get_node_memory_stats(-1, 0) });
show("devices", sub { sort $conn->list_node_device_names(undef, 99) });
show("devices fc_host", sub { sort $conn->list_node_device_names("fc_host", 99) });
show("cpu models", sub { $conn->get_cpu_model_names("ppc64") });
show("cpu models nosuch", sub { $conn->get_cpu_model_names("nosuch") });
show("domain capabilities", sub { $conn->get_domain_capabilities(undef, undef, undef, "test") });
show("domain capabilities x", sub { $conn->get_domain_capabilities(undef, "x", undef, undef) });
show("sources", sub { $conn->find_storage_pool_sources("logical", "") });
show("all domains", sub { $conn->list_all_domains });
show("all domains 9", sub { $conn->list_all_domains(1 << 20) });
show("all networks", sub { $conn->list_all_networks });
show("all interfaces", sub { $conn->list_all_interfaces });
show("all pools", sub { $conn->list_all_storage_pools });
show("all devices", sub { sort map { $_->get_name } $conn->list_all_node_devices });
show("all secrets", sub { $conn->list_all_secrets });
show("all filters", sub { $conn->list_all_nwfilters });
show("lookup $_", sub { $conn->get_domain_by_name("nosuch") }) for 1;
show("lookup id", sub { $conn->get_domain_by_id(77) });
show("lookup uuid", sub { $conn->get_domain_by_uuid("\0" x 16) });
show("lookup network", sub { $conn->get_network_by_name("nosuch") });
show("lookup pool", sub { $conn->get_storage_pool_by_name("nosuch") });
show("lookup volume", sub { $conn->get_storage_volume_by_path("/nosuch") });
show("lookup interface", sub { $conn->get_interface_by_name("nosuch") });
show("lookup device", sub { $conn->get_node_device_by_name("nosuch") });

ask("domain", $test, qw(get_name get_uuid_string get_id get_os_type get_info get_state get_max_memory
    get_max_vcpus get_autostart is_active is_persistent is_updated has_managed_save_image
    has_current_snapshot get_xml_description get_security_label get_scheduler_type
    get_scheduler_parameters get_memory_parameters get_numa_parameters get_blkio_parameters
    memory_stats get_control_info get_disk_errors get_fs_info get_vcpu_info get_vcpu_info
    get_emulator_pin_info get_iothread_info get_perf_events get_time get_job_info list_all_snapshots
    num_of_snapshots list_all_checkpoints get_hostname get_guest_vcpus
    get_launch_security_info get_messages));
show("fs freeze", sub { $test->fs_freeze([]) });
show("fs thaw", sub { $test->fs_thaw(["/"]) });
show("vcpus $_", sub { $test->get_vcpus($_) }) for 0 .. 3;
show("interface addresses", sub { $test->get_interface_addresses(0) });
show("interface parameters", sub { $test->get_interface_parameters("testnet0") });
show("interface stats", sub { ref $test->interface_stats("nosuch") });
show("block info", sub { $test->get_block_info("vda") });
show("block iotune", sub { $test->get_block_iotune("vda") });
show("block stats", sub { $test->block_stats("nosuch") });
show("metadata", sub { $test->get_metadata(2, "http://nosuch/") });
show("set metadata", sub { $test->set_metadata(2, "<a/>", "k", "http://x/") });
show("get metadata", sub { $test->get_metadata(2, "http://x/") });
show("title", sub { $test->set_metadata(1, "a title", undef, undef); $test->get_metadata(1, undef) });
show("set memory", sub { $test->set_memory(1048576) });
show("set memory too much", sub { $test->set_memory(99999999) });
show("set vcpus", sub { $test->set_vcpus(1) });
show("pin", sub { $test->pin_vcpu(0, "\x03"); $test->get_vcpu_info });
show("pin nosuch", sub { $test->pin_vcpu(9, "\x03") });
show("send key", sub { $test->send_key(0, 0, [30]) });
show("nmi", sub { $test->inject_nmi });
show("peek", sub { $test->memory_peek(3, 4, 1) });
show("attach", sub {
    $test->attach_device("<disk type='file'><source file='/x'/><target dev='vdb'/></disk>");
});
show("detach", sub { $test->detach_device("<disk><target dev='vdb'/></disk>") });
show("detach alias", sub { $test->detach_device_alias("virtio-disk1") });
show("rename", sub { $test->rename("other") });
ask("domain", $test, qw(suspend suspend get_state resume resume reboot reset));
show("snapshot", sub { $test->create_snapshot("<domainsnapshot><name>s</name></domainsnapshot>") });
show("snapshot again", sub {
    $test->create_snapshot("<domainsnapshot><name>s</name></domainsnapshot>");
});
my $snapshot = $test->get_snapshot_by_name("s");
ask("snapshot", $snapshot, qw(get_name get_parent num_of_child_snapshots is_current has_metadata
    list_all_children));
show("revert", sub { $snapshot->revert_to });
show("delete", sub { $snapshot->delete });
show("checkpoint", sub {
    $test->create_checkpoint("<domaincheckpoint><name>c</name></domaincheckpoint>");
});
show("checkpoints", sub { $test->list_all_checkpoints });
show("checkpoint nosuch", sub { $test->get_checkpoint_by_name("nosuch") });

show("define $_", sub { $conn->define_domain($_) })
    for ("", "<domain/>", "<bogus/>", domain_xml("a/b", ""), domain_xml("a", "<vcpu>0</vcpu>"));
my $other = $conn->define_domain(domain_xml("a", "<description>x</description>"));
ask("defined", $other, qw(is_active is_persistent get_state get_xml_description create create
    get_id destroy destroy managed_save undefine undefine));
show("create", sub { $conn->create_domain(domain_xml("b", "")) });

my $network = $conn->get_network_by_name("default");
ask("network", $network, qw(get_name get_uuid_string get_bridge_name get_autostart is_active
    is_persistent get_xml_description list_all_ports get_dhcp_leases destroy destroy create create));
show("network update", sub {
    $network->update(3, 4, 0, "<host mac='52:54:00:00:00:01' ip='192.168.122.9'/>", 1);
});
show("network define", sub { $conn->define_network("<network><name>n</name></network>") });
show("network bad", sub { $conn->define_network("<network/>") });
my $interface = $conn->get_interface_by_name("eth1");
ask("interface", $interface, qw(get_name get_mac is_active get_xml_description destroy destroy create));
ask("conn", $conn, qw(interface_change_begin interface_change_begin interface_change_rollback));
my $pool = $conn->get_storage_pool_by_name("default-pool");
ask("pool", $pool, qw(get_name get_uuid_string get_info get_autostart is_active is_persistent
    get_xml_description num_of_storage_volumes list_all_volumes refresh destroy destroy build
    create));
show("volume", sub {
    $pool->create_volume("<volume><name>v</name><capacity>1048576</capacity></volume>");
});
my $volume = $pool->get_volume_by_name("v");
ask("volume", $volume, qw(get_name get_key get_path get_info get_xml_description));
show("volume resize", sub { $volume->resize(2097152) });
show("volume wipe", sub { $volume->wipe });
show("volume clone", sub {
    $pool->clone_volume("<volume><name>w</name><capacity>1048576</capacity></volume>", $volume);
});
show("volume delete", sub { $volume->delete });
show("volumes", sub { $pool->list_all_volumes });
my $device = $conn->get_node_device_by_name("scsi_host1");
ask("device", $device, qw(get_name get_parent list_capabilities get_xml_description));
ask("device", $device, qw(reset reattach));
show("device destroy", sub { $device->destroy });
ask("end", $test, qw(shutdown get_state create get_state destroy undefine));

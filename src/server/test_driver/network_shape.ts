/**
 * What a network definition holds.
 *
 * The order is that in which libvirtd 12.8.0 prints; `shape.ts` tells how to read the outline.
 *
 * @module
 */

/** What a network definition holds. */
export const NETWORK_OUTLINE: string = `
network @ipv6 @trustGuestRxFilters=yes|no
  name #
  uuid #
  title #
  description #
  metadata ...
  forward @dev @mode @managed
    driver @name=kvm|vfio|xen @model @iommufd=yes|no
    pf @dev
    nat! @ipv6=yes|no
      address @start @end
      port @start @end
    interface* @dev
    address* @type @domain @bus @slot @function
  bridge @name @zone @stp @delay @macTableManager
  mtu @size
  mac @address:lower
  domain @name @localOnly=yes|no @register=yes|no
  dns @enable=yes|no @forwardPlainNames=yes|no
    forwarder* @domain @addr
    txt* @name @value
    srv* @service @protocol @domain @target @port @priority @weight
    host* @ip
      hostname* #
  vlan @trunk
    tag* @id!:uint @nativeMode=tagged|untagged
  virtualport @type=none|802.1Qbg|802.1Qbh|openvswitch|midonet
    parameters @managerid @typeid @typeidversion @instanceid @interfaceid @profileid
  bandwidth @classID:uint
    inbound! @average:uint @peak:uint @burst:ull @floor:uint
    outbound! @average:uint @peak:uint @burst:ull @floor:uint
  ip* @family @address @netmask @prefix:uint @localPtr=yes|no
    tftp @root
    dhcp
      range* @start @end
        lease @expiry:uint @unit
      host* @mac @id @name @ip
        lease @expiry:uint @unit
      bootp @file! @server
  route* @family @address @netmask @prefix:uint @gateway @metric:uint
  port @isolated=yes|no
  portgroup*+ @name @default @trustGuestRxFilters=yes|no
    vlan @trunk
      tag* @id!:uint @nativeMode=tagged|untagged
    virtualport @type=none|802.1Qbg|802.1Qbh|openvswitch|midonet
      parameters @managerid @typeid @typeidversion @instanceid @interfaceid @profileid
    bandwidth @classID:uint
      inbound! @average:uint @peak:uint @burst:ull @floor:uint
      outbound! @average:uint @peak:uint @burst:ull @floor:uint
`;

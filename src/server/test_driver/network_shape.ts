/**
 * What a network definition holds.
 *
 * The order is that in which libvirtd 12.8.0 prints; `shape.ts` tells how to read the outline.
 *
 * @module
 */

/** What a network definition holds. */
export const NETWORK_OUTLINE: string = `
network @ipv6 @trustGuestRxFilters
  name #
  uuid #
  title #
  description #
  metadata ...
  forward @dev @mode @managed
    driver @name
    pf @dev
    nat! @ipv6
      address @start @end
      port @start @end
    interface* @dev
    address* @type @domain @bus @slot @function
  bridge @name @zone @stp @delay @macTableManager
  mtu @size
  mac @address:lower
  domain @name @localOnly @register
  dns @enable @forwardPlainNames
    forwarder* @domain @addr
    txt* @name @value
    srv* @service @protocol @domain @target @port @priority @weight
    host* @ip
      hostname* #
  vlan @trunk
    tag* @id @nativeMode
  virtualport @type
    parameters @managerid @typeid @typeidversion @instanceid @interfaceid @profileid
  bandwidth
    inbound @average @peak @burst @floor
    outbound @average @peak @burst
  ip* @family @address @netmask @prefix @localPtr
    tftp @root
    dhcp
      range* @start @end
        lease @expiry @unit
      host* @mac @id @name @ip
        lease @expiry @unit
      bootp @file @server
  route* @family @address @netmask @prefix @gateway @metric
  port @isolated
  portgroup*+ @name @default @trustGuestRxFilters
    port @isolated
    vlan @trunk
      tag* @id @nativeMode
    virtualport @type
      parameters @managerid @typeid @typeidversion @instanceid @interfaceid @profileid
    bandwidth
      inbound @average @peak @burst @floor
      outbound @average @peak @burst
`;

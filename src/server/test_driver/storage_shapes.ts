/**
 * What definitions of storage pools and volumes hold.
 *
 * The order is that in which libvirtd 12.8.0 prints; `shape.ts` tells how to read the outlines.
 *
 * @module
 */

/** What a pool definition holds. */
export const POOL_OUTLINE: string = `
pool @type
  name #
  uuid #
  features
    cow @state=yes|no
  source+
    host*! @name @port:int
    device*! @path @part_separator=yes|no
    dir @path
    adapter! @type=scsi_host|fc_host @name @parent @parent_wwnn @parent_wwpn @parent_fabric_wwn @managed=yes|no @wwnn @wwpn
      parentaddr @unique_id
        address @domain @bus @slot @function
    name #
    initiator
      iqn @name
    format @type
    auth! @type @username
      secret! @type @uuid @usage
    protocol @ver
    vendor @name
    product @name
  target
    path #
    permissions
      mode! #
      owner! #
      group! #
      label #
  refresh
    volume @allocation
`;

/** What a volume definition holds. */
export const VOLUME_OUTLINE: string = `
volume @type
  name #
  key #
  capacity # @unit
  allocation # @unit
  physical # @unit
  target
    path #
    format @type
    permissions
      mode! #
      owner! #
      group! #
      label #
    timestamps
      atime #
      mtime #
      ctime #
      btime #
    encryption+ @format @engine
      secret*! @type @uuid @usage
      cipher! @name @size @mode @hash
      ivgen! @name @hash
    compat #
    clusterSize # @unit
    nocow!
    features!
      lazy_refcounts!
      extended_l2!
  backingStore
    path #
    format @type
    permissions
      mode! #
      owner! #
      group! #
      label #
`;

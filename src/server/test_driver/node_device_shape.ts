/**
 * What a node device's definition holds.
 *
 * @module
 */

/** What a node device's definition holds, in the order that libvirtd 12.8.0 prints. */
export const NODE_DEVICE_OUTLINE: string = `
device
  name #
  path #
  devnode* # @type
  parent #
  driver
    name #
  capability* @type
    hardware
      vendor #
      version #
      serial #
      uuid #
    firmware+
      vendor #
      version #
      release_date #
    interface #
    address #
    link @state @speed
    class #
    domain #
    bus #
    slot #
    function #
    device #
    number #
    subclass #
    protocol #
    product # @id
    vendor # @id
    host #
    unique_id #
    target #
    lun #
    type # @id
    block #
    drive_type #
    model #
    serial #
    size #
    logical_block_size #
    num_blocks #
    feature* @name
    capability* @type @maxCount
      wwnn #
      wwpn #
      fabric_wwn #
      max_vports #
      vports #
      media_available #
      media_size #
      media_label #
      address* @domain @bus @slot @function
    iommuGroup @number
      address* @domain @bus @slot @function
    numa @node
    pci-express!
      link* @validity @port @speed @width
`;

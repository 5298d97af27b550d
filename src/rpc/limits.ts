/**
 * The protocol's maxima, and defaults of this library, each with its reason.
 *
 * @module
 */

/** The length word that starts a packet counts itself. */
export const LENGTH_SIZE = 4;

/** Program, version, procedure, type, serial and status. */
export const HEADER_SIZE = 24;

/** The largest packet after its length word (virnetprotocol.x, `VIR_NET_MESSAGE_MAX`): 32 MiB. */
export const MESSAGE_MAX = 33554432;

/**
 * The most payload that a stream packet of a daemon before 1.0.6 could hold
 * (`VIR_NET_MESSAGE_LEGACY_PAYLOAD_MAX`); libvirt's own client still cuts streams to this size.
 */
export const LEGACY_PAYLOAD_MAX = 262120;

/**
 * The most data in a stream packet of ours.
 *
 * Every daemon since 1.0.6 takes more than the 256 KiB that libvirt's own client sends; from writes
 * of 1 MiB an upload was half as fast again in one piece (2,260 against 1,520 MiB/s), and larger
 * pieces gained no more. The daemon holds up to five of them while its target is slow.
 */
export const STREAM_PACKET: number = 1024 * 1024;

/** Bytes that a stream may hold for its reader before the session thinks of reading no more. */
export const STREAM_MARK: number = 2 * 1024 * 1024;

/** Bytes that a stream may hold at all: it is given up beyond, before it takes all memory. */
export const STREAM_CAP: number = 32 * 1024 * 1024;

/** The most descriptors that a packet can carry (`VIR_NET_MESSAGE_NUM_FDS_MAX`). */
export const DESCRIPTORS_MAX = 32;

/**
 * Ordinary calls on the wire at once.
 *
 * A daemon reads at most `max_client_requests` unanswered messages of a client, 5 unless configured
 * otherwise, and then nothing, not even the answers to its pings. One place stays free for calls of
 * high priority and for pings.
 */
export const CALLS_IN_FLIGHT = 4;

/** Unanswered messages of a client from which on a daemon reads no more: `max_client_requests`. */
export const DAEMON_READS = 5;

/** Milliseconds of silence before a ping, and pings before the peer counts as dead: virsh's values. */
export const KEEPALIVE_INTERVAL = 5_000;
/** Pings without any answer before the peer counts as dead. */
export const KEEPALIVE_COUNT = 6;

/**
 * Bytes of an incomplete packet that show that the peer lives, as a whole packet does: a large answer
 * on a slow line is no silence, a packet that grows by a ping at a time is.
 */
export const LIFE_SIGN = 1024;

/**
 * How many times as long a daemon that does not ping by itself may be silent while it has all the
 * messages that it reads: a slow disk or a guest that takes no input keeps it from reading our pings.
 */
export const STALLED_SPANS = 4;

/** Bytes that a daemon has not taken from which on its pings are not answered: it reads none of it. */
export const PONG_BACKLOG: number = 256 * 1024;

/** Milliseconds in which a peer that pings at all does so: three of libvirtd's intervals. */
export const PEER_PINGS = 15_000;

/** Events that wait for a consumer that is slower than they come. */
export const EVENT_QUEUE = 1024;

/**
 * Domain events that come from inside the guest, or from who looks at it.
 *
 * @module
 */

import {
  ConnectDomainEventAgentLifecycleReason,
  ConnectDomainEventAgentLifecycleState,
  ConnectDomainEventChannelLifecycleReason,
  ConnectDomainEventChannelLifecycleState,
  DomainEventGraphicsAddressType,
  DomainEventGraphicsPhase,
  type DomainEventId,
  DomainEventWatchdogAction,
  DomainMemoryFailureActionType,
  DomainMemoryFailureRecipientType,
} from "../../gen/enums/domain.ts";
import {
  domainEventCallbackAgentLifecycle,
  type DomainEventCallbackAgentLifecycleMsg,
  domainEventCallbackChannelLifecycle,
  type DomainEventCallbackChannelLifecycleMsg,
  domainEventCallbackGraphics,
  domainEventCallbackRtcChange,
  domainEventCallbackWatchdog,
  domainEventGraphics,
  type DomainEventGraphicsAddress,
  type DomainEventGraphicsMsg,
  domainEventMemoryFailure,
  type DomainEventMemoryFailureMsg,
  domainEventRtcChange,
  type DomainEventRtcChangeMsg,
  domainEventWatchdog,
  type DomainEventWatchdogMsg,
} from "../../gen/remote/events.ts";
import {
  type AnyDomainEvent,
  type DomainEventKind,
  domainEvents,
  type DomainEventSpec,
} from "./domain_event_kind.ts";

/** A guest set its clock. */
export interface DomainRtcChangeEvent extends AnyDomainEvent {
  /** How far it is ahead of UTC now, in seconds. */
  readonly utcoffset: bigint;
}

/** A guest's watchdog fired. */
export interface DomainWatchdogEvent extends AnyDomainEvent {
  /** What is done about it: a value of `DomainEventWatchdogAction`. */
  readonly action: number;
  /** Its name, `RESET`; `undefined` for one that is newer than this library. */
  readonly actionName: string | undefined;
}

/** One end of a connection to a guest's screen. */
export interface DomainGraphicsAddress {
  /** Kind of address: a value of `DomainEventGraphicsAddressType`. */
  readonly family: number;
  /** Its name, `IPV4`; `undefined` for one that is newer than this library. */
  readonly familyName: string | undefined;
  /** IP address; `null` for a unix socket. */
  readonly node: string | null;
  /** TCP port; of a unix socket its path, which a viewer's end has not: then `null`. */
  readonly service: string | null;
}

/** One of the names under which a viewer has authenticated. */
export interface DomainGraphicsIdentity {
  /** What kind of name, such as `x509dname` or `saslUsername`. */
  readonly type: string;
  /** The name. */
  readonly name: string;
}

/** A viewer connected to a guest's screen, or left. */
export interface DomainGraphicsEvent extends AnyDomainEvent {
  /** What happened: a value of `DomainEventGraphicsPhase`. */
  readonly phase: number;
  /** Its name, `CONNECT`; `undefined` for one that is newer than this library. */
  readonly phaseName: string | undefined;
  /** The server's end. */
  readonly local: DomainGraphicsAddress;
  /** The viewer's end. */
  readonly remote: DomainGraphicsAddress;
  /** How viewers authenticate, such as `none` or `vnc`; `null` when the daemon does not tell. */
  readonly authScheme: string | null;
  /** Who the viewer is; empty where nobody asked. */
  readonly subject: readonly DomainGraphicsIdentity[];
}

/** The agent inside a guest came or went. */
export interface DomainAgentLifecycleEvent extends AnyDomainEvent {
  /** Which of both: a value of `ConnectDomainEventAgentLifecycleState`. */
  readonly state: number;
  /** Its name, `CONNECTED`; `undefined` for one that is newer than this library. */
  readonly stateName: string | undefined;
  /** Why: a value of `ConnectDomainEventAgentLifecycleReason`. */
  readonly reason: number;
  /** Its name, `CHANNEL`; `undefined` for one that is newer than this library. */
  readonly reasonName: string | undefined;
}

/** A program inside a guest opened or closed one of the guest's virtio channels. */
export interface DomainChannelLifecycleEvent extends AnyDomainEvent {
  /** The channel by its target, such as `org.qemu.guest_agent.0`. */
  readonly channelName: string;
  /** Which of both: a value of `ConnectDomainEventChannelLifecycleState`. */
  readonly state: number;
  /** Its name, `CONNECTED`; `undefined` for one that is newer than this library. */
  readonly stateName: string | undefined;
  /** Why: a value of `ConnectDomainEventChannelLifecycleReason`. */
  readonly reason: number;
  /** Its name, `CHANNEL`; `undefined` for one that is newer than this library. */
  readonly reasonName: string | undefined;
}

/** The host's memory that a guest uses is damaged. */
export interface DomainMemoryFailureEvent extends AnyDomainEvent {
  /** Whose memory it is: a value of `DomainMemoryFailureRecipientType`. */
  readonly recipient: number;
  /** Its name, `GUEST`; `undefined` for one that is newer than this library. */
  readonly recipientName: string | undefined;
  /** What was done about it: a value of `DomainMemoryFailureActionType`. */
  readonly action: number;
  /** Its name, `INJECT`; `undefined` for one that is newer than this library. */
  readonly actionName: string | undefined;
  /** `DomainMemoryFailureFlags`, combined. */
  readonly flags: number;
}

/** See `DomainEvent.RTC_CHANGE`. */
export const domainRtcChange: DomainEventKind<DomainRtcChangeEvent> = {
  id: 2 satisfies typeof DomainEventId.RTC_CHANGE,
  name: "domain rtc change",
  since: "0.8.0",
  subject: domainEvents,
  message: domainEventCallbackRtcChange,
  legacy: domainEventRtcChange,
  event: ({ offset }, domain) => ({ domain, utcoffset: offset }),
} satisfies DomainEventSpec<DomainEventRtcChangeMsg, DomainRtcChangeEvent>;

/** See `DomainEvent.WATCHDOG`. */
export const domainWatchdog: DomainEventKind<DomainWatchdogEvent> = {
  id: 3 satisfies typeof DomainEventId.WATCHDOG,
  name: "domain watchdog",
  since: "0.8.0",
  subject: domainEvents,
  message: domainEventCallbackWatchdog,
  legacy: domainEventWatchdog,
  event: ({ action }, domain) => ({
    domain,
    action,
    actionName: DomainEventWatchdogAction[action],
  }),
} satisfies DomainEventSpec<DomainEventWatchdogMsg, DomainWatchdogEvent>;

/** See `DomainEvent.GRAPHICS`. */
export const domainGraphics: DomainEventKind<DomainGraphicsEvent> = {
  id: 5 satisfies typeof DomainEventId.GRAPHICS,
  name: "domain graphics",
  since: "0.8.0",
  subject: domainEvents,
  message: domainEventCallbackGraphics,
  legacy: domainEventGraphics,
  event: ({ phase, local, remote, authScheme, subject }, domain) => ({
    domain,
    phase,
    phaseName: DomainEventGraphicsPhase[phase],
    local: address(local),
    remote: address(remote),
    authScheme: authScheme || null,
    subject,
  }),
} satisfies DomainEventSpec<DomainEventGraphicsMsg, DomainGraphicsEvent>;

/** See `DomainEvent.AGENT_LIFECYCLE`. */
export const domainAgentLifecycle: DomainEventKind<DomainAgentLifecycleEvent> = {
  id: 18 satisfies typeof DomainEventId.AGENT_LIFECYCLE,
  name: "domain agent lifecycle",
  since: "1.2.11",
  subject: domainEvents,
  message: domainEventCallbackAgentLifecycle,
  event: ({ state, reason }, domain) => ({
    domain,
    state,
    stateName: ConnectDomainEventAgentLifecycleState[state],
    reason,
    reasonName: ConnectDomainEventAgentLifecycleReason[reason],
  }),
} satisfies DomainEventSpec<DomainEventCallbackAgentLifecycleMsg, DomainAgentLifecycleEvent>;

/** See `DomainEvent.CHANNEL_LIFECYCLE`. */
export const domainChannelLifecycle: DomainEventKind<DomainChannelLifecycleEvent> = {
  id: 29 satisfies typeof DomainEventId.CHANNEL_LIFECYCLE,
  name: "domain channel lifecycle",
  since: "12.4.0",
  subject: domainEvents,
  message: domainEventCallbackChannelLifecycle,
  event: ({ channelName, state, reason }, domain) => ({
    domain,
    channelName,
    state,
    stateName: ConnectDomainEventChannelLifecycleState[state],
    reason,
    reasonName: ConnectDomainEventChannelLifecycleReason[reason],
  }),
} satisfies DomainEventSpec<DomainEventCallbackChannelLifecycleMsg, DomainChannelLifecycleEvent>;

/** See `DomainEvent.MEMORY_FAILURE`. */
export const domainMemoryFailure: DomainEventKind<DomainMemoryFailureEvent> = {
  id: 25 satisfies typeof DomainEventId.MEMORY_FAILURE,
  name: "domain memory failure",
  since: "6.9.0",
  subject: domainEvents,
  message: domainEventMemoryFailure,
  event: ({ recipient, action, flags }, domain) => ({
    domain,
    recipient,
    recipientName: DomainMemoryFailureRecipientType[recipient],
    action,
    actionName: DomainMemoryFailureActionType[action],
    flags,
  }),
} satisfies DomainEventSpec<DomainEventMemoryFailureMsg, DomainMemoryFailureEvent>;

function address({ family, node, service }: DomainEventGraphicsAddress): DomainGraphicsAddress {
  return {
    family,
    familyName: DomainEventGraphicsAddressType[family],
    node: node || null,
    service: service || null,
  };
}

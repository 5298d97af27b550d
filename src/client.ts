/**
 * What every entry point of the client exports beside its way to connect.
 *
 * @module
 */

export * from "./connection.ts";
export type { ConnectOptions, WebSecret, WebSecretSource } from "./connect.ts";
export { Resync, type SupervisedState } from "./supervised_state.ts";
export type * from "./supervised/connection.ts";
export type { ReconnectOptions } from "./supervised/backoff.ts";
export type { SessionSource } from "./supervised/caller.ts";
export type {
  Follower,
  Open,
  Supervisor,
  SupervisorClock,
  SupervisorOptions,
} from "./supervised/supervisor.ts";
export type { SupervisedEvents, WatchOwner } from "./supervised/watch.ts";
export type { CredentialRequest, CredentialsCallback, SaslFactory } from "./auth/sasl.ts";
export type {
  AskCredential,
  CredentialKind,
  MechanismContext,
  SaslMechanism,
  SecurityLayer,
} from "./auth/mechanism.ts";
export type { UriAuth } from "./endpoint.ts";
export {
  formatUri,
  type LibvirtUri,
  parseUri,
  remoteName,
  type UriParameter,
  uriParameter,
  type UriTransport,
  uriTransport,
} from "./uri.ts";
export type * from "./transport.ts";
export * from "./errors.ts";
export {
  EventOverflowError,
  type EventProducer,
  EventStream,
  type EventStreamOptions,
  type OverflowPolicy,
} from "./events.ts";
export {
  type DuplexStream,
  type Hole,
  isHole,
  type OnProgress,
  type SparseChunk,
  StreamOverflowError,
  type StreamProgress,
} from "./streams.ts";
export * from "./domain_stats.ts";
export {
  type GuestPlace,
  type MigrationFailure,
  migrationFailure,
  type MigrationStep,
} from "./migration/failure.ts";
export type * from "./migration/job_progress.ts";
export type * from "./migration/options.ts";
export * from "./typed_params.ts";
export type * from "./session/caller.ts";
export { Feature, Features } from "./session/features.ts";
export type * from "./session/failure.ts";
export type * from "./session/stream_slot.ts";
export type { InternalCallOptions } from "./session/calls.ts";
export { Session, type SessionOptions } from "./session/session.ts";
export type { EventSource, RegistrationCaller, Sink } from "./session/registrations.ts";
export type { Decode, Encode, EventMessage, Procedure, Program } from "./procedure.ts";
export type { KeepaliveOptions } from "./rpc/keepalive.ts";
export { XdrReader, type XdrReaderOptions } from "./xdr/reader.ts";
export { XdrWriter } from "./xdr/writer.ts";
export { Uuid } from "./xdr/uuid.ts";
export type { TypedParam, TypedParamValue } from "./xdr/typed_param.ts";
export * from "./objects/mod.ts";
export * from "../gen/enums/mod.ts";

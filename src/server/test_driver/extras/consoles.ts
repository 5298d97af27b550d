/**
 * Consoles and channels that send back what is sent to them.
 *
 * @module
 */

import {
  DomainChannelFlags,
  DomainConsoleFlags,
  DomainEventId,
  DomainEventType,
} from "../../../../gen/enums/domain.ts";
import { ErrorDomain, ErrorNumber } from "../../../../gen/enums/errors.ts";
import type { RemoteHandlers } from "../../../../gen/remote/dispatch.ts";
import type { CallContext } from "../../driver.ts";
import type { EventHub } from "../../events.ts";
import { failure, rpcFailure } from "../../failure.ts";
import type { ServerStream } from "../../streams.ts";
import type { TestDomain } from "../domain_object.ts";
import { devicesOf } from "../domain_values.ts";
import { checkFlags, internalError } from "../refusals.ts";
import type { TestState } from "../state.ts";

/** Who has which console open, by domain and device. */
export class ConsoleSessions extends Map<string, ServerStream> {}

/** Handlers of consoles and channels. */
export function consoleHandlers(
  state: TestState,
  sessions: ConsoleSessions,
): RemoteHandlers<CallContext> {
  const { domains } = state;

  function open(domain: TestDomain, device: string, force: boolean, context: CallContext): void {
    const key = `${domain.key} ${device}`;
    const other = sessions.get(key);
    if (other !== undefined && !force) {
      throw failure(
        ErrorDomain.NONE,
        ErrorNumber.OPERATION_FAILED,
        "Active console session exists for this domain",
      );
    }
    other?.fail(rpcFailure("stream had I/O failure"));
    const stream = echo(context, () => {
      unlisten();
      if (sessions.get(key) === stream) sessions.delete(key);
    });
    const unlisten = onStop(state.events, domain.key, () => stream.end());
    sessions.set(key, stream);
  }

  return {
    domainOpenConsole({ dom, devName, flags }, context) {
      const { FORCE, SAFE } = DomainConsoleFlags;
      checkFlags(context, flags, FORCE | SAFE);
      const domain = domains.of(dom);
      domain.checkActive();
      // one that a domain without any has all the same, so that there is something to talk to
      if (devName !== null && !hasConsole(domain, devName)) {
        throw internalError(`cannot find console device '${devName}'`);
      }
      open(domain, devName ?? "console", (flags & FORCE) !== 0, context);
    },
    domainOpenChannel({ dom, name, flags }, context) {
      const { FORCE } = DomainChannelFlags;
      checkFlags(context, flags, FORCE);
      const domain = domains.of(dom);
      domain.checkActive();
      const names = devicesOf(domain.definition, "channel").map((one) =>
        one.child("target")?.get("name")
      );
      const chosen = name ?? names[0];
      if (chosen === undefined || !names.includes(chosen)) {
        throw internalError(`cannot find channel ${name ?? "(null)"}`);
      }
      open(domain, `channel ${chosen}`, (flags & FORCE) !== 0, context);
    },
  };
}

// What comes is sent back, no faster than the client takes it.
function echo(context: CallContext, over: () => void): ServerStream {
  let taken: (() => void) | undefined;
  const stream = context.openStream({
    data(chunk) {
      if (stream.write(chunk.slice())) return undefined;
      return new Promise<void>((resolve) => taken = resolve);
    },
    drain: () => taken?.(),
    finish: over,
    abort() {
      taken?.();
      over();
    },
  });
  return stream;
}

function onStop(events: EventHub, key: string, stopped: () => void): () => void {
  return events.listen((event) => {
    if (event.kind !== "domain" || event.id !== DomainEventId.LIFECYCLE || event.key !== key) {
      return;
    }
    if (event.fields["event"] === DomainEventType.STOPPED) stopped();
  });
}

// Devices have their aliases by kind and place; the test driver gives them none in XML.
function hasConsole({ definition }: TestDomain, name: string): boolean {
  const match = /^(console|serial|parallel)(\d+)$/.exec(name);
  return match !== null && Number(match[2]) < devicesOf(definition, match[1]!).length;
}

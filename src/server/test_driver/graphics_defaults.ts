/**
 * What libvirt checks and fills in of a domain's graphical displays.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { fillListens } from "./graphics_listens.ts";
import { lookupTable } from "../../lookup_table.ts";
import { unknownCause } from "./refusals.ts";
import { RULES } from "./shape_rules.ts";
import { badValue, missingAttribute, unsupportedConfig, xmlFailure } from "./values.ts";
import { choice } from "./domain_faults.ts";

type Values = Readonly<Record<string, string | undefined>>;

const TYPES: ReadonlySet<string> = new Set(
  "sdl vnc rdp desktop spice egl-headless dbus".split(" "),
);
const REMOTE: ReadonlySet<string> = new Set(["vnc", "rdp", "spice"]);
const SWITCH = "yes no";

// One of a few words; nothing where it is not told.

function integer(where: XmlElement, name: string): number | undefined {
  const value = where.get(name);
  return value === undefined ? undefined : Number(RULES.format("int", value, where, name));
}

function port(number: number): string | undefined {
  return number === 0 ? undefined : String(number);
}

/** Checks a graphical display and fills in its defaults. */
export function fillGraphics(graphics: XmlElement): void {
  const type = graphics.get("type");
  if (type === undefined) missingAttribute("type", graphics);
  if (!TYPES.has(type)) badValue("type", graphics, type);
  const listens = REMOTE.has(type) ? fillListens(graphics, type) : [];
  const attributes: Values = { type, ...FILLERS[type]!(graphics, listens[0]) };
  const parts = PARTS[type] ?? {};
  const children = Object.entries(parts).flatMap(([name, fill]) =>
    graphics.all(name).flatMap((part) => fill(part) ?? [])
  );
  graphics.attributes = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }]
  );
  graphics.children = [...listens, ...mergeChannels(children)];
}

type Filler = (graphics: XmlElement, listen: XmlElement | undefined) => Values;

const FILLERS: Readonly<Record<string, Filler>> = lookupTable({
  sdl: (graphics) => ({
    display: graphics.get("display"),
    xauth: graphics.get("xauth"),
    fullscreen: choice(graphics, "fullscreen", SWITCH),
  }),
  desktop: (graphics) => ({ display: graphics.get("display") }),
  "egl-headless": () => ({}),
  dbus: fillDbus,
  rdp: fillRdp,
  vnc: fillVnc,
  spice: fillSpice,
});

function fillDbus(graphics: XmlElement): Values {
  const direct = choice(graphics, "p2p", SWITCH) === "yes";
  const address = graphics.get("address");
  if (direct && address !== undefined) {
    xmlFailure("D-Bus p2p with an address is not supported", ErrorDomain.DOMAIN);
  }
  return { p2p: direct ? "yes" : undefined, address };
}

function fillRdp(graphics: XmlElement, listen: XmlElement | undefined): Values {
  const told = integer(graphics, "port");
  const automatic = choice(graphics, "autoport", SWITCH);
  const anyPort = automatic === "yes" || told === -1 || told === 0 ||
    (told === undefined && automatic === undefined);
  for (const name of ["replaceUser", "multiUser"]) {
    // libvirtd takes what it has read for a failure
    if (choice(graphics, name, SWITCH) !== undefined) throw unknownCause();
  }
  return {
    port: anyPort ? "0" : port(told ?? 0),
    autoport: anyPort ? "yes" : undefined,
    listen: listen?.get("address"),
    ...fillLogin(graphics, "rdp"),
  };
}

function fillVnc(graphics: XmlElement, listen: XmlElement | undefined): Values {
  const told = integer(graphics, "port");
  const automatic = choice(graphics, "autoport", SWITCH);
  const anyPort = automatic === "yes" || (automatic === undefined && (told ?? -1) === -1);
  const websocket = integer(graphics, "websocket");
  const kind = listen?.get("type");
  // behind a socket, or behind nothing, there is no port
  const reached = kind === "address" || kind === "network";
  return {
    socket: listen?.get("socket"),
    port: !reached ? undefined : anyPort ? "-1" : port(told ?? 0),
    autoport: !reached ? undefined : anyPort ? "yes" : "no",
    websocket: reached ? port(websocket ?? 0) : undefined,
    listen: listen?.get("address"),
    keymap: graphics.get("keymap"),
    sharePolicy: choice(graphics, "sharePolicy", "allow-exclusive force-shared ignore"),
    powerControl: choice(graphics, "powerControl", SWITCH),
    ...fillLogin(graphics, "vnc"),
  };
}

function fillSpice(graphics: XmlElement, listen: XmlElement | undefined): Values {
  const plain = integer(graphics, "port") ?? 0;
  const secure = integer(graphics, "tlsPort") ?? 0;
  const automatic = choice(graphics, "autoport", SWITCH) === "yes" ||
    (plain === -1 && secure === -1);
  const mode = choice(graphics, "defaultMode", "any secure insecure");
  const kind = listen?.get("type");
  const reached = kind === "address" || kind === "network";
  return {
    port: reached && !automatic ? port(plain) : undefined,
    tlsPort: reached && !automatic ? port(secure) : undefined,
    autoport: reached ? automatic ? "yes" : "no" : undefined,
    listen: listen?.get("address"),
    keymap: graphics.get("keymap"),
    defaultMode: mode === "any" ? undefined : mode,
    ...fillLogin(graphics, "spice"),
  };
}

const VALID_TO = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)$/;

// Who logs in, and until when, is nothing without a password.
function fillLogin(graphics: XmlElement, type: string): Values {
  const username = graphics.get("username");
  const passwd = graphics.get("passwd");
  if (passwd === undefined) return {};
  const until = graphics.get("passwdValidTo");
  const time = until === undefined ? undefined : VALID_TO.exec(until);
  if (time === null) {
    throw failure(
      ErrorDomain.DOMAIN,
      ErrorNumber.INTERNAL_ERROR,
      `cannot parse password validity time '${until}', expect YYYY-MM-DDTHH:MM:SS`,
    );
  }
  const [year, month, day, ...clock] = time?.slice(1).map((part) => part.padStart(2, "0")) ?? [];
  const connected = graphics.get("connected");
  if (connected !== undefined && !["fail", "disconnect", "keep"].includes(connected)) {
    unsupportedConfig(`unknown connected value ${connected}`);
  }
  if (type === "vnc" && connected !== undefined && connected !== "keep") {
    unsupportedConfig("VNC supports connected='keep' only");
  }
  return {
    username,
    passwd,
    passwdValidTo: time === undefined ? undefined : `${year}-${month}-${day}T${clock.join(":")}`,
    connected,
  };
}

type Part = (part: XmlElement) => XmlElement | undefined;

function one(name: string, words: string): Part {
  return (part) => {
    const value = choice(part, name, words);
    if (value === undefined) missingAttribute(name, part);
    return element(part.name, { [name]: value });
  };
}

const GL = one("enable", SWITCH);
const RENDERED_GL: Part = (gl) => {
  const made = GL(gl)!;
  return made.set("rendernode", gl.get("rendernode"));
};
const AUDIO: Part = (audio) => {
  const id = audio.get("id");
  if (id === undefined) missingAttribute("id", audio);
  return element("audio", { id: RULES.format("uint+", id, audio, "id") });
};
const ALWAYS = "auto never always";

const CHANNELS = ["main", "display", "inputs", "cursor", "playback", "record", "smartcard"];
const CHANNEL: Part = (channel) => {
  const name = choice(channel, "name", [...CHANNELS, "usbredir"].join(" "));
  if (name === undefined) missingAttribute("name", channel);
  const mode = choice(channel, "mode", "any secure insecure");
  if (mode === undefined) missingAttribute("mode", channel);
  return element("channel", { name, mode });
};

// What a display of each type holds beside where it listens, in the order in which it is printed.
const PARTS: Readonly<Record<string, Readonly<Record<string, Part>>>> = lookupTable({
  sdl: { gl: GL },
  vnc: { audio: AUDIO },
  "egl-headless": {
    gl: (gl: XmlElement) => {
      const node = gl.get("rendernode");
      return node === undefined ? undefined : element("gl", { rendernode: node });
    },
  },
  dbus: { gl: RENDERED_GL, audio: AUDIO },
  spice: {
    channel: CHANNEL,
    image: one("compression", "auto_glz auto_lz quic glz lz off"),
    jpeg: one("compression", ALWAYS),
    zlib: one("compression", ALWAYS),
    playback: one("compression", "on off"),
    streaming: one("mode", "filter all off"),
    mouse: one("mode", "server client"),
    clipboard: one("copypaste", SWITCH),
    filetransfer: one("enable", SWITCH),
    gl: RENDERED_GL,
  },
});

// Each channel has the mode that is told last, and any that tells nothing is left out.
function mergeChannels(parts: readonly XmlElement[]): XmlElement[] {
  const channels = parts.filter(({ name }) => name === "channel");
  const rest = parts.filter(({ name }) => name !== "channel");
  const merged = [...CHANNELS, "usbredir"].flatMap((name) => {
    const channel = channels.findLast((one) => one.get("name") === name);
    return channel === undefined || channel.get("mode") === "any" ? [] : [channel];
  });
  return [...merged, ...rest];
}

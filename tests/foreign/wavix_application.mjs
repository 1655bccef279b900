#!/usr/bin/env node
// A Wavix application that echoes what it hears and checks how the platform tells it.
//
// Every tenth echo goes in fragments, after a ping and a mark, and all marks must come back in order.
// Prints `listening on URL`, then one line per call. With `--once` it takes one call and exits,
// non-zero if a message came out of order or a field was wrong.

import { on } from "node:events";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { WebSocketServer } from "ws";

const EVERY = 10; // echoes: how often there is a mark, a ping, and an echo in fragments
const WAIT = 10; // seconds, for the platform's next message
const CALL_WAIT = 60; // seconds, for the one call of --once

/** What the platform did wrong, as one sentence. */
class Wrong extends Error {}

/** One call, followed from `connected` to the close. */
class Stream {
  ids = null;
  sequence = 0;
  media = 0;
  bytes = 0;
  marks = [];
  returned = 0;
  end = { inOrder: false };

  constructor(socket, connection) {
    this.socket = socket;
    this.messages = on(socket, "message", { close: ["close"] });
    this.pongs = on(socket, "pong", { close: ["close"] });
    this.closed = new Promise((resolve) => socket.on("close", (code) => resolve(code)));
    connection.on("end", () => (this.end.inOrder = true));
    socket.on("error", (error) => (this.end.error = error));
  }

  async follow() {
    await this.hear("connected");
    const start = await this.hear("start");
    field(start, "stream_type", "twoway", (value) => value === "twoway");
    field(start, "channel", "a channel", (value) => ["inbound", "outbound", "both"].includes(value));
    let event;
    while ((event = await this.hear("media", "mark", "stop")).event !== "stop") {
      if (event.event === "media") await this.echo(event);
      if (event.event === "mark") this.takeBack(event);
    }
    if (this.media === 0) throw new Wrong("the call had no media");
    if (this.returned !== this.marks.length) {
      throw new Wrong(`${this.returned} of ${this.marks.length} marks came back`);
    }
    await this.hearClose();
  }

  /** The next event, which must be one of the expected and complete in what all share. */
  async hear(...expected) {
    const wanted = expected.join(" or ");
    const { value, done } = await inTime(this.messages.next(), `no ${wanted}`);
    if (done) throw new Wrong(`no ${wanted}, the connection ended: ${await this.closed}`);
    const event = parse(...value);
    if (!expected.includes(event.event)) {
      throw new Wrong(`${JSON.stringify(event.event)} came instead of ${wanted}`);
    }
    field(event, "event_time", "a time in UTC", isUtc);
    if (event.event !== "connected") this.checkPlace(event);
    return event;
  }

  /** The event must belong to this stream and carry a higher number than all before it. */
  checkPlace(event) {
    const ids = ["call_id", "stream_id"].map((name) => field(event, name, "a name", isName));
    this.ids ??= ids;
    if (!isDeepStrictEqual(ids, this.ids)) {
      throw new Wrong(`${event.event} names ${ids}, start named ${this.ids}`);
    }
    const number = field(event, "sequence_number", "a count", isCount);
    if (number <= this.sequence) {
      throw new Wrong(`sequence_number ${number} came after ${this.sequence}`);
    }
    this.sequence = number;
  }

  async echo(event) {
    const media = field(event, "media", "an object", isObject);
    field(media, "track", "inbound", (value) => value === "inbound");
    field(media, "timestamp", "a count", isCount);
    const payload = field(media, "payload", "base64 of whole samples", isAudio);
    const chunk = field(media, "chunk", "a count", isCount);
    if (chunk !== this.media + 1) throw new Wrong(`chunk ${chunk} came after ${this.media}`);
    this.media += 1;
    this.bytes += Buffer.from(payload, "base64").length;
    const special = this.media % EVERY === 0;
    if (special) {
      this.mark(`before № ${this.media}`);
      await this.ping();
    }
    this.say("media", { payload }, special);
  }

  /** Asks for a mark: it comes back when the audio before it has been played. */
  mark(name) {
    this.marks.push(name);
    this.say("mark", { name });
  }

  takeBack(event) {
    const mark = field(event, "mark", "an object", isObject);
    const name = field(mark, "name", "a name", isName);
    if (name !== this.marks[this.returned]) {
      throw new Wrong(`mark ${name} came back as number ${this.returned + 1} of ${this.marks}`);
    }
    this.returned += 1;
  }

  async ping() {
    const data = `ping ${this.media}`;
    this.socket.ping(data);
    const { value } = await inTime(this.pongs.next(), "a ping was not answered");
    if (value && value[0].toString() !== data) throw new Wrong("a pong is not its ping's");
  }

  /** Said to a platform that has hung up meanwhile, it is lost: that is no fault. */
  say(event, value, inFragments = false) {
    const message = JSON.stringify({ event, stream_id: this.ids[1], [event]: value });
    const size = inFragments ? Math.floor(message.length / 5) | 1 : message.length;
    for (let at = 0; at < message.length; at += size) {
      const fin = at + size >= message.length;
      this.socket.send(message.slice(at, at + size), { fin }, () => {});
    }
  }

  /** The platform hangs up, and the connection ends in order after the reply to that. */
  async hearClose() {
    const { value, done } = await inTime(this.messages.next(), "no close after stop");
    if (!done) throw new Wrong(`${JSON.stringify(parse(...value).event)} came after stop`);
    const code = await this.closed;
    if (this.end.error) throw new Wrong(`the connection ended badly: ${this.end.error.message}`);
    if (code !== 1000 && code !== 1001) throw new Wrong(`the connection broke after stop: ${code}`);
    if (!this.end.inOrder) throw new Wrong("the platform did not end the connection");
  }
}

async function inTime(waiting, otherwise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Wrong(`${otherwise} within ${WAIT} s`)), WAIT * 1000);
  });
  return Promise.race([waiting, late]).finally(() => clearTimeout(timer));
}

function parse(message, isBinary) {
  if (isBinary) throw new Wrong(`a binary message of ${message.length} bytes came`);
  const text = message.toString();
  let event;
  try {
    event = JSON.parse(text);
  } catch {
    throw new Wrong(`a message is not JSON: ${text.slice(0, 80)}`);
  }
  if (!isObject(event)) throw new Wrong(`a message is not an object: ${text.slice(0, 80)}`);
  return event;
}

/** The value of a field, which must be there and of its kind. */
function field(fields, name, kind, good) {
  if (!Object.hasOwn(fields, name)) {
    throw new Wrong(`${name} is missing in ${JSON.stringify(fields).slice(0, 80)}`);
  }
  if (!good(fields[name])) {
    throw new Wrong(`${name} is ${JSON.stringify(fields[name]).slice(0, 80)}, not ${kind}`);
  }
  return fields[name];
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isName(value) {
  return typeof value === "string" && value !== "";
}

function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

function isUtc(value) {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/;
  return typeof value === "string" && form.test(value) && !Number.isNaN(Date.parse(value));
}

/** Base64 of at least one whole sample. The decoder skips what is none, so it is spelled again. */
function isAudio(value) {
  if (typeof value !== "string") return false;
  const audio = Buffer.from(value, "base64");
  return audio.length > 0 && audio.length % 2 === 0 && audio.toString("base64") === value;
}

/** Follows one call to its end; tells whether all was right. */
async function take(socket, connection) {
  const stream = new Stream(socket, connection);
  let verdict = "all in order";
  try {
    await stream.follow();
  } catch (error) {
    verdict = `WRONG, ${error.message}`;
    socket.close(1000);
  }
  const counts = `${stream.media} media, ${stream.bytes} bytes, ${stream.returned} marks`;
  console.log(`wavix call: ${counts}, ${verdict}`);
  return verdict === "all in order";
}

const { once } = parseArgs({ options: { once: { type: "boolean" } } }).values;
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("listening", () => console.log(`listening on ws://127.0.0.1:${server.address().port}`));
let timer;
if (once) {
  timer = setTimeout(() => {
    console.error(`no call came to its end within ${CALL_WAIT} s`);
    process.exit(1);
  }, CALL_WAIT * 1000);
}
server.on("connection", async (socket, { socket: connection }) => {
  const good = await take(socket, connection);
  if (once) {
    clearTimeout(timer);
    process.exitCode = good ? 0 : 1;
    server.close();
  }
});

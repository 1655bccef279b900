#!/usr/bin/env node
// Plays the Sinch platform against an application that echoes, `voxwire answer --agent echo` say.
//
// Places one call for every known shape of the `connect` message and every chunk size, and wants each
// chunk of audio back, whole and unchanged, before it sends the next. Every second message goes in
// fragments with a ping between them, and each call ends with another close, which must come back.

import { createCipheriv } from "node:crypto";
import { on, once } from "node:events";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { WebSocket } from "ws";

const CHUNKS = 8;
// The sizes of chunks, and the close that ends such a call.
const ENDINGS = new Map([
  [1, [1000, ""]],
  [319, [1000, "the caller has hung up"]],
  [320, [1001, "hasta mañana"]],
  [640, [3000, "until 3999: for libraries"]],
  [4001, [4000, "until 4999: for everybody"]],
  [65000, [4999, "as long as a reason may be: " + ".".repeat(95)]],
]);
const WAIT = 10; // seconds, for whatever the application owes

/** What the application did wrong, as one sentence. */
class Wrong extends Error {}

/** The shapes that documents and working integrations show; only the third names the rate. */
function connectMessages(rate) {
  const headers = { tenant: "north", greeting: "Grüß Gott, 電話" };
  const pairs = Object.entries(headers).map(([key, value]) => ({ key, value }));
  return {
    a: { CallId: "call-a", ApplicationId: "app", Headers: { ...headers, ApplicationId: "app" } },
    b: { callId: "call-b", applicationId: "app", headers },
    c: {
      version: 1,
      callId: "call-c",
      applicationKey: "app",
      codec: "PCM",
      sampleRate: rate,
      callHeaders: headers,
    },
    d: { CallId: "call-d", ApplicationId: "app", callHeaders: headers },
    e: { callId: "call-e", applicationId: "app", callHeaders: pairs },
  };
}

/** One side of a call, as the application's messages come in. */
class Line {
  constructor(url) {
    // Sinch is assumed to offer no extension.
    this.socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: WAIT * 1000 });
    this.messages = on(this.socket, "message", { close: ["close"] });
    this.pongs = on(this.socket, "pong", { close: ["close"] });
    this.end = { inOrder: false };
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (code, reason) => resolve([code, reason.toString()]));
    });
    this.socket.on("upgrade", ({ socket }) => socket.on("end", () => (this.end.inOrder = true)));
    this.socket.on("error", (error) => (this.end.error = error));
  }

  /** Says it whole, or in fragments that part texts in mid-character. */
  async say(message, { inFragments, binary }) {
    if (!inFragments) {
      this.socket.send(message, { binary });
      return;
    }
    const size = binary ? Math.floor(message.length / 5) | 1 : 1;
    let ping;
    for (let at = 0; at < message.length; at += size) {
      this.socket.send(message.subarray(at, at + size), { binary, fin: false });
      ping = `after fragment at ${at}`;
      this.socket.ping(ping);
    }
    this.socket.send(Buffer.alloc(0), { binary, fin: true });
    // Of several pings, the last alone must be answered.
    let pong;
    do {
      const { value, done } = await inTime(this.pongs.next(), "a ping was not answered");
      if (done) throw new Wrong(`no pong, the connection ended: ${await this.closed}`);
      pong = value[0].toString();
    } while (pong !== ping);
  }

  /** The next message: a string or a buffer. */
  async hear(what) {
    const { value, done } = await inTime(this.messages.next(), `no ${what}`);
    if (done) throw new Wrong(`no ${what}, the connection ended: ${await this.closed}`);
    const [message, isBinary] = value;
    return isBinary ? message : message.toString();
  }

  /** The application must send the close back, then end the connection itself, in order. */
  async hangUp(close) {
    this.socket.close(...close);
    const closed = await inTime(this.closed, "the connection did not end");
    if (this.end.error) throw new Wrong(`the connection ended badly: ${this.end.error.message}`);
    if (!isDeepStrictEqual(closed, close)) throw new Wrong(`${close} was answered with ${closed}`);
    if (!this.end.inOrder) throw new Wrong("the application did not end the connection");
    if (!(await this.messages.next()).done) throw new Wrong("something was said after the last chunk");
  }
}

/** One whole call, from `connect` to the close. */
async function call(url, connectMessage, size) {
  // Noise that is the same in every run.
  const noise = createCipheriv("aes-128-ctr", Buffer.alloc(16, size), Buffer.alloc(16));
  const line = new Line(url);
  try {
    await once(line.socket, "open");
    const text = Buffer.from(JSON.stringify({ command: "connect", ...connectMessage }));
    await line.say(text, { inFragments: size % 2 === 0, binary: false });
    const answer = await line.hear("answer");
    if (!isCommand(answer, "answer")) {
      throw new Wrong(`the first message is ${shown(answer)} instead of the answer`);
    }

    for (let number = 1; number <= CHUNKS; number += 1) {
      const chunk = noise.update(Buffer.alloc(size));
      await line.say(chunk, { inFragments: number % 2 === 0, binary: true });
      await expectEcho(line, chunk, number);
    }
    await line.hangUp(ENDINGS.get(size));
  } finally {
    line.socket.terminate();
  }
}

async function expectEcho(line, chunk, number) {
  let echo = Buffer.alloc(0);
  while (echo.length < chunk.length) {
    const message = await line.hear(`rest of chunk ${number} after byte ${echo.length}`);
    if (Buffer.isBuffer(message)) {
      echo = Buffer.concat([echo, message]);
    } else if (!isCommand(message, "heartbeat")) {
      throw new Wrong(`chunk ${number} was answered with ${shown(message)}`);
    }
  }
  if (echo.length > chunk.length) {
    throw new Wrong(`chunk ${number} came back as ${echo.length} bytes instead of ${chunk.length}`);
  }
  if (!echo.equals(chunk)) {
    const at = chunk.findIndex((byte, at) => echo[at] !== byte);
    throw new Wrong(`chunk ${number} came back changed at byte ${at}`);
  }
}

async function inTime(waiting, otherwise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Wrong(`${otherwise} within ${WAIT} s`)), WAIT * 1000);
  });
  return Promise.race([waiting, late]).finally(() => clearTimeout(timer));
}

/** Compares by meaning: spacing is the application's own affair, a further field is not. */
function isCommand(message, name) {
  try {
    return typeof message === "string" && isDeepStrictEqual(JSON.parse(message), { command: name });
  } catch {
    return false;
  }
}

function shown(message) {
  return typeof message === "string"
    ? JSON.stringify(message.slice(0, 80))
    : `${message.length} bytes of audio`;
}

async function main(url, rate) {
  let passed = 0;
  let failed = 0;
  for (const [shape, message] of Object.entries(connectMessages(rate))) {
    for (const size of ENDINGS.keys()) {
      const name = `sinch shape ${shape}, ${size}-byte chunks`;
      try {
        await call(url, message, size);
      } catch (error) {
        if (error.code === "ECONNREFUSED") {
          console.error(`nobody listens on ${url}`);
          return 1;
        }
        console.log(`${name}: FAILED, ${error.message}`);
        failed += 1;
        continue;
      }
      console.log(`${name}: ${CHUNKS} chunks back`);
      passed += 1;
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed ? 1 : 0;
}

const { values, positionals } = parseArgs({
  options: { rate: { type: "string", default: "16000" } }, // what connect says, in Hz
  allowPositionals: true,
});
if (positionals.length !== 1) {
  console.error("usage: sinch_platform.mjs URL [--rate 16000]");
  process.exit(2);
}
process.exitCode = await main(positionals[0], Number(values.rate));

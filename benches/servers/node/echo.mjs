#!/usr/bin/env node
// A server that gives every voice back, in either dialect. Prints `listening on URL`.

import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("listening", () => console.log(`listening on ws://127.0.0.1:${server.address().port}`));
server.on("connection", (call) => {
  let stream;
  call.on("error", () => {}); // a caller who is gone has ended his call, no other
  call.on("message", (message, isBinary) => {
    if (isBinary) return call.send(message);
    const said = JSON.parse(message);
    if (said.event === "media") {
      const audio = Buffer.from(said.media.payload, "base64");
      const media = { payload: audio.toString("base64") };
      call.send(JSON.stringify({ event: "media", stream_id: stream, media }));
    } else if (said.event === "start") {
      stream = said.stream_id;
    } else if (said.command === "connect") {
      call.send(JSON.stringify({ command: "answer" }));
    }
  });
});

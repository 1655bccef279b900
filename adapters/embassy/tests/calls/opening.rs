//! How calls begin, or do not.

use std::pin::pin;

use embassy_futures::block_on;
use embedded_io_async::{Read, Write};
use voxwire::Dialect;
use voxwire_embassy::{CallError, Dial, HandshakeError, Inbox, Upgrade};

use crate::stage::{Clock, PlatformCall, URL, both, config, sockets};

#[test]
fn the_request_is_shown_before_it_is_declined_with_a_status() {
    let declined = block_on(async {
        let (near, far) = sockets(64);
        let (mut near_memory, mut far_memory) = ([0; 512], [0; 512]);
        let (mut near_inbox, mut far_inbox) = (Inbox::new(&mut near_memory), Inbox::new(&mut far_memory));
        let mut masks = || [0; 4];
        let mut queue = [0; 2048];
        let dial = Dial::new(URL, [7; 16]).unwrap();
        let decline = async {
            let upgrade = Upgrade::read(near.0, near.1, &mut near_inbox).await.unwrap();
            assert_eq!((upgrade.path(), upgrade.query()), ("/calls/t0ken", Some("rate=16000")));
            assert_eq!(upgrade.header("HOST"), Some("door.example.org"));
            assert_eq!(upgrade.subprotocols().count(), 0);
            upgrade.decline(503).await.unwrap();
        };
        let (input, output) = far;
        let call = PlatformCall::dial(
            input,
            output,
            &dial,
            &mut far_inbox,
            &mut queue,
            &mut masks,
            config(Dialect::Sinch),
            Clock::default(),
        );
        both(decline, call).await.1.map(drop)
    });
    assert_eq!(declined, Err(CallError::Declined(503)));
}

#[test]
fn what_is_no_request_for_a_websocket_is_told_so() {
    for (request, status, error) in [
        ("POST / HTTP/1.1\r\n\r\n", "405", HandshakeError::Method),
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "426", HandshakeError::Upgrade),
        ("\x16\x03\x01 hello\r\n\r\n", "400", HandshakeError::Malformed),
        (&"x".repeat(600), "431", HandshakeError::TooLong),
    ] {
        let (heard, refused) = block_on(async {
            let (near, mut far) = sockets(1_000);
            let mut memory = [0; 512];
            let mut inbox = Inbox::new(&mut memory);
            let mut queue = [0; 2048];
            far.1.write_all(request.as_bytes()).await.unwrap();
            let refused = match Upgrade::read(near.0, near.1, &mut inbox).await {
                Ok(upgrade) => {
                    let config = config(Dialect::Sinch);
                    upgrade.accept(config, None, &mut queue, Clock::default()).await.map(drop).unwrap_err()
                }
                Err(error) => error,
            };
            let mut heard = Vec::new();
            let mut buf = [0; 512];
            while let Ok(len @ 1..) = far.0.read(&mut buf).await {
                heard.extend_from_slice(&buf[..len]);
            }
            (String::from_utf8(heard).unwrap(), refused)
        });
        assert_eq!(refused, CallError::Handshake(error));
        assert!(heard.starts_with(&format!("HTTP/1.1 {status} ")), "{heard}");
        assert!(heard.ends_with("\r\n\r\n"), "{heard}");
    }
}

#[test]
fn a_caller_who_leaves_during_the_handshake_is_no_call() {
    let left = block_on(async {
        let (near, mut far) = sockets(1_000);
        far.1.write_all(b"GET / HT").await.unwrap();
        drop(far);
        let mut memory = [0; 512];
        let mut inbox = Inbox::new(&mut memory);
        let read = pin!(Upgrade::read(near.0, near.1, &mut inbox));
        read.await.map(drop)
    });
    assert_eq!(left, Err(CallError::Handshake(HandshakeError::Ended)));
}

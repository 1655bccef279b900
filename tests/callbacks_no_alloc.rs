//! Nothing around a call allocates: callbacks are read, replies built, written and read, requests signed and verified,
//! counted by the allocator.

use core::hint::black_box;

use support::allocations::{self, Counting};
use support::lifecycle::{Lifecycle, TRANSCRIPTS};
use support::switchboard::Switchboard;
use voxwire::Utc;
use voxwire::callback::{Callback, CallbackEvent};
use voxwire::signature::{Credentials, Received, Refusal, Request, Verifier};
use voxwire::svaml::{Callout, Reply, Svaml};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const ROUNDS: usize = 1_000;

const STREAM: &str = "wss://program.example/calls/t0ken";

fn lifecycles() -> Vec<Lifecycle> {
    TRANSCRIPTS.iter().map(|(_, transcript)| Lifecycle::read(transcript, STREAM)).collect()
}

#[test]
fn reading_and_replying_allocate_nothing() {
    let lifecycles = lifecycles();
    let switchboard = Switchboard { stream: STREAM };
    let mut replies = 0;
    let allocations = allocations::during(|| {
        for _ in 0..ROUNDS {
            for (posted, _) in lifecycles.iter().flat_map(|lifecycle| &lifecycle.exchanges) {
                let mut buf = [0; 2_048];
                let reply =
                    switchboard.reply(posted.as_bytes(), &mut buf).expect("the switchboard has replies");
                let svaml = Svaml::parse(reply.as_bytes()).expect("replies can be read");
                let callback = Callback::parse(posted.as_bytes()).expect("a transcript holds callbacks");
                svaml.check(callback.event()).expect("replies are valid");
                let waived = svaml.check_leniently(callback.event()).expect("replies are valid");
                assert!(waived.is_empty());
                replies += 1;
            }
            for callout in lifecycles.iter().flat_map(|lifecycle| &lifecycle.callouts) {
                let callout = Callout::parse(callout.as_bytes()).expect("callouts can be read");
                callout.check(&mut [0; 1_024]).expect("callouts are valid");
            }
        }
    });
    assert_eq!(allocations, 0, "in {replies} replies");
    assert!(replies > 10 * ROUNDS, "{replies}");
}

#[test]
fn refusing_allocates_nothing() {
    let allocations = allocations::during(|| {
        for _ in 0..ROUNDS {
            for body in [&b"{\"event\":\"ring\"}"[..], b"{\"event\":\"ice\",", b"\xff", b"[]", b""] {
                let _ = black_box(Callback::parse(body));
                let _ = black_box(Svaml::parse(body));
                let _ = black_box(Callout::parse(body));
            }
            let _ = black_box(Reply::ice().send_dtmf("abc").hangup());
            let _ = black_box(Reply::lenient(CallbackEvent::Ace).send_dtmf("*").answer().hangup());
        }
    });
    assert_eq!(allocations, 0);
}

#[test]
fn signing_and_verifying_allocate_nothing() {
    let now = Utc::new(1_770_106_530, 0);
    let request = Request {
        method: "POST",
        path: "/ice",
        content_type: "application/json",
        timestamp: "2026-02-03T08:15:30Z",
        body: br#"{"event":"ice"}"#,
    };
    let allocations = allocations::during(|| {
        for _ in 0..ROUNDS {
            let credentials = Credentials::new("key", "EBESExQVFhcYGRobHB0eHw==").expect("they are right");
            let authorization = authorization(&credentials, &request);
            let verifier = Verifier::new(credentials);
            let received = Received {
                method: request.method,
                path: request.path,
                authorization: Some(&authorization),
                content_type: Some(request.content_type),
                timestamp: Some(request.timestamp),
                body: request.body,
            };
            assert_eq!(verifier.verify(now, &received), Ok(()));
            let forged = Received { body: b"{}", ..received };
            assert_eq!(verifier.verify(now, &forged), Err(Refusal::WrongSignature));
            let late = Utc::new(now.seconds() + 301, 0);
            assert_eq!(verifier.verify(late, &received), Err(Refusal::TooOld));
        }
    });
    assert_eq!(allocations, 0);
}

/// The header, in memory that is not the allocator's.
fn authorization(credentials: &Credentials, request: &Request<'_>) -> heapless::String<128> {
    use core::fmt::Write;
    let mut header = heapless::String::new();
    write!(header, "{}", credentials.authorization(request)).expect("a header is shorter");
    header
}

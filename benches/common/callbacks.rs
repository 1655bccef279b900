//! What one would write for the HTTP around a Sinch call without `voxwire`: structs for `serde`, and the crates that hash.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize, Serializer};
use sha2::Sha256;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use voxwire::signature::Received;

/// A callback in the one spelling that the page shows, its texts owned (`String`) or borrowed (`&str`). Written for a log
/// it is what `voxwire` writes.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Callback<T: AsRef<str>> {
    /// Somebody calls.
    Ice(Ice<T>),
    /// Somebody who was called has answered.
    Ace(Ace<T>),
    /// A menu has ended.
    Pie(Pie<T>),
    /// A call is over.
    Dice(Dice<T>),
    /// Something else has happened.
    Notify(Notify<T>),
}

impl<T: AsRef<str>> Callback<T> {
    /// Its name, as people say it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ice(_) => "ICE",
            Self::Ace(_) => "ACE",
            Self::Pie(_) => "PIE",
            Self::Dice(_) => "DiCE",
            Self::Notify(_) => "notify",
        }
    }
}

/// Declares records, of whose members any may be missing.
macro_rules! records {
    ($($(#[$about:meta])* $name:ident { $($(#[$serde:meta])* $member:ident: $type:ty,)* })+) => {$(
        $(#[$about])*
        #[derive(Debug, Deserialize, Serialize)]
        #[serde(rename_all(deserialize = "camelCase"))]
        pub struct $name<T: AsRef<str>> {
            $($(#[$serde])* #[serde(skip_serializing_if = "Option::is_none")] $member: Option<$type>,)*
        }
    )+};
}

/// Declares what is told of an event, behind the members that all events have.
macro_rules! events {
    ($($(#[$about:meta])* $name:ident { $($members:tt)* })+) => {
        records! {$(
            $(#[$about])*
            $name {
                #[serde(rename(deserialize = "callid"))]
                call_id: T,
                timestamp: T,
                version: u64,
                custom: Private<T>,
                application_key: T,
                $($members)*
            }
        )+}
    };
}

events! {
    /// Somebody calls.
    Ice {
        call_resource_url: T,
        user_rate: Money<T>,
        cli: T,
        to: Identity<T>,
        domain: T,
        origination_type: T,
        rdnis: T,
    }
    /// Somebody who was called has answered.
    Ace {
        amd: Amd<T>,
    }
    /// A menu has ended.
    Pie {
        menu_result: MenuResult<T>,
    }
    /// A call is over.
    Dice {
        reason: T,
        result: T,
        duration: u64,
        debit: Money<T>,
        user_rate: Money<T>,
        to: Identity<T>,
        from: T,
    }
    /// Something else has happened.
    Notify {
        #[serde(rename = "type")]
        kind: T,
        destination: Private<T>,
    }
}

records! {
    /// Who answered, man or machine.
    Amd {
        status: T,
        reason: T,
        duration: u64,
    }
    /// How a menu ended.
    MenuResult {
        menu_id: T,
        #[serde(rename = "type")]
        kind: T,
        value: Private<T>,
        input_method: T,
    }
    /// An end of a call.
    Identity {
        #[serde(rename = "type")]
        kind: T,
        endpoint: T,
    }
    /// What something costs.
    Money {
        #[serde(rename(deserialize = "currencyId", serialize = "currency"))]
        currency: T,
        amount: f64,
    }
}

/// A text of which a log holds the length only.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Private<T>(T);

impl<T: AsRef<str>> Serialize for Private<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([("bytes", self.0.as_ref().len())])
    }
}

/// How far the time of a signature may lie from now, in seconds.
const WINDOW: u64 = 300;

/// Verifies signatures as the first draft does: the secret is decoded each time, what is signed is put into one text.
#[derive(Debug)]
pub struct Drafted<'k> {
    /// The application's key.
    pub key: &'k str,
    /// Its secret, in base64.
    pub secret: &'k str,
}

impl Drafted<'_> {
    /// Whether `received` was signed, and not long from `now`, in seconds since 1970.
    pub fn verify(&self, now: u64, received: &Received<'_>) -> bool {
        let Some((signature, signed)) = claimed(self.key, now, received) else { return false };
        let Ok(secret) = STANDARD.decode(self.secret) else { return false };
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&secret) else { return false };
        mac.update(signed.as_bytes());
        STANDARD.decode(signature).is_ok_and(|signature| mac.verify_slice(&signature).is_ok())
    }
}

/// The same, but the secret is hashed once.
#[derive(Debug)]
pub struct Keyed<'k> {
    key: &'k str,
    mac: Hmac<Sha256>,
}

impl<'k> Keyed<'k> {
    /// Verifies what is signed with `key` and `secret`.
    pub fn new(key: &'k str, secret: &[u8]) -> Self {
        Self { key, mac: Hmac::new_from_slice(secret).expect("a key of any length") }
    }

    /// Whether `received` was signed, and not long from `now`, in seconds since 1970.
    pub fn verify(&self, now: u64, received: &Received<'_>) -> bool {
        let Some((signature, signed)) = claimed(self.key, now, received) else { return false };
        let mut mac = self.mac.clone();
        mac.update(signed.as_bytes());
        let mut bytes = [0; 33];
        let decoded = STANDARD.decode_slice(signature, &mut bytes);
        decoded.is_ok_and(|len| mac.verify_slice(&bytes[..len]).is_ok())
    }
}

/// The signature of a request that is fresh and names the key, and what is signed.
fn claimed<'r>(key: &str, now: u64, received: &Received<'r>) -> Option<(&'r str, String)> {
    let Received { method, path, .. } = *received;
    let (scheme, rest) = received.authorization?.split_once(' ')?;
    let (its_key, signature) = rest.split_once(':')?;
    let timestamp = received.timestamp?;
    let signed_at = OffsetDateTime::parse(timestamp, &Rfc3339).ok()?.unix_timestamp();
    let is_fresh = now.abs_diff(u64::try_from(signed_at).ok()?) <= WINDOW;
    if !scheme.eq_ignore_ascii_case("application") || its_key != key || !is_fresh {
        return None;
    }
    let md5 = STANDARD.encode(Md5::digest(received.body));
    let content_type = received.content_type?;
    Some((signature, format!("{method}\n{md5}\n{content_type}\nx-timestamp:{timestamp}\n{path}")))
}

/// The reply that opens a stream to `endpoint`, by the macro.
pub fn reply_by_macro(endpoint: &str) -> String {
    serde_json::json!({
        "instructions": [{ "name": "answer" }],
        "action": {
            "name": "connectStream",
            "destination": { "type": "Websocket", "endpoint": endpoint },
            "streamingOptions": { "version": 1, "sampleRate": 16_000 },
            "callHeaders": [{ "key": "tenant", "value": "north" }],
        },
    })
    .to_string()
}

#[derive(Serialize)]
struct Svaml<'s> {
    instructions: &'s [Instruction],
    action: Action<'s>,
}

#[derive(Serialize)]
#[serde(tag = "name", rename_all = "camelCase")]
enum Instruction {
    Answer,
}

#[derive(Serialize)]
#[serde(tag = "name", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Action<'s> {
    ConnectStream {
        destination: Destination<'s>,
        streaming_options: StreamingOptions,
        call_headers: &'s [Header<'s>],
    },
}

#[derive(Serialize)]
struct Destination<'s> {
    #[serde(rename = "type")]
    kind: &'s str,
    endpoint: &'s str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StreamingOptions {
    version: u32,
    sample_rate: u32,
}

#[derive(Serialize)]
struct Header<'s> {
    key: &'s str,
    value: &'s str,
}

/// The same by a struct, into memory that is used again. Gives its length.
pub fn reply_by_struct(endpoint: &str, text: &mut Vec<u8>) -> usize {
    text.clear();
    let action = Action::ConnectStream {
        destination: Destination { kind: "Websocket", endpoint },
        streaming_options: StreamingOptions { version: 1, sample_rate: 16_000 },
        call_headers: &[Header { key: "tenant", value: "north" }],
    };
    let svaml = Svaml { instructions: &[Instruction::Answer], action };
    serde_json::to_writer(&mut *text, &svaml).map_or(0, |()| text.len())
}

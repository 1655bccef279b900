//! What each callback may hold: the key on the wire, that in a log, and of which kind it is (Voice v1, callbacks).

use voxwire::callback::CallbackEvent;

#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// A text, or a word of a vocabulary, or a timestamp.
    Text,
    /// A text of which a log has the length.
    Private,
    Number,
    Truth,
    Amount,
    /// Of which a log has the names.
    Headers,
    Money,
    Identity,
    Amd,
    Menu,
}

pub(super) struct Member {
    pub(super) wire: &'static str,
    pub(super) logged: &'static str,
    pub(super) kind: Kind,
}

const fn member(wire: &'static str, logged: &'static str, kind: Kind) -> Member {
    Member { wire, logged, kind }
}

pub(super) const CALL: &[Member] = &[
    member("callId", "call_id", Kind::Text),
    member("timestamp", "timestamp", Kind::Text),
    member("version", "version", Kind::Number),
    member("custom", "custom", Kind::Private),
    member("applicationKey", "application_key", Kind::Text),
    member("conferenceId", "conference_id", Kind::Text),
    member("cookies", "cookies", Kind::Headers),
    member("reference", "reference", Kind::Text),
    member("user", "user", Kind::Text),
    member("delayed", "delayed", Kind::Truth),
];

const ICE: &[Member] = &[
    member("callResourceUrl", "call_resource_url", Kind::Text),
    member("userRate", "user_rate", Kind::Money),
    member("cli", "cli", Kind::Text),
    member("to", "to", Kind::Identity),
    member("domain", "domain", Kind::Text),
    member("originationType", "origination_type", Kind::Text),
    member("duration", "duration", Kind::Number),
    member("rdnis", "rdnis", Kind::Text),
    member("callHeaders", "call_headers", Kind::Headers),
];

const ACE: &[Member] =
    &[member("amd", "amd", Kind::Amd), member("callResourceUrl", "call_resource_url", Kind::Text)];

const PIE: &[Member] = &[member("menuResult", "menu_result", Kind::Menu)];

const DICE: &[Member] = &[
    member("reason", "reason", Kind::Text),
    member("result", "result", Kind::Text),
    member("duration", "duration", Kind::Number),
    member("debit", "debit", Kind::Money),
    member("userRate", "user_rate", Kind::Money),
    member("to", "to", Kind::Identity),
    member("from", "from", Kind::Text),
    member("callHeaders", "call_headers", Kind::Headers),
];

const NOTIFY: &[Member] = &[
    member("type", "type", Kind::Text),
    member("destination", "destination", Kind::Private),
    member("amd", "amd", Kind::Amd),
    member("errorCode", "error_code", Kind::Number),
    member("errorMsg", "error_msg", Kind::Text),
];

pub(super) const MONEY: &[Member] =
    &[member("currencyId", "currency", Kind::Text), member("amount", "amount", Kind::Amount)];

pub(super) const IDENTITY: &[Member] = &[
    member("type", "type", Kind::Text),
    member("endpoint", "endpoint", Kind::Text),
    member("verified", "verified", Kind::Truth),
];

pub(super) const AMD: &[Member] = &[
    member("status", "status", Kind::Text),
    member("reason", "reason", Kind::Text),
    member("duration", "duration", Kind::Number),
];

pub(super) const MENU: &[Member] = &[
    member("menuId", "menu_id", Kind::Text),
    member("type", "type", Kind::Text),
    member("value", "value", Kind::Private),
    member("inputMethod", "input_method", Kind::Text),
];

/// Those of one callback alone.
pub(super) fn members(event: CallbackEvent) -> &'static [Member] {
    match event {
        CallbackEvent::Ice => ICE,
        CallbackEvent::Ace => ACE,
        CallbackEvent::Pie => PIE,
        CallbackEvent::Dice => DICE,
        CallbackEvent::Notify => NOTIFY,
        other => panic!("the fuzzer has not been told of {other:?}"),
    }
}
